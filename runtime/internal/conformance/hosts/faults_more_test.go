//go:build unix

package hosts_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// put writes a file of the account.
func put(name, text string, mode os.FileMode) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		file := filepath.Join(h.dir, name)
		must(t, os.WriteFile(file, []byte(text), mode))
		must(t, os.Lchown(file, nobody, nobody))
		must(t, os.Chmod(file, mode))
	}
}

// asAccount makes the server run as the user whose files it serves.
func asAccount(h *host) {
	h.directory, h.noSuexec, h.options.Config = "AllowOverride None", true, "User #65534\nGroup #65534\n"
}

// moreFaults are those of the account around the programs, and of hosts that
// lack a part; among them what is no fault.
func moreFaults() []fault {
	return []fault{
		{name: "a folder that is a link, which suEXEC takes", plant: func(t *testing.T, h *host) {
			must(t, os.Mkdir(filepath.Join(h.dir, "releases"), 0o755))
			must(t, os.Rename(filepath.Join(h.dir, "public_html/cgi-testsite"), filepath.Join(h.dir, "releases/1")))
			must(t, os.Symlink("../releases/1", filepath.Join(h.dir, "public_html/cgi-testsite")))
			give(t, h.dir, nobody)
		}},
		{name: "a program that all may read, where rules count", plant: chmod(homeProgram, 0o755), dir: []string{"program-readable"}},
		{name: "a host without suEXEC", plant: func(_ *testing.T, h *host) { h.noSuexec = true }, url: []string{"program-fails"}, probe: []string{"no-suexec", "private-closed", "program-fails"}},
		{name: "programs that nobody may read", plant: func(t *testing.T, h *host) { modes(0o111)(t, h.dir) }},
		{name: "a server that runs as the account, where no rules count", plant: func(_ *testing.T, h *host) {
			asAccount(h)
			h.sent = []string{"a program", "settings"} // their names, in the program
		}, url: []string{"program-sent", "route-missing"}},
		{name: "a server that runs as the account, where no rules count, and programs that nobody may read", plant: func(t *testing.T, h *host) {
			asAccount(h)
			modes(0o111)(t, h.dir)
		}, url: []string{"program-forbidden", "route-missing"}},
		{name: "an account of root", plant: func(t *testing.T, h *host) { give(t, h.dir, 0) }, dir: []string{"owner-system"}, url: []string{"programs-refused"}},
		{name: "an account where suEXEC does not look", plant: func(t *testing.T, h *host) {
			elsewhere := filepath.Join(servers.Dir(t), "home")
			must(t, exec.Command("cp", "-a", h.dir, elsewhere).Run())
			h.dir = elsewhere
		}, url: []string{"programs-refused"}},
		{name: "a program with setuid", plant: chmod(homeProgram, 0o711|os.ModeSetuid), dir: []string{"program-setuid"}, url: []string{"server-error"}},
		{name: "an upload of nothing", plant: edit(homeProgram, func([]byte) []byte { return nil }), dir: []string{"program-empty"}, url: []string{"server-error"}},
		{name: "a damaged program", plant: edit(homeProgram, func(b []byte) []byte {
			return append([]byte("\x7fELF"), bytes.Repeat([]byte{0xff}, len(b)-4)...)
		}), dir: []string{"program-damaged"}, url: []string{"server-error"}},
		{name: "an error page in place of a program", plant: edit(homeProgram, func([]byte) []byte { return []byte("<html>busy</html>") }), dir: []string{"program-foreign"}, url: []string{"server-error"}},
		{name: "Options that the host allows in part", plant: provider("AllowOverride FileInfo Options=Indexes"), url: []string{"rules-refused-programs"}},
		{name: "Options that the host ignores", plant: provider("AllowOverride FileInfo Nonfatal=All"), url: []string{"program-forbidden"}},
		{name: "rewriting that Options forbid", plant: provider(healthy + "\nOptions None"), url: []string{"program-forbidden"}},
		{name: "rewriting that Options forbid, with the remedy", plant: func(t *testing.T, h *host) {
			h.directory = healthy + "\nOptions None"
			edit(docrootRules, func(b []byte) []byte { return append([]byte("Options +SymLinksIfOwnerMatch\n"), b...) })(t, h)
		}},
		{name: "no mod_fcgid", args: []string{"--layout", "fcgid"}, plant: func(*testing.T, *host) {}, url: []string{"program-forbidden"}},
		{name: "settings in the document root", plant: put("public_html/.env", "SITE_TOKEN="+secret+"\n", 0o644), dir: []string{"secret-in-docroot"}},
		{name: "the manifest in the document root", plant: put("public_html/MANIFEST.json", `{"sha256": ""}`, 0o644), dir: []string{"package-in-docroot"}},
		{name: "a copy of a program", plant: put("public_html/cgi-testsite/home.cgi.bak", "\x7fELF", 0o755), dir: []string{"backup-left"}},
		{name: "a program of an earlier version", plant: put("public_html/cgi-testsite/old.cgi", "\x7fELF", 0o644), dir: []string{"program-unknown"}},
		{name: "a nearer folder private", plant: func(t *testing.T, h *host) {
			must(t, os.MkdirAll(filepath.Join(h.dir, "public_html/private/testsite"), 0o700))
			must(t, os.Lchown(filepath.Join(h.dir, "public_html/private"), nobody, nobody))
			must(t, os.Lchown(filepath.Join(h.dir, "public_html/private/testsite"), nobody, nobody))
		}, dir: []string{"private-shadowed"}, url: []string{"program-fails"}},
		{name: "an open folder of settings", plant: chmod("private/testsite", 0o755), dir: []string{"private-open"}},
		{name: "a setting that nobody asks for", plant: put("private/testsite/site.env", "SITE_TOKEN="+secret+"\nSITE_COLOUR=red\n", 0o600), dir: []string{"config-unknown"}},
		{name: "a file of a setting that is missing", plant: put("private/testsite/site.env", "SITE_TOKEN_FILE=token\n", 0o600), dir: []string{"config-file-missing"}, url: []string{"program-fails"}},
		{name: "settings that the group may change", plant: chmod("private/testsite/site.env", 0o620), dir: []string{"secret-writable"}, url: []string{"program-fails"}},
	}
}
