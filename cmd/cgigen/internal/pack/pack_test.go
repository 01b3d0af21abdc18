package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/generator/model"
)

// madeAt is the time of the packages of these tests.
var madeAt = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

// shop is a site of two programs, one with configuration.
func shop() *model.Model {
	config := &model.Config{Fields: []model.ConfigField{
		{Name: "TITLE", Parser: "String", Type: "string", Default: "Shop", HasDefault: true},
		{Name: "DSN", Parser: "String", Type: "string", Required: true, Secret: true},
	}}
	return &model.Model{
		Module: model.Module{Path: "example.com/shop"},
		Sites:  []model.Site{{Name: "shop", Path: "example.com/shop"}},
		Programs: []model.Program{
			{Name: "admin", Steps: []model.Step{{Kind: model.LoadConfig, Config: config}},
				Routes: []model.Route{{Pattern: "/admin/", Path: "/admin/"}}},
			{Name: "home", Steps: []model.Step{{Kind: model.LoadConfig, Config: config}},
				Routes: []model.Route{{Pattern: "GET /{$}", Method: "GET", Path: "/{$}"}, {Pattern: "GET /items/{id}", Method: "GET", Path: "/items/{id}"}}},
		},
	}
}

// build compiles a program of one file and returns its path. Each has its own content.
func build(t *testing.T, name, source string) string {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{"go.mod": "module example.com/" + name + "\n\ngo 1.26\n", "main.go": source} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", "program", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "program")
}

const plain = "package main\n\nfunc main() {}\n"

// options are those of a package with two programs.
func options(t *testing.T, server, layout string) Options {
	t.Helper()
	return Options{
		Server: server, Layout: layout, Docroot: "public_html", Hostname: "shop.example", Gateways: []string{"cgi", "fastcgi", "scgi"},
		Model: shop(), Time: madeAt,
		Builds: []Build{{Target: "linux/amd64", Programs: []Program{{"admin", build(t, "admin", plain), "a0"}, {"home", build(t, "home", plain), "b0"}}}},
	}
}

// Write lays out a package and writes it.
func Write(o Options, name string) error {
	tree, err := New(o)
	if err != nil {
		return err
	}
	return tree.Write(name)
}

