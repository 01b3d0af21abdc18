//go:build unix

package hosts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// finding is what the doctor says, as far as it is looked at.
type finding struct {
	ID, Level, Where, What, Why, Fix string
}

// ask runs the doctor and gives the names of what it finds, each once.
func ask(t *testing.T, args ...string) []string {
	t.Helper()
	out, errs, code := cgigen(t, append([]string{"doctor", "--json"}, args...)...)
	var report struct{ Findings []finding }
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("doctor %s: code %d, %v\n%s%s", args, code, err, out, errs)
	}
	if want := min(len(report.Findings), 1); code != want {
		t.Errorf("doctor %s: code %d, want %d", args, code, want)
	}
	ids := []string{}
	for _, f := range report.Findings {
		if f.Level == "" || f.Where == "" || f.What == "" || f.Why == "" || f.Fix == "" {
			t.Errorf("not complete: %+v", f)
		}
		ids = append(ids, f.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// host is a shared host with the sample site on it.
type host struct {
	dir, docroot string
	options      servers.Options
	directory    string // what the provider says about the document root
	noSuexec     bool
	sent         []string // what is sent all the same, as noLeak names it: the doctor has to see it
	slow         bool     // a program needs long to find out that it gets no thread
}

// A fault of an installation or a host, with what the doctor says of the
// folder and of the site.
type fault struct {
	name     string
	args     []string // of package
	plant    func(t *testing.T, h *host)
	dir, url []string
	probe    []string // what it says with a probe, besides
	probeOr  []string // or, where other processes of the account's user use up what is left
}

const healthy = "AllowOverride All"

func chmod(name string, mode os.FileMode) func(*testing.T, *host) {
	return func(t *testing.T, h *host) { must(t, os.Chmod(filepath.Join(h.dir, name), mode)) }
}

func remove(name string) func(*testing.T, *host) {
	return func(t *testing.T, h *host) { must(t, os.RemoveAll(filepath.Join(h.dir, name))) }
}

func edit(name string, change func([]byte) []byte) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		file := filepath.Join(h.dir, name)
		data, err := os.ReadFile(file)
		must(t, err)
		info, err := os.Stat(file)
		must(t, err)
		must(t, os.WriteFile(file, change(data), 0o600))
		must(t, os.Chmod(file, info.Mode()))
	}
}

func provider(directory string) func(*testing.T, *host) {
	return func(_ *testing.T, h *host) { h.directory = directory }
}

