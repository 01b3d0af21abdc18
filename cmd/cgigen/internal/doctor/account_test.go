//go:build unix

package doctor

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// A host without suEXEC runs programs as its web server: what the doctor then asks
// for does not lock the server out.
func TestAnInstallationWithoutSuEXEC(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	const web = 33
	if webUser(web) == "" {
		t.Skip("user 33 is not www-data here")
	}
	tests := []struct {
		name  string
		plant func(dir string)
		want  []string
	}{
		{"settings of the web server", func(dir string) { chown(t, filepath.Join(dir, "private"), web) }, nil},
		{"everything of the web server", func(dir string) { chown(t, dir, web) }, nil},
		{"settings of root for the group of the web server", func(dir string) {
			chown(t, filepath.Join(dir, "private"), 0)
			for name, mode := range map[string]os.FileMode{"private": 0o750, "private/site.env": 0o640} {
				must(t, os.Lchown(filepath.Join(dir, name), 0, web))
				must(t, os.Chmod(filepath.Join(dir, name), mode))
			}
		}, nil},
		{"settings of the account", func(string) {}, []string{"secret-owner private", "secret-owner private/site.env"}},
		{"a program that only the account may run", func(dir string) {
			chown(t, filepath.Join(dir, "private"), web)
			must(t, os.Chmod(filepath.Join(dir, "public_html/cgi/home.cgi"), 0o700))
		}, []string{"program-not-executable public_html/cgi/home.cgi"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := installed(t, nil)
			test.plant(dir)
			report, err := Dir(dir, DirOptions{User: "www-data"})
			must(t, err)
			var got []string
			for _, f := range report.Findings {
				got = append(got, f.ID+" "+f.Where)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// Several sites of one account are all looked at, each with its own folder.
func TestSitesOfOneAccountAreLookedAtEach(t *testing.T) {
	dir := installed(t, nil)
	other := installed(t, func(m *manifest.Manifest) {
		m.Site, m.Files, m.Folders, m.Programs, m.Routes = "blog", nil, nil, nil, nil
		m.Config = []manifest.Value{{Name: "BLOG_DSN", Required: true, Programs: []string{"blog"}}}
	})
	text, err := os.ReadFile(filepath.Join(other, manifest.Path))
	must(t, err)
	put(t, dir, "private/blog/MANIFEST.json", text, 0o600)
	put(t, dir, "private/blog/site.env", []byte("BLOG_DSN=x\nSHOP_DSN=y\n"), 0o600)
	must(t, os.Chmod(filepath.Join(dir, "private/blog"), 0o700))
	if os.Getuid() == 0 {
		chown(t, dir, 65534)
	}
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	var got []string
	for _, f := range report.Findings {
		got = append(got, f.ID+" "+f.Where)
	}
	if diff := cmp.Diff([]string{"config-unknown private/blog/site.env:2"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A manifest comes from whoever owns the account: what it says cannot become an
// order in a line that somebody pastes.
func TestNamesOfAManifestAreQuotedInShellLines(t *testing.T) {
	const evil = "x'; touch owned; echo '$(id)"
	dir := installed(t, func(m *manifest.Manifest) {
		m.Config = append(m.Config, manifest.Value{Name: evil, Required: true, Programs: []string{"home"}})
		m.Programs[0].Target = "linux/" + evil
		m.Base, m.Layout = "/"+evil, "cgi-bin"
		m.Folders = append(m.Folders, manifest.Folder{Path: evil, Mode: 0o755})
	})
	must(t, os.Mkdir(filepath.Join(dir, evil), 0o700))
	put(t, dir, "public_html/cgi/home.cgi", append(program(elf.EM_AARCH64, false), "0123456789"...), 0o711)
	report, err := Dir(dir, DirOptions{})
	must(t, err)
	lines := 0
	for _, f := range report.Findings {
		if !strings.Contains(f.Fix, "touch") {
			continue
		}
		lines++
		script := t.TempDir() + "/line"
		first, _, _ := strings.Cut(f.Fix, "\n")
		must(t, os.WriteFile(script, []byte("echo() { :; }; chmod() { :; }; cgigen() { :; }; touch() { exit 7; }\n"+strings.ReplaceAll(first, " >> ", " ")+"\n"), 0o600))
		if out, err := exec.Command("sh", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", f.Fix, err, out)
		}
	}
	if lines < 3 {
		t.Errorf("only %d lines have the names: %+v", lines, report.Findings)
	}
}

func TestLabelsOfSELinux(t *testing.T) {
	for label, want := range map[string]string{
		"system_u:object_r:httpd_sys_script_exec_t:s0\x00": "httpd_sys_script_exec_t", "unconfined_u:object_r:user_home_t:s0": "user_home_t", "": "", "x": "",
	} {
		if got := typeOf(label); got != want {
			t.Errorf("%q: got %q, want %q", label, got, want)
		}
	}
	for kind, want := range map[string]bool{"httpd_sys_script_exec_t": true, "httpd_user_script_exec_t": true, "user_home_t": false, "httpd_sys_content_t": false} {
		if runs(kind) != want {
			t.Errorf("%s: want %t", kind, want)
		}
	}
}