func write(t *testing.T, o Options) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "package")
	if err := Write(o, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// listing has a line for each file and folder below dir, with its mode.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		info, err := entry.Info()
		rel, _ := filepath.Rel(dir, name)
		lines = append(lines, info.Mode().String()+" "+filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// Programs cannot be read, and what is secret or for root alone not even that: modes are what keeps a host from sending them.
func TestPackagesHaveTheirFilesWithTheirModes(t *testing.T) {
	notes := []string{"-rw------- private/shop/INSTALL.md", "-rw------- private/shop/.env.example", "-rw------- private/shop/CONFIGURATION.md",
		"-rw------- private/shop/MANIFEST.json", "-rw------- private/shop/SHA256SUMS", "-rw------- private/shop/sbom.cdx.json", "drwx------ private", "drwx------ private/shop"}
	beside := []string{"-rw------- private/shop/.htaccess", "-rw------- private/shop/server/apache-vhost-fastcgi.conf", "-rw------- private/shop/server/apache-vhost-scgi.conf",
		"-rw------- private/shop/server/apache-vhost.conf", "-rw------- private/shop/server/systemd/shop@.service", "-rw------- private/shop/server/systemd/shop@.socket",
		"drwx------ private/shop/server", "drwx------ private/shop/server/systemd",
		"-rw------- private/shop/INSTALLED", "-rw------- private/shop/install.sh", "drwx------ private/shop/htaccess", "-rw------- private/shop/htaccess/site.txt"}
	own := []string{"-rw------- private/shop/htaccess/programs-fileinfo.txt", "-rw------- private/shop/htaccess/programs.txt", "-rw-r--r-- public_html/cgi-shop/.htaccess", "drwxr-xr-x public_html/cgi-shop"}
	units := []string{"-rw------- server/systemd/shop@.service", "-rw------- server/systemd/shop@.socket", "drwx------ server", "drwx------ server/systemd", "drwxr-xr-x public"}
	apache := []string{"-rw-r--r-- public_html/.htaccess", "drwxr-xr-x public_html"}
	tests := []struct {
		server, layout string
		want           []string
	}{
		{"apache", "subdir", slices.Concat(notes, beside, apache, own, []string{"-rwx--x--x public_html/cgi-shop/admin.cgi", "-rwx--x--x public_html/cgi-shop/home.cgi"})},
		{"apache", "cgi-bin", slices.Concat(notes, beside, apache, []string{
			"-rwx--x--x public_html/cgi-bin/admin.cgi", "-rwx--x--x public_html/cgi-bin/home.cgi", "drwxr-xr-x public_html/cgi-bin"})},
		{"apache", "fcgid", slices.Concat(notes, beside, apache, own, []string{"-rwx--x--x public_html/cgi-shop/admin.fcgi", "-rwx--x--x public_html/cgi-shop/home.fcgi"})},
		{"nginx", "subdir", slices.Concat(notes, units, []string{"-rwx--x--x cgi/admin.cgi", "-rwx--x--x cgi/home.cgi", "drwxr-xr-x cgi",
			"-rw------- server/nginx-cgi.conf", "-rw------- server/nginx-fastcgi.conf", "-rw------- server/nginx-scgi.conf",
			"-rw------- server/openbsd-httpd-cgi.conf", "-rw------- server/openbsd-httpd-fastcgi.conf"})},
		{"lighttpd", "subdir", slices.Concat(notes, units, []string{"-rwx--x--x cgi/admin.cgi", "-rwx--x--x cgi/home.cgi", "drwxr-xr-x cgi",
			"-rw------- server/lighttpd-cgi.conf", "-rw------- server/lighttpd-fastcgi.conf", "-rw------- server/lighttpd-scgi.conf"})},
		{"caddy", "subdir", slices.Concat(notes, units, []string{"-rwx--x--x cgi/admin.cgi", "-rwx--x--x cgi/home.cgi", "drwxr-xr-x cgi",
			"-rw------- server/Caddyfile-cgi", "-rw------- server/Caddyfile-fastcgi"})},
	}
	o := options(t, "", "")
	for _, test := range tests {
		t.Run(test.server+" "+test.layout, func(t *testing.T) {
			o.Server, o.Layout = test.server, test.layout
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, listing(t, write(t, o))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// The manifest is compared with the files on disk, and the sums are checked by another program.
func TestManifestAndSumsDescribeWhatIsThere(t *testing.T) {
	o := options(t, "apache", "subdir")
	o.Base = "/shop"
	o.Builds = append(o.Builds, Build{Target: "linux/arm64", Programs: o.Builds[0].Programs})
	dir := write(t, o)
	m, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var want []manifest.File
	var folders []manifest.Folder
	for _, line := range listing(t, dir) {
		mode, name, _ := strings.Cut(line, " ")
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode[0] == 'd' {
			folders = append(folders, manifest.Folder{Path: name, Mode: manifest.Mode(info.Mode().Perm())})
			continue
		}
		if base := filepath.Base(name); base == "MANIFEST.json" || base == "SHA256SUMS" || base == "INSTALLED" || name == "public_html/shop/.htaccess" || name == "public_html/shop/cgi-shop/.htaccess" {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256(content)
		want = append(want, manifest.File{Path: name, Mode: manifest.Mode(info.Mode().Perm()), Size: info.Size(), SHA256: hex.EncodeToString(hash[:])})
		if !info.ModTime().Equal(madeAt) {
			t.Errorf("%s is of %v", name, info.ModTime())
		}
	}
	slices.SortFunc(want, func(a, b manifest.File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(folders, func(a, b manifest.Folder) int { return strings.Compare(a.Path, b.Path) })
	if diff := cmp.Diff(want, m.Files); diff != "" {
		t.Errorf("files, in this order: -on disk +manifest\n%s", diff)
	}
	if diff := cmp.Diff(folders, m.Folders); diff != "" {
		t.Errorf("folders, in this order: -on disk +manifest\n%s", diff)
	}
	m.Files, m.Folders = nil, nil
	site := &manifest.Manifest{
		Version: manifest.Version, Module: "example.com/shop", Site: "shop", Server: "apache", Layout: "subdir", Base: "/shop", Docroot: m.Docroot,
		Routes: []manifest.Route{{Pattern: "/admin/", Path: "/admin/", Program: "admin"}, {Pattern: "GET /{$}", Method: "GET", Path: "/{$}", Program: "home"},
			{Pattern: "GET /items/{id}", Method: "GET", Path: "/items/{id}", Program: "home"}},
		Programs: []manifest.Program{
			{Name: "admin", Target: "linux/amd64", Path: "public_html/shop/cgi-shop/admin.cgi", Address: "/shop/cgi-shop/admin.cgi", Build: "a0"},
			{Name: "home", Target: "linux/amd64", Path: "public_html/shop/cgi-shop/home.cgi", Address: "/shop/cgi-shop/home.cgi", Build: "b0"},
			{Name: "admin", Target: "linux/arm64", Path: "private/shop/targets/linux-arm64/admin.cgi", Build: "a0"},
			{Name: "home", Target: "linux/arm64", Path: "private/shop/targets/linux-arm64/home.cgi", Build: "b0"},
		},
		Blocks: []manifest.Block{{Path: "public_html/shop/.htaccess", File: "private/shop/htaccess/site.txt"},
			{Path: "public_html/shop/cgi-shop/.htaccess", File: "private/shop/htaccess/programs.txt"}},
		Config: []manifest.Value{{Name: "DSN", Required: true, Secret: true, Programs: []string{"admin", "home"}}, {Name: "TITLE", Programs: []string{"admin", "home"}}},
	}
	if diff := cmp.Diff(site, m); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	sums, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is missing")
	}
	cmd := exec.Command(sums, "--check", "--strict", "private/shop/SHA256SUMS")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if got := strings.Count(string(out), ": OK\n"); err != nil || got != len(want)+1 {
		t.Errorf("sha256sum: %v, %d files of %d\n%s", err, got, len(want)+1, out)
	}
}

// The same input gives the same bytes, in archives that tar and unzip unpack to what a folder holds.
func TestArchivesHoldWhatAFolderHolds(t *testing.T) {
	o := options(t, "nginx", "subdir")
	folder := write(t, o)
	for name, unpack := range map[string][]string{"site.tar.gz": {"tar", "-xpzf"}, "site.zip": {"unzip", "-q"}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archive := filepath.Join(dir, "a", name)
			again := filepath.Join(dir, "b", name)
			for _, to := range []string{archive, again} {
				if err := Write(o, to); err != nil {
					t.Fatal(err)
				}
			}
			first, err := os.ReadFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			if second, err := os.ReadFile(again); err != nil || !bytes.Equal(first, second) {
				t.Errorf("the archives differ, %v", err)
			}
			if diff := cmp.Diff([]string{"-rw-r--r-- " + name}, listing(t, filepath.Dir(archive))); diff != "" {
				t.Errorf("beside the archive: -want +got\n%s", diff)
			}
			tool, err := exec.LookPath(unpack[0])
			if err != nil {
				t.Skip(unpack[0] + " is missing")
			}
			to := filepath.Join(dir, "to")
			if err := os.Mkdir(to, 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(tool, append(unpack[1:], archive)...)
			cmd.Dir = to
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(listing(t, folder), listing(t, to)); diff != "" {
				t.Errorf("-folder +archive\n%s", diff)
			}
			for _, name := range []string{"cgi/home.cgi", manifest.PathOf("shop"), "server/nginx-cgi.conf"} {
				want, err1 := os.ReadFile(filepath.Join(folder, name))
				got, err2 := os.ReadFile(filepath.Join(to, name))
				if err1 != nil || err2 != nil || !bytes.Equal(want, got) {
					t.Errorf("%s: %d bytes, want %d; %v, %v", name, len(got), len(want), err1, err2)
				}
			}
		})
	}
}

// A package that is written again keeps what its owner has added, and loses what it no longer has.
func TestFolderIsWrittenAgain(t *testing.T) {
	o := options(t, "nginx", "subdir")
	dir := write(t, o)
	own := filepath.Join(dir, "private", "shop", "site.env")
	if err := os.WriteFile(own, []byte("DSN=secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Model.Programs = o.Model.Programs[1:]
	o.Builds[0].Programs = o.Builds[0].Programs[1:]
	if err := Write(o, dir); err != nil {
		t.Fatal(err)
	}
	want := append(listing(t, write(t, o)), "-rw------- private/shop/site.env")
	slices.Sort(want)
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Errorf("-a new one and what was added +got\n%s", diff)
	}
	if text, err := os.ReadFile(own); err != nil || string(text) != "DSN=secret\n" {
		t.Errorf("settings: %q, %v", text, err)
	}
}

func TestFolderOfSomebodyElseIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Write(options(t, "nginx", "subdir"), dir)
	want := "cannot write the package: " + dir + " is not empty and holds no package of cgigen; choose another folder, or empty it"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if diff := cmp.Diff([]string{"-rw-r--r-- index.html"}, listing(t, dir)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// One program has the names of all; an archive that has no such names is refused.
func TestMulticallIsOneFile(t *testing.T) {
	o := options(t, "nginx", "multicall")
	o.Builds[0].Programs = o.Builds[0].Programs[:1]
	dir := write(t, o)
	var files []os.FileInfo
	for _, name := range []string{"admin", "home"} {
		info, err := os.Stat(filepath.Join(dir, "cgi", name+".cgi"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, info)
	}
	if !os.SameFile(files[0], files[1]) {
		t.Error("two files")
	}
	m, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := m.File("cgi/admin.cgi")
	second, _ := m.File("cgi/home.cgi")
	want := first
	want.Path, want.Link = "cgi/home.cgi", "cgi/admin.cgi"
	if diff := cmp.Diff(want, second); diff != "" || first.Link != "" || first.Size == 0 {
		t.Errorf("first %+v, second -want +got\n%s", first, diff)
	}
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := Write(o, name); err == nil || !strings.HasSuffix(err.Error(), "a .zip cannot hold hard links: write a .tar.gz or a folder") {
		t.Errorf("error %v", err)
	}
	if left := listing(t, filepath.Dir(name)); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

func TestNothingToPackageIsAnError(t *testing.T) {
	for name, builds := range map[string][]Build{"no build": nil, "no program": {{Target: "linux/amd64"}}} {
		_, err := New(Options{Server: "nginx", Layout: "subdir", Model: shop(), Builds: builds})
		if err == nil || err.Error() != "there are no programs to package" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A program that is gone by the time it is written leaves no package that could be taken for whole.
func TestWritingThatFailsLeavesNothingBehind(t *testing.T) {
	for _, name := range []string{"site.tar.gz", "site.zip", "site"} {
		t.Run(name, func(t *testing.T) {
			o := options(t, "nginx", "subdir")
			tree, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			gone := o.Builds[0].Programs[1].Path
			if err := os.Remove(gone); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			err = tree.Write(filepath.Join(dir, name))
			if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), gone) {
				t.Errorf("error %v, want one about %s", err, gone)
			}
			if _, err := os.Stat(filepath.Join(dir, name, manifest.PathOf("shop"))); err == nil {
				t.Error("there is a manifest")
			}
			if left := listing(t, dir); name != "site" && left != nil {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestFileInPlaceOfTheFolderIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "site")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Write(options(t, "nginx", "subdir"), file)
	if err == nil || !strings.HasPrefix(err.Error(), "making the folder of the package: ") {
		t.Errorf("error %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "mine" {
		t.Errorf("the file has %q, %v", text, err)
	}
	below := filepath.Join(file, "site.zip")
	if err := Write(options(t, "nginx", "subdir"), below); err == nil || !strings.HasPrefix(err.Error(), "making the folder of the package: ") {
		t.Errorf("error %v", err)
	}
}