// ascii is what an upload in ASCII mode does.
func ascii(b []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

const homeProgram, docrootRules, programRules = "public_html/cgi-testsite/home.cgi", "public_html/.htaccess", "public_html/cgi-testsite/.htaccess"

func faults() []fault {
	return []fault{
		{name: "a healthy site", plant: func(*testing.T, *host) {}},
		{name: "programs of 386 where address space is short", args: []string{"--target", "linux/386"}, plant: func(t *testing.T, h *host) {
			servers.Need386(t)
			h.directory = healthy + "\nRLimitMEM 134217728"
		}},
		{name: "a program without x", plant: chmod(homeProgram, 0o644), dir: []string{"program-not-executable", "program-readable"}, url: []string{"server-error"}},
		{name: "a program that the group may write to", plant: chmod(homeProgram, 0o775), dir: []string{"program-readable", "program-writable"}, url: []string{"server-error"}},
		{name: "a folder that the group may write to", plant: chmod("public_html/cgi-testsite", 0o775), dir: []string{"folder-writable"}, url: []string{"programs-refused"}},
		{name: "a program of another user", plant: func(t *testing.T, h *host) { must(t, os.Lchown(filepath.Join(h.dir, homeProgram), 1234, 1234)) }, dir: []string{"program-owner"}, url: []string{"server-error"}},
		{name: "a folder of another user", plant: func(t *testing.T, h *host) {
			must(t, os.Lchown(filepath.Join(h.dir, "public_html/cgi-testsite"), 1234, 1234))
		}, dir: []string{"folder-owner"}, url: []string{"programs-refused"}},
		{name: "a program that is a link", plant: func(t *testing.T, h *host) {
			must(t, os.Rename(filepath.Join(h.dir, homeProgram), filepath.Join(h.dir, "home.bin")))
			must(t, os.Symlink("../../home.bin", filepath.Join(h.dir, homeProgram)))
			must(t, os.Lchown(filepath.Join(h.dir, homeProgram), nobody, nobody))
		}, dir: []string{"program-link"}, url: []string{"server-error"}},
		{name: "a program that was not uploaded", plant: remove(homeProgram), dir: []string{"program-missing"}, url: []string{"route-missing"}},
		{name: "an upload in ASCII mode", plant: edit(homeProgram, ascii), dir: []string{"program-ascii"}, url: []string{"server-error"}},
		{name: "an upload that broke off", plant: edit(homeProgram, func(b []byte) []byte { return b[:len(b)/3] }), dir: []string{"program-truncated"}, url: []string{"server-error"}},
		{name: "a program for another processor", plant: edit(homeProgram, func(b []byte) []byte {
			b[18], b[19] = 183, 0 // EM_AARCH64
			return b
		}), dir: []string{"program-architecture"}, url: []string{"server-error"}},
		{name: "a folder that the server may not enter", plant: chmod("public_html/cgi-testsite", 0o700), dir: []string{"folder-closed"}, url: []string{"program-forbidden"}},
		{name: "rules that the server may not read", plant: chmod(docrootRules, 0o600), dir: []string{"htaccess-unreadable"}, url: []string{"program-forbidden"}},
		{name: "no rules in the document root", plant: remove(docrootRules), dir: []string{"htaccess-missing"}, url: []string{"route-missing"}},
		{name: "no rules beside the programs", plant: remove(programRules), dir: []string{"htaccess-missing"}, url: []string{"program-forbidden"}},
		{name: "rules with a byte order mark", plant: edit(docrootRules, func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }), dir: []string{"htaccess-bom"}, url: []string{"rules-refused"}},
		{name: "rules with CRLF, which Apache itself takes", plant: edit(docrootRules, ascii), dir: []string{"htaccess-crlf"}},
		{name: "rules with CR alone", plant: edit(docrootRules, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r")) }), dir: []string{"htaccess-crlf"}, url: []string{"route-missing"}},
		{name: "AllowOverride None", plant: provider("AllowOverride None"), url: []string{"program-forbidden", "route-missing"}},
		{name: "AllowOverride FileInfo, and rules that need more", plant: provider("AllowOverride FileInfo\nOptions +ExecCGI"), url: []string{"rules-refused-programs"}},
		{name: "no mod_rewrite", plant: func(_ *testing.T, h *host) { h.options.Modules = []string{"suexec", "cgid"} }, url: []string{"rules-refused"}},
		{name: "no module for CGI", plant: func(_ *testing.T, h *host) { h.options.Modules = []string{"suexec", "rewrite"} }, url: []string{"program-forbidden"}},
		{name: "another path than the package is for", args: []string{"--base", "/shop"}, plant: func(t *testing.T, h *host) {
			must(t, os.Rename(filepath.Join(h.dir, "public_html/shop"), filepath.Join(h.dir, "public_html/store")))
		}, dir: []string{"htaccess-missing", "program-missing"}, url: []string{"route-missing"}},
		{name: "RLimitMEM of 512 MiB", plant: provider(healthy + "\nRLimitMEM 536870912"), url: []string{"programs-refused"}, probe: []string{"limit-address-space", "programs-refused"}},
		{name: "RLimitNPROC of 1", plant: func(_ *testing.T, h *host) { h.directory, h.slow = healthy+"\nRLimitNPROC 1", true }, url: []string{"programs-refused"}, probe: []string{"limit-processes", "programs-refused"}, probeOr: []string{"probe-fails", "programs-refused"}},
		{name: "methods that the host refuses", plant: provider(healthy + "\n<LimitExcept GET HEAD POST OPTIONS>\nRequire all denied\n</LimitExcept>"), url: []string{"method-blocked"}},
		{name: "a limit on bodies", plant: provider(healthy + "\nLimitRequestBody 100000"), url: []string{"upload-limit"}},
		{name: "mod_fcgid, which takes 128 KiB", args: []string{"--layout", "fcgid"}, plant: func(_ *testing.T, h *host) { h.options = modules("fcgid") }, url: []string{"upload-limit"}},
		{name: "redirects in a circle", plant: edit(docrootRules, func(b []byte) []byte {
			return bytes.Replace(b, []byte("RewriteEngine On\n"), []byte("RewriteEngine On\nRewriteCond %{ENV:REDIRECT_STATUS} ^$\nRewriteRule ^(users/.*[^/])$ /$1 [R=301,L]\n"), 1)
		}), dir: []string{"htaccess-changed"}, url: []string{"redirect-loop"}},
		{name: "no settings", plant: remove("private/testsite/site.env"), dir: []string{"config-missing"}, url: []string{"program-fails"}},
		{name: "settings that all may read", plant: chmod("private/testsite/site.env", 0o644), dir: []string{"secret-readable"}, url: []string{"program-fails"}},
		{name: "settings of another user", plant: func(t *testing.T, h *host) {
			must(t, os.Lchown(filepath.Join(h.dir, "private/testsite/site.env"), 1234, 1234))
			must(t, os.Chmod(filepath.Join(h.dir, "private/testsite/site.env"), 0o600))
		}, dir: []string{"secret-owner"}, url: []string{"program-fails"}},
		{name: "a line that is no setting", plant: edit("private/testsite/site.env", func(b []byte) []byte { return append(b, "\nnonsense\n"...) }), dir: []string{"config-syntax"}, url: []string{"program-fails"}},
		{name: "passwords that the host keeps to itself", plant: edit(programRules, func(b []byte) []byte {
			return bytes.Replace(b, []byte("SetEnvIf"), []byte("#SetEnvIf"), 1)
		}), dir: []string{"htaccess-changed"}, probe: []string{"authorization-lost"}},
		{name: "programs that all may read where no rules count", plant: func(t *testing.T, h *host) {
			h.directory, h.sent = "AllowOverride None", []string{"a program", "settings"} // their names, in the program
			chmod(homeProgram, 0o755)(t, h)
		}, dir: []string{"program-readable"}, url: []string{"program-forbidden", "program-sent", "route-missing"}},
		{name: "the whole package, open, in the document root", plant: func(t *testing.T, h *host) {
			h.directory, h.docroot, h.sent = "AllowOverride None", ".", everything()
			must(t, exec.Command("chmod", "-R", "a+rX", h.dir).Run())
		}, dir: []string{"folder-unseen"}, url: []string{"manifest-sent", "package-sent", "program-sent", "route-missing", "secret-sent"}},
		{name: "a folder that is listed", plant: func(t *testing.T, h *host) {
			h.directory = "AllowOverride None\nOptions +Indexes"
			h.options.Modules = append(h.options.Modules, "autoindex")
			h.sent = []string{"a list of files"}
		}, url: []string{"folder-listed", "program-forbidden", "route-missing"}},
	}
}

// shared returns the host's configuration.
func (h *host) shared() string {
	text := shared(filepath.Join(h.dir, h.docroot), h.directory)
	if h.noSuexec {
		return strings.Replace(text, suexec, "", 1)
	}
	return text
}

// Every fault is planted on a real host: the doctor names it, and a host that
// does not run the programs does not send them either.
func TestFaultsOfRealHosts(t *testing.T) {
	for _, f := range slices.Concat(faults(), moreFaults(), foreignFaults()) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			h := &host{dir: home(t), docroot: "public_html", options: modules("cgid"), directory: healthy}
			upload(t, archive(t, append([]string{"--for", "apache"}, f.args...)...), h.dir, nobody)
			list, err := os.ReadFile(filepath.Join(h.dir, "private/testsite/MANIFEST.json"))
			must(t, err)
			f.plant(t, h)
			s := servers.Apache(t, h.options, h.shared())
			if f.dir == nil || f.dir[0] != "folder-unseen" {
				same(t, "the doctor in the folder", ask(t, h.dir), f.dir)
			}
			base := ""
			if slices.Contains(f.args, "--base") {
				base = "/shop"
			}
			address := "http://" + s.Addr(0) + base + "/"
			same(t, "the doctor at the URL", ask(t, "--manifest", servers.Write(t, t.TempDir(), "m.json", string(list), 0o600), address), f.url)
			if f.probe != nil {
				if got := withProbe(t, h, string(list), address); f.probeOr == nil || !slices.Equal(got, f.probeOr) {
					same(t, "the doctor with a probe", got, f.probe)
				}
			}
			if h.slow {
				noQuickFiles(t, s.Addr(0), h.dir)
			} else {
				noFiles(t, s.Addr(0), h.dir, "public_html", h.sent...)
			}
		})
	}
}

