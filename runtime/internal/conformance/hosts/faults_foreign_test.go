//go:build unix

package hosts_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// The rules of WordPress, whose page is a file here.
const wordpress = `# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteBase /
RewriteRule ^blog\.html$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /blog.html [L]
</IfModule>
# END WordPress
`

// beside puts the rules of WordPress before or behind those of the site.
func beside(before bool) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		put("public_html/blog.html", "<title>My blog</title><link href='/wp-content/themes/x.css'>", 0o644)(t, h)
		edit(docrootRules, func(ours []byte) []byte {
			block := string(ours) // with the lines around it
			if before {
				return []byte(wordpress + block)
			}
			return []byte("# the owner's own\n\n" + block + wordpress)
		})(t, h)
	}
}

// folder makes one in the document root, with a file.
func folder(name, file, text string) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		dir := filepath.Join(h.dir, "public_html", name)
		must(t, os.Mkdir(dir, 0o755))
		must(t, os.Lchown(dir, nobody, nobody))
		put("public_html/"+name+"/"+file, text, 0o644)(t, h)
	}
}

// with is a provider who has more modules.
func with(modules, directory string) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		h.options.Modules = append(slices.Clone(h.options.Modules), strings.Fields(modules)...)
		h.directory = healthy + "\n" + directory
	}
}

// mounted lays a file system over a folder, with its content; only root outside of
// most containers may.
func mounted(name, options string) func(*testing.T, *host) {
	return func(t *testing.T, h *host) {
		dir := filepath.Join(h.dir, name)
		if out, err := exec.Command("mount", "--bind", dir, dir).CombinedOutput(); err != nil {
			t.Skipf("nothing can be mounted here: %s", out)
		}
		t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
		if out, err := exec.Command("mount", "-o", "remount,bind,"+options, dir).CombinedOutput(); err != nil {
			t.Skipf("nothing can be mounted here: %s", out)
		}
	}
}

// foreignFaults are what stands between visitors and the programs, and what hosts
// do that is no fault.
func foreignFaults() []fault {
	robots := `<html><script>document.cookie=\"__test=\"+slowAES.decrypt(toNumbers(\"1\"));location.href=\"?i=1\"</script></html>`
	return []fault{
		{name: "WordPress behind the site's rules", plant: beside(false)},
		{name: "WordPress before the site's rules", plant: beside(true), dir: []string{"htaccess-behind-wordpress"}, url: []string{"wordpress-first"}},
		{name: "every address leads elsewhere", plant: with("alias", "RedirectMatch 302 ^ http://other.example/"), url: []string{"foreign-answer"}},
		{name: "a password before everything", plant: with("authn_core authn_file auth_basic authz_user", "AuthType Basic\nAuthName Staging\nAuthUserFile /nonexistent\nRequire valid-user"), url: []string{"password-first"}},
		{name: "a check for robots", plant: provider(healthy + "\nRequire all denied\nErrorDocument 403 \"" + robots + "\""), url: []string{"bot-challenge"}},
		{name: "a folder named like a route", plant: folder("users", "index.html", "x"), dir: []string{"folder-before-route"}, url: []string{"folder-before-route"}},
		{name: "a folder named like a route, with rules of its own", plant: folder("users", ".htaccess", "RewriteEngine On\n"), dir: []string{"folder-before-route"}, url: []string{"folder-before-route"}},
		{name: "a folder of another name, with rules of its own", plant: folder("pictures", ".htaccess", "RewriteEngine On\n")},
		{name: "a firewall like the core rules", plant: provider(healthy + "\n<If \"%{HTTP:Content-Type} == 'application/octet-stream' || -n %{HTTP:Proxy}\">\nRequire all denied\n</If>"), probe: []string{}},
		{name: "a probe that is sent as a file", plant: provider("AllowOverride None"), url: []string{"program-forbidden", "route-missing"}, probe: []string{"probe-fails", "program-forbidden", "route-missing"}},
		{name: "FastCGI alone", args: []string{"--layout", "fcgid"}, plant: func(_ *testing.T, h *host) { h.options = modules("fcgid") },
			url: []string{"upload-limit"}, probe: []string{"probe-fails", "upload-limit"}},
		{name: "noexec", plant: mounted("public_html/cgi-testsite", "noexec"), dir: []string{"noexec"}, url: []string{"programs-refused"}, probe: []string{"probe-fails", "programs-refused"}},
		{name: "a home that is read-only", plant: mounted("private", "ro"), probe: []string{"home-read-only"}},
		{name: "a document root for the server's group", plant: func(t *testing.T, h *host) {
			dir := filepath.Join(h.dir, "public_html")
			group, err := strconv.Atoi(servers.WebUser(t).Gid)
			must(t, err)
			must(t, os.Lchown(dir, nobody, group))
			must(t, os.Chmod(dir, 0o750))
		}},
		{name: "leftovers of uploads", plant: func(t *testing.T, h *host) {
			data, err := os.ReadFile(filepath.Join(h.dir, homeProgram))
			must(t, err)
			put("public_html/cgi-testsite/.in.home.cgi.", string(data), 0o644)(t, h)
			put("public_html/home.cgi.new", string(bytes.Clone(data)), 0o644)(t, h)
		}, dir: []string{"backup-left"}}, // which our rules refuse to send
	}
}

// Few processes are enough for one visitor, and not for many.
func TestTheDoctorMeasuresLimitsOfProcesses(t *testing.T) {
	h := &host{dir: home(t), docroot: "public_html", options: modules("cgid"), directory: healthy + "\nRLimitNPROC 20"}
	upload(t, archive(t, "--for", "apache"), h.dir, nobody)
	list, err := os.ReadFile(filepath.Join(h.dir, "private/testsite/MANIFEST.json"))
	must(t, err)
	s := servers.Apache(t, h.options, h.shared())
	got := withProbe(t, h, string(list), "http://"+s.Addr(0)+"/")
	same(t, "the doctor with a probe", got, []string{"limit-crowd", "limit-processes"})
}
