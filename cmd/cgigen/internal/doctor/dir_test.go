//go:build unix

package doctor

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// program makes the bytes of a program: a header, and line ends of all kinds.
func program(machine elf.Machine, dynamic bool) []byte {
	header := elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Ehsize: 64, Phentsize: 56, Shentsize: 64,
	}
	var b bytes.Buffer
	if dynamic {
		header.Phoff, header.Phnum = 64, 1
	}
	binary.Write(&b, binary.LittleEndian, header)
	if dynamic {
		binary.Write(&b, binary.LittleEndian, elf.Prog64{Type: uint32(elf.PT_INTERP)})
	}
	b.WriteString(strings.Repeat("code\nmore\r\ncode", 100))
	return b.Bytes()
}

// installed makes an installation as a package of two programs would be.
func installed(t *testing.T, change func(*manifest.Manifest)) string {
	t.Helper()
	dir := t.TempDir()
	m := &manifest.Manifest{
		Version: manifest.Version, Module: "example.com/shop", Site: "shop", Server: "apache", Layout: "subdir", Docroot: "public_html",
		Routes: []manifest.Route{{Pattern: "GET /{$}", Method: "GET", Path: "/{$}", Program: "home"}, {Pattern: "GET /users/{id}", Method: "GET", Path: "/users/{id}", Program: "user"}},
		Programs: []manifest.Program{
			{Name: "home", Target: "linux/amd64", Path: "public_html/cgi/home.cgi", Address: "/cgi/home.cgi"},
			{Name: "user", Target: "linux/amd64", Path: "public_html/cgi/user.cgi", Address: "/cgi/user.cgi"},
			{Name: "user", Target: "linux/386", Path: "private/targets/linux-386/user.cgi"},
		},
		Config: []manifest.Value{{Name: "SHOP_DSN", Required: true, Secret: true, Programs: []string{"home", "user"}}, {Name: "SHOP_COLOR", Programs: []string{"home"}}},
	}
	for name, mode := range map[string]fs.FileMode{"private": 0o700, "private/targets": 0o700, "private/targets/linux-386": 0o700, "public_html": 0o755, "public_html/cgi": 0o755} {
		m.Folders = append(m.Folders, manifest.Folder{Path: name, Mode: manifest.Mode(mode)})
	}
	code := program(elf.EM_X86_64, false)
	for name, file := range map[string]struct {
		mode fs.FileMode
		data []byte
	}{
		"public_html/.htaccess":                     {0o644, []byte("RewriteEngine On\n")},
		"public_html/cgi/.htaccess":                 {0o644, []byte("Options +ExecCGI\n")},
		"public_html/cgi/home.cgi":                  {0o711, code},
		"public_html/cgi/user.cgi":                  {0o711, code},
		"private/targets/linux-386/user.cgi":        {0o711, program(elf.EM_386, false)},
		"private/CONFIGURATION.md":                  {0o600, []byte("text\n")},
		"private/server/programs-fileinfo.htaccess": {0o600, []byte("SetHandler cgi-script\n")},
	} {
		put(t, dir, name, file.data, file.mode)
		sum := sha256.Sum256(file.data)
		m.Files = append(m.Files, manifest.File{Path: name, Mode: manifest.Mode(file.mode), Size: int64(len(file.data)), SHA256: hex.EncodeToString(sum[:])})
	}
	if change != nil {
		change(m)
	}
	text, err := m.Encode()
	must(t, err)
	put(t, dir, manifest.Path, text, 0o600)
	put(t, dir, "private/site.env", []byte("# settings\nSHOP_DSN=secret\nSHOP_COLOR='green'\nCGIGEN_LOG=debug\n"), 0o600)
	must(t, os.Chmod(filepath.Join(dir, "private"), 0o700))
	if os.Getuid() == 0 {
		chown(t, dir, 65534)
	}
	return dir
}

func put(t *testing.T, dir, name string, data []byte, mode fs.FileMode) {
	t.Helper()
	file := filepath.Join(dir, name)
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, data, mode))
	must(t, os.Chmod(file, mode))
}