// noFinding has the doctor look at a healthy site from outside: it finds nothing but
// what the server is known to lack.
func noFinding(t *testing.T, addr, dir, base string, known ...string) {
	t.Helper()
	same(t, "the doctor at the URL", ask(t, "--manifest", filepath.Join(dir, "private/testsite/MANIFEST.json"), "http://"+addr+base+"/"), known)
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// withProbe uploads a probe, lets the doctor read it, and removes it.
func withProbe(t *testing.T, h *host, list, address string) []string {
	t.Helper()
	token, errs, code := cgigen(t, "doctor", "--probe", h.dir)
	if code != 0 {
		t.Fatalf("doctor --probe: %s", errs)
	}
	token = strings.TrimSpace(token)
	file := filepath.Join(h.dir, "public_html/cgi-testsite/cgigen-probe-"+token+".cgi")
	must(t, os.Lchown(file, nobody, nobody))
	defer os.Remove(file)
	return ask(t, "--manifest", servers.Write(t, t.TempDir(), "m.json", list, 0o600), "--token", token, address)
}

// The probe answers nobody who does not know its name.
func TestTheProbeRefusesAnotherName(t *testing.T) {
	dir := home(t)
	upload(t, archive(t, "--for", "apache"), dir, nobody)
	token, _, _ := cgigen(t, "doctor", "--probe", dir)
	file := filepath.Join(dir, "public_html/cgi-testsite/cgigen-probe-"+strings.TrimSpace(token)+".cgi")
	must(t, os.Rename(file, filepath.Join(dir, "public_html/cgi-testsite/cgigen-probe-0123.cgi")))
	must(t, os.Lchown(filepath.Join(dir, "public_html/cgi-testsite/cgigen-probe-0123.cgi"), nobody, nobody))
	s := servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), healthy))
	out, err := exec.CommandContext(t.Context(), "curl", "-si", "http://"+s.Addr(0)+"/cgi-testsite/cgigen-probe-0123.cgi").Output()
	must(t, err)
	if got := string(out); !strings.HasPrefix(got, "HTTP/1.1 404 ") || !strings.HasSuffix(got, "\nnot found\n") {
		t.Errorf("got %s", got)
	}
	if strings.Contains(fmt.Sprint(ask(t, dir)), "probe-left") == false {
		t.Error("the doctor does not see that the probe was left")
	}
}
