package pack

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// smallTree is a package with the given files beside its manifest.
func smallTree(t *testing.T, names ...string) *Tree {
	t.Helper()
	tree := &Tree{Site: "shop", Time: time.Unix(1e9, 0)}
	m := manifest.Manifest{Version: manifest.Version, Site: "shop"}
	for _, name := range append(names, manifest.PathOf("shop")) {
		tree.Files = append(tree.Files, File{Path: name, Mode: publicMode, Data: []byte("of the package")})
		if name != manifest.PathOf("shop") {
			m.Files = append(m.Files, manifest.File{Path: name})
		}
	}
	text, err := m.Encode()
	must(t, err)
	tree.Files[len(tree.Files)-1].Data = text
	tree.addFolders(nil)
	return tree
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// snapshot returns the content of all files below a folder, and where links lead.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		if entry.Type() == fs.ModeSymlink {
			target, err := os.Readlink(name)
			files[rel] = "-> " + target
			return err
		}
		text, err := os.ReadFile(name)
		files[rel] = string(text)
		return err
	}))
	return files
}

// What lies outside of the folder stays as it is, whatever leads there.
func TestPackageStaysInItsFolder(t *testing.T) {
	const escapes = "lies behind a symbolic link that leads out of the folder; remove the link"
	link := func(target, name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			name := filepath.Join(dir, name)
			must(t, os.RemoveAll(name))
			must(t, os.Symlink(target, name))
		}
	}
	listed := func(paths ...string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			m := manifest.Manifest{Version: manifest.Version, Site: "shop"}
			for _, path := range paths {
				m.Files = append(m.Files, manifest.File{Path: path})
			}
			text, err := m.Encode()
			must(t, err)
			must(t, os.WriteFile(filepath.Join(dir, manifest.PathOf("shop")), text, 0o600))
		}
	}
	outside := func(t *testing.T, dir string) string { return filepath.Join(filepath.Dir(dir), "outside") }
	for _, test := range []struct {
		name    string
		plant   func(t *testing.T, dir string)
		refused string // part of the error; "" if it works
	}{
		{name: "nothing", plant: func(*testing.T, string) {}},
		{name: "a file to write is a link", plant: link("../../outside/kept", "cgi/new.cgi")},
		{name: "its temporary name is a link", plant: link("../../outside/kept", "cgi/new.cgi.cgigen-new")},
		{name: "its temporary name is a link within", plant: link("../private/shop/site.env", "cgi/new.cgi.cgigen-new")},
		{name: "a file to remove is a link", plant: link("../../outside/kept", "cgi/old.cgi")},
		{name: "its folder is a link", plant: link("../outside", "cgi"), refused: escapes},
		{name: "its folder is an absolute link", plant: func(t *testing.T, dir string) { link(outside(t, dir), "cgi")(t, dir) }, refused: escapes},
		{name: "a folder with a stale file is a link", plant: link("../outside", "stale")},
		{name: "a folder with a stale file is a link within", plant: link("private", "stale")},
		{name: "the folder of the manifest is a link", plant: link("../outside", "private"), refused: "holds no package of cgigen"},
		{name: "the manifest is a link", plant: link("../../../outside/kept", "private/shop/MANIFEST.json"), refused: "holds no package of cgigen"},
		{name: "the manifest names a file above", plant: listed("../outside/kept"), refused: `the path "../outside/kept" leads out of the package`},
		{name: "the manifest names one below that leads above", plant: listed("cgi/../../outside/kept"), refused: "leads out of the package"},
		{name: "the manifest names an absolute file", plant: func(t *testing.T, dir string) { listed(outside(t, dir)+"/kept")(t, dir) }, refused: "leads out of the package"},
		{name: "the manifest names a folder", plant: listed("cgi")},
	} {
		t.Run(test.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "site")
			must(t, smallTree(t, "cgi/old.cgi", "cgi/new.cgi", "stale/kept").Write(dir))
			must(t, os.WriteFile(filepath.Join(dir, "private/shop/site.env"), []byte("settings"), 0o600))
			must(t, os.WriteFile(filepath.Join(dir, "private/shop/kept"), []byte("settings"), 0o600))
			must(t, os.Mkdir(outside(t, dir), 0o755))
			must(t, os.WriteFile(filepath.Join(outside(t, dir), "kept"), []byte("not ours"), 0o600))
			must(t, os.WriteFile(filepath.Join(outside(t, dir), "new.cgi"), []byte("not ours"), 0o600))
			before := snapshot(t, outside(t, dir))
			test.plant(t, dir)
			err := smallTree(t, "cgi/new.cgi").Write(dir)
			switch {
			case test.refused == "" && err != nil:
				t.Error(err)
			case test.refused != "" && (err == nil || !strings.Contains(err.Error(), test.refused)):
				t.Errorf("got %v, want %q", err, test.refused)
			}
			if diff := cmp.Diff(before, snapshot(t, outside(t, dir))); diff != "" {
				t.Errorf("outside: -want +got:\n%s", diff)
			}
			if test.refused != "" {
				return
			}
			for _, name := range []string{"private/shop/site.env", "private/shop/kept"} {
				if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != "settings" {
					t.Errorf("%s is %q, %v", name, text, err)
				}
			}
			if text, err := os.ReadFile(filepath.Join(dir, "cgi/new.cgi")); err != nil || string(text) != "of the package" {
				t.Errorf("the program is %q, %v", text, err)
			}
		})
	}
}

func TestWhatThePackageNoLongerHasIsRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	must(t, smallTree(t, "cgi/old.cgi", "cgi/new.cgi").Write(dir))
	must(t, os.WriteFile(filepath.Join(dir, "cgi/own.txt"), []byte("of the owner"), 0o600))
	must(t, smallTree(t, "cgi/new.cgi").Write(dir))
	got := snapshot(t, dir)
	delete(got, "private/shop/MANIFEST.json")
	if diff := cmp.Diff(map[string]string{"cgi/new.cgi": "of the package", "cgi/own.txt": "of the owner"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFolderOfSomethingElseIsRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600))
	err := smallTree(t, "cgi/new.cgi").Write(dir)
	if err == nil || !strings.Contains(err.Error(), "is not empty and holds no package of cgigen") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(map[string]string{"letter.txt": ""}, snapshot(t, dir)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Every path that holds the longest names fits into what holds it: an archive of
// POSIX, and the address of a socket.
func TestTheLongestNamesFit(t *testing.T) {
	site := accountName(strings.Repeat("site-of-a-long-name-", 10))
	if len(site) > maxAccount || strings.HasSuffix(site, "-") {
		t.Errorf("the site is called %q", site)
	}
	program := strings.Repeat("p", 50)
	tree := smallTree(t, "public_html/cgi-shop/"+program+".cgi", "private/shop/targets/linux-mips64le/"+program+".cgi", "private/shop/"+program+".env")
	for _, name := range []string{"site.tar.gz", "site.zip", "site"} {
		must(t, tree.Write(filepath.Join(t.TempDir(), name)))
	}
	if path := "/var/www/run/" + site + "/" + program + ".sock"; len(path) > 103 {
		t.Errorf("%s has %d bytes", path, len(path))
	}
}