func chown(t *testing.T, dir string, user int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		must(t, err)
		return os.Lchown(name, user, user)
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAHealthyInstallationHasNoFinding(t *testing.T) {
	report, err := Dir(installed(t, nil), DirOptions{})
	must(t, err)
	if diff := cmp.Diff([]Finding{}, report.Findings); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Each fault is planted alone, and is named with its place, and nothing else is.
func TestEveryFaultOfAnInstallationIsNamed(t *testing.T) {
	const home, rules = "public_html/cgi/home.cgi", "public_html/.htaccess"
	mode := func(name string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, dir string) { must(t, os.Chmod(filepath.Join(dir, name), mode)) }
	}
	write := func(name, text string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, dir string) { put(t, dir, name, []byte(text), mode) }
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { must(t, os.RemoveAll(filepath.Join(dir, name))) }
	}
	edit := func(name string, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, name))
			must(t, err)
			info, err := os.Stat(filepath.Join(dir, name))
			must(t, err)
			put(t, dir, name, change(data), info.Mode())
		}
	}
	owner := func(name string, user int) func(*testing.T, string) {
		return func(t *testing.T, dir string) { must(t, os.Lchown(filepath.Join(dir, name), user, user)) }
	}
	tests := []struct {
		name   string
		plant  func(t *testing.T, dir string)
		change func(*manifest.Manifest)
		want   []string
		root   bool
	}{
		{name: "a program that lost its x", plant: mode(home, 0o644), want: []string{"program-not-executable " + home, "program-readable " + home}},
		{name: "a program that may not be executed by its owner", plant: mode(home, 0o600), want: []string{"program-not-executable " + home}},
		{name: "a program that the group may write to", plant: mode(home, 0o731), want: []string{"program-writable " + home}},
		{name: "a program that all may write to", plant: mode(home, 0o713), want: []string{"program-writable " + home}},
		{name: "a program that all may read", plant: mode(home, 0o755), want: []string{"program-readable " + home}},
		{name: "a program with setuid", plant: mode(home, 0o711|fs.ModeSetuid), want: []string{"program-setuid " + home}},
		{name: "a program that is a link", plant: func(t *testing.T, dir string) {
			must(t, os.Rename(filepath.Join(dir, home), filepath.Join(dir, "home.bin")))
			must(t, os.Symlink("../../home.bin", filepath.Join(dir, home)))
		}, want: []string{"program-link " + home}},
		{name: "a program that is missing", plant: remove(home), want: []string{"program-missing " + home}},
		{name: "a program that is a folder", plant: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, home)))
			must(t, os.Mkdir(filepath.Join(dir, home), 0o755))
		}, want: []string{"program-missing " + home}},
		{name: "an upload in ASCII mode", plant: edit(home, func(b []byte) []byte {
			return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
		}), want: []string{"program-ascii " + home}},
		{name: "a download in ASCII mode", plant: edit(home, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }), want: []string{"program-ascii " + home}},
		{name: "an upload that broke off", plant: edit(home, func(b []byte) []byte { return b[:len(b)/2] }), want: []string{"program-truncated " + home}},
		{name: "an empty upload", plant: edit(home, func([]byte) []byte { return nil }), want: []string{"program-empty " + home}},
		{name: "an error page in place of a program", plant: edit(home, func([]byte) []byte { return []byte("<html>\n") }), want: []string{"program-foreign " + home}},
		{name: "a program for another processor", plant: edit(home, func([]byte) []byte { return append(program(elf.EM_AARCH64, false), "0123456789"...) }), want: []string{"program-architecture " + home}},
		{name: "a damaged program", plant: edit(home, func(b []byte) []byte { return append([]byte(elf.ELFMAG), make([]byte, len(b)-4)...) }), want: []string{"program-damaged " + home}},
		{name: "a file in place of a folder", plant: func(t *testing.T, dir string) {
			must(t, os.RemoveAll(filepath.Join(dir, "private/server")))
			put(t, dir, "private/server", []byte("x"), 0o600)
		}, want: []string{"file-unreadable private/server/programs-fileinfo.htaccess"}},
		{name: "a program that is dynamically linked", plant: edit(home, func([]byte) []byte { return program(elf.EM_X86_64, true) }), want: []string{"program-dynamic " + home}},
		{name: "a program of another version", plant: edit(home, func(b []byte) []byte { return append(b, 'x') }), want: []string{"program-changed " + home}},
		{name: "a program for another target that was damaged", plant: edit("private/targets/linux-386/user.cgi", func(b []byte) []byte { return b[:9] }), want: []string{"program-truncated private/targets/linux-386/user.cgi"}},
		{name: "a folder that the group may write to", plant: mode("public_html/cgi", 0o775), want: []string{"folder-writable public_html/cgi"}},
		{name: "a document root that all may write to", plant: mode("public_html", 0o777), want: []string{"folder-writable public_html"}},
		{name: "a folder that is closed", plant: mode("public_html/cgi", 0o700), want: []string{"folder-closed public_html/cgi"}},
		{name: "a document root of another name", plant: func(t *testing.T, dir string) {
			must(t, os.Rename(filepath.Join(dir, "public_html"), filepath.Join(dir, "htdocs")))
		}, want: []string{"docroot-missing public_html", "htaccess-missing public_html/.htaccess", "program-missing " + home, "htaccess-missing public_html/cgi/.htaccess", "program-missing public_html/cgi/user.cgi"}},
		{name: "a program of another owner", plant: owner(home, 1234), want: []string{"program-owner " + home}, root: true},
		{name: "a folder of another owner", plant: owner("public_html/cgi", 1234), want: []string{"folder-owner public_html/cgi"}, root: true},
		{name: "settings of another owner", plant: owner("private/site.env", 1234), want: []string{"secret-owner private/site.env"}, root: true},
		{name: "an installation of root", plant: func(t *testing.T, dir string) { chown(t, dir, 0) }, want: []string{"owner-system ."}, root: true},
		{name: "rules that were left out", plant: remove(rules), want: []string{"htaccess-missing " + rules}},
		{name: "rules that the server may not read", plant: mode(rules, 0o600), want: []string{"htaccess-unreadable " + rules}},
		{name: "rules that others may write to", plant: mode(rules, 0o666), want: []string{"htaccess-writable " + rules}},
		{name: "rules with CRLF", plant: edit(rules, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }), want: []string{"htaccess-crlf " + rules}},
		{name: "rules with CR", plant: edit(rules, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r")) }), want: []string{"htaccess-crlf " + rules}},
		{name: "rules with a byte order mark", plant: edit(rules, func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }), want: []string{"htaccess-bom " + rules}},
		{name: "rules that were changed", plant: edit(rules, func(b []byte) []byte { return append(b, "Options +Indexes\n"...) }), want: []string{"htaccess-changed " + rules}},
		{name: "no manifest", plant: remove(manifest.Path), want: []string{"manifest-missing " + manifest.Path}},
		{name: "a damaged manifest", plant: write(manifest.Path, "{", 0o600), want: []string{"manifest-damaged " + manifest.Path}},
		{name: "a file of the package that was changed", plant: edit("private/CONFIGURATION.md", func(b []byte) []byte { return append(b, 'x') }), want: []string{"file-changed private/CONFIGURATION.md"}},
		{name: "a file of the package that is missing", plant: remove("private/CONFIGURATION.md"), want: []string{"file-missing private/CONFIGURATION.md"}},
		{name: "settings that all may read", plant: mode("private/site.env", 0o644), want: []string{"secret-readable private/site.env"}},
		{name: "settings that the group may write to", plant: mode("private/site.env", 0o620), want: []string{"secret-writable private/site.env"}},
		{name: "settings in an open folder", plant: mode("private", 0o755), want: []string{"private-open private"}},
		{name: "no settings", plant: remove("private/site.env"), want: []string{"config-missing private/site.env"}},
		{name: "a value that is missing", plant: write("private/site.env", "SHOP_COLOR=red\n", 0o600), want: []string{"config-missing private/site.env"}},
		{name: "a value that is required with another", plant: write("private/site.env", "SHOP_DSN=x\nSHOP_COLOR=red\n", 0o600),
			change: func(m *manifest.Manifest) {
				m.Config = append(m.Config, manifest.Value{Name: "SHOP_SIZE", With: []string{"SHOP_COLOR"}, Programs: []string{"home"}})
			}, want: []string{"config-missing private/site.env"}},
		{name: "a value that would be required with another", plant: write("private/site.env", "SHOP_DSN=x\n", 0o600), change: func(m *manifest.Manifest) {
			m.Config = append(m.Config, manifest.Value{Name: "SHOP_SIZE", With: []string{"SHOP_COLOR"}, Programs: []string{"home"}})
		}},
		{name: "a key that is misspelt", plant: write("private/site.env", "SHOP_DSN=x\nSHOP_COLOUR=red\n", 0o600), want: []string{"config-unknown private/site.env:2"}},
		{name: "a key of another program", plant: write("private/user.env", "SHOP_COLOR=red\n", 0o600), want: []string{"config-unknown private/user.env:1"}},
		{name: "a line that is not KEY=value", plant: write("private/site.env", "SHOP_DSN=x\nSHOP COLOR red\n", 0o600), want: []string{"config-syntax private/site.env:2"}},
		{name: "a comment behind a value", plant: write("private/site.env", "SHOP_DSN=x # y\n", 0o600), want: []string{"config-missing private/site.env", "config-syntax private/site.env:1"}},
		{name: "a comment behind a value in quotes", plant: write("private/site.env", "SHOP_DSN=x\nSHOP_COLOR=\"red\" # y\n", 0o600), want: []string{"config-syntax private/site.env:2"}},
		{name: "a key on one line", plant: write("private/site.env", `SHOP_DSN="-----BEGIN KEY-----\nMC4\n-----END KEY-----"`+"\n", 0o600), want: []string{"config-pem private/site.env:1"}},
		{name: "a key on lines of its own", plant: write("private/site.env", "SHOP_DSN=x\nSHOP_COLOR=\"-----BEGIN KEY-----\nMC4\n-----END KEY-----\"\n", 0o600),
			want: []string{"config-pem private/site.env:2", "config-syntax private/site.env:3", "config-syntax private/site.env:4"}},
		{name: "the end of a key in base64", plant: write("private/site.env", "SHOP_DSN=x\nMC4CAQ==\n", 0o600), want: []string{"config-unknown private/site.env:2"}},
		{name: "a secret file that is missing", plant: write("private/site.env", "SHOP_DSN_FILE=dsn\n", 0o600), want: []string{"config-file-missing private/site.env:1"}},
		{name: "a base that programs cannot see", plant: func(*testing.T, string) {}, change: func(m *manifest.Manifest) { m.Layout, m.Base = "cgi-bin", "/shop" }, want: []string{"config-missing private/site.env"}},
		{name: "settings in the document root", plant: write("public_html/.env", "SHOP_DSN=x\n", 0o644), want: []string{"secret-in-docroot public_html/.env"}},
		{name: "a nearer folder private", plant: write("public_html/private/readme", "x", 0o644), want: []string{"private-shadowed public_html/private"}},
		{name: "a manifest in the document root", plant: write("public_html/MANIFEST.json", "{}", 0o644), want: []string{"package-in-docroot public_html/MANIFEST.json"}},
		{name: "the package in the document root", plant: write("public_html/shop.zip", "PK", 0o644), want: []string{"package-in-docroot public_html/shop.zip"}},
		{name: "a copy beside the programs", plant: write("public_html/cgi/home.cgi.bak", "x", 0o755), want: []string{"backup-left public_html/cgi/home.cgi.bak"}},
		{name: "a program of an earlier version", plant: write("public_html/cgi/old.cgi", "x", 0o711), want: []string{"program-unknown public_html/cgi/old.cgi"}},
		{name: "a link in place of settings", plant: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "private/site.env")))
			must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "private/site.env")))
		}, want: []string{"config-irregular private/site.env", "config-missing private/site.env"}},
		{name: "a pipe in place of settings", plant: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "private/site.env")))
			must(t, syscall.Mkfifo(filepath.Join(dir, "private/site.env"), 0o600))
		}, want: []string{"config-irregular private/site.env", "config-missing private/site.env"}},
		{name: "an endless device in place of settings", plant: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "private/site.env")))
			must(t, os.Symlink("/dev/zero", filepath.Join(dir, "private/site.env")))
		}, want: []string{"config-irregular private/site.env", "config-missing private/site.env"}},
		{name: "a pipe in place of a file of the package", plant: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "private/CONFIGURATION.md")))
			must(t, syscall.Mkfifo(filepath.Join(dir, "private/CONFIGURATION.md"), 0o600))
		}, want: []string{"file-unreadable private/CONFIGURATION.md"}},
		{name: "a link in place of the manifest", plant: func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, manifest.Path)))
			must(t, os.Symlink("/dev/zero", filepath.Join(dir, manifest.Path)))
		}, want: []string{"manifest-damaged " + manifest.Path}},
		{name: "settings of a terabyte", plant: func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, "private/site.env"), 1<<40)) },
			want: []string{"file-unreadable private/site.env", "config-missing private/site.env"}},
		{name: "rules of a terabyte", plant: func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, rules), 1<<40)) }, want: []string{"file-unreadable " + rules}},
		{name: "a folder of settings that leads out of the account", plant: func(t *testing.T, dir string) {
			elsewhere := t.TempDir()
			put(t, elsewhere, "site.env", []byte("FOREIGN_SECRET=x\n"), 0o600)
			must(t, os.Symlink(elsewhere, filepath.Join(dir, "private/more")))
			must(t, os.Remove(filepath.Join(dir, "private/site.env")))
			must(t, os.Symlink("more/site.env", filepath.Join(dir, "private/site.env")))
		}, want: []string{"config-irregular private/site.env", "config-missing private/site.env"}},
		{name: "a document root for the server's group alone", plant: func(t *testing.T, dir string) {
			chown(t, dir, 65534)
			must(t, os.Lchown(filepath.Join(dir, "public_html"), 65534, 33))
			must(t, os.Chmod(filepath.Join(dir, "public_html"), 0o750))
		}, root: true},
		{name: "rules for the server's group alone", plant: func(t *testing.T, dir string) {
			must(t, os.Lchown(filepath.Join(dir, rules), 65534, 33))
			must(t, os.Chmod(filepath.Join(dir, rules), 0o640))
		}, root: true},
		{name: "a document root for the account's own group", plant: mode("public_html", 0o750), want: []string{"folder-closed public_html"}},
		{name: "several owners", plant: func(t *testing.T, dir string) {
			must(t, os.Lchown(filepath.Join(dir, home), 1234, 1234))
			must(t, os.Lchown(filepath.Join(dir, "private/site.env"), 1235, 1235))
		}, want: []string{"owner-mixed ."}, root: true},
		{name: "settings of the web server", plant: owner("private/site.env", 33), want: []string{"owner-mixed ."}, root: true},
		{name: "an installation of the web server", plant: func(t *testing.T, dir string) { chown(t, dir, 33) }, want: []string{"owner-mixed ."}, root: true},
		{name: "a program called site", plant: write("private/site.env", "SHOP_DSN=x\nSHOP_COLOR=red\n", 0o600), change: func(m *manifest.Manifest) {
			m.Programs = append(m.Programs, manifest.Program{Name: "site", Target: "linux/386", Path: "private/targets/linux-386/user.cgi"})
		}},
		{name: "a database beside the settings", plant: func(t *testing.T, dir string) {
			put(t, dir, "private/shop.db", []byte(sqliteMagic+"rest"), 0o644)
			put(t, dir, "private/shop.db-wal", []byte("x"), 0o644)
		}},
		{name: "what an upload left of a program", plant: write("public_html/cgi/.in.home.cgi.", "x", 0o644), want: []string{"backup-left public_html/cgi/.in.home.cgi."}},
		{name: "what rsync left of the rules", plant: write("public_html/..htaccess.aB3dE9", "x", 0o600), want: []string{"backup-left public_html/..htaccess.aB3dE9"}},
		{name: "what rsync left of a program", plant: write("public_html/cgi/.home.cgi.aB3dE9", "x", 0o600), want: []string{"backup-left public_html/cgi/.home.cgi.aB3dE9"}},
		{name: "copies of settings and lists", plant: func(t *testing.T, dir string) {
			for _, name := range []string{"private/site.env.tmp", "private/MANIFEST.json.new", "private/.in.site.env.", "public_html/site.env.bak"} {
				put(t, dir, name, []byte("x"), 0o600)
			}
		}, want: []string{"backup-left private/site.env.tmp", "backup-left private/MANIFEST.json.new", "backup-left private/.in.site.env.", "backup-left public_html/site.env.bak"}},
		{name: "copies of the owner's own", plant: func(t *testing.T, dir string) {
			put(t, dir, "public_html/index.html.bak", []byte("x"), 0o644)
			put(t, dir, "public_html/.config.example1", []byte("x"), 0o644)
		}},
		{name: "a folder named like a route", plant: write("public_html/users/x.html", "x", 0o644), want: []string{"folder-before-route public_html/users"}},
		{name: "a folder named like a route, with rules", plant: write("public_html/users/.htaccess", "RewriteEngine On\n", 0o644), want: []string{"folder-before-route public_html/users"}},
		{name: "a folder of another name", plant: write("public_html/pictures/.htaccess", "RewriteEngine On\n", 0o644)},
		{name: "rules among others", plant: edit(rules, func(b []byte) []byte {
			return []byte("AddHandler x .php\n\n# BEGIN cgigen shop\n" + string(b) + "# END cgigen shop\n\n# BEGIN WordPress\nRewriteRule . /index.php [L]\n# END WordPress\n")
		})},
		{name: "rules among others that were changed", plant: edit(rules, func(b []byte) []byte {
			return []byte("# BEGIN cgigen shop\n" + string(b) + "RewriteRule x y\n# END cgigen shop\n")
		}), want: []string{"htaccess-changed " + rules}},
		{name: "rules behind those of WordPress", plant: edit(rules, func(b []byte) []byte {
			return []byte("# BEGIN WordPress\nRewriteRule . /index.php [L]\n# END WordPress\n# BEGIN cgigen shop\n" + string(b) + "# END cgigen shop\n")
		}), want: []string{"wordpress-first " + rules}},
		{name: "a probe that was left", plant: write("public_html/cgi/cgigen-probe-0123.cgi", "x", 0o755), want: []string{"probe-left public_html/cgi/cgigen-probe-0123.cgi"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.root && os.Getuid() != 0 {
				t.Skip("only root can give files away")
			}
			dir := installed(t, test.change)
			test.plant(t, dir)
			if os.Getuid() == 0 && !test.root {
				chown(t, dir, 65534)
				if strings.HasSuffix(test.name, "setuid") {
					test.plant(t, dir) // chown took it away
				}
			}
			report, err := Dir(dir, DirOptions{})
			must(t, err)
			var got []string
			for _, f := range report.Findings {
				got = append(got, f.ID+" "+f.Where)
				if f.What == "" || f.Why == "" || f.Fix == "" || f.Level != Error && f.Level != Warning {
					t.Errorf("not complete: %+v", f)
				}
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A program refuses what it does not know in a file of its own; of the file of
// all programs it takes what it knows.
func TestAnUnknownKeyIsExplainedAsItsFileIsRead(t *testing.T) {
	dir := installed(t, nil)
	put(t, dir, "private/user.env", []byte("SHOP_COLOR=red\nSHOP_DNS=x\n"), 0o600)
	put(t, dir, "private/site.env", []byte("SHOP_DSN=x\nSHOP_COLOUR=red\n"), 0o600)
	if os.Getuid() == 0 {
		chown(t, dir, 65534)
	}
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	const refuses = "user answers 500: it refuses to start with an unknown key in its own file"
	want := []Finding{
		{"config-unknown", Error, "private/user.env:1", "the program user does not know SHOP_COLOR: it is a setting of home",
			refuses, "move the line to private/site.env, for all programs, or to private/home.env"},
		{"config-unknown", Error, "private/user.env:2", "the program user does not know SHOP_DNS", refuses, "correct or remove the line; SHOP_DSN is near"},
		{"config-unknown", Warning, "private/site.env:2", "no program asks for SHOP_COLOUR",
			"it is misspelt or left over; if it is misspelt, the setting keeps its default", "correct or remove the line; SHOP_COLOR is near"},
	}
	if diff := cmp.Diff(want, report.Findings); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWhatMayBeSecretIsNotShown(t *testing.T) {
	dir := installed(t, nil)
	put(t, dir, "private/site.env", []byte("SHOP_DSN=x\nhunter2==\n"), 0o600)
	put(t, dir, "private/user.env", []byte("hunter2=\nSHOP_DSN_FILE=hunter2\n"), 0o600)
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	for _, f := range report.Findings {
		if strings.Contains(f.What+f.Why+f.Fix, "hunter2") {
			t.Errorf("%+v", f)
		}
	}
}

func TestRulesForHostsThatAllowLessAreRight(t *testing.T) {
	dir := installed(t, nil)
	put(t, dir, "public_html/cgi/.htaccess", []byte("SetHandler cgi-script\n"), 0o644)
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	if diff := cmp.Diff([]Finding{}, report.Findings); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// /dev/shm is mounted noexec in most containers and on many hosts.
func TestNoexecIsNamed(t *testing.T) {
	if !isNoexec("/dev/shm") {
		return // tests of real hosts mount a file system so
	}
	if isNoexec("/") {
		t.Error("the root cannot be noexec: this test runs")
	}
}

func TestARemedyCanBePasted(t *testing.T) {
	for name, want := range map[string]string{"/a/b.cgi": "/a/b.cgi", "/a b": "'/a b'", "/it's": `'/it'\''s'`, "/a$b": "'/a$b'"} {
		if got := quote(name); got != want {
			t.Errorf("quote(%s) = %s, want %s", name, got, want)
		}
	}
}
