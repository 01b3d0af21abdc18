//go:build unix

package hosts_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// A state is what may be wrong with an installation on a server of one's own.
type state struct {
	name  string
	plant func(t *testing.T, dir string)
	// Changes of the server's configuration.
	noModule bool // what runs programs is not loaded
	noRules  bool // the site's configuration is not in force
	open     bool // the document root is the folder of the package
	down     bool // nobody listens on the sockets
}

func states() []state {
	return []state{
		{name: "programs without x, which all may read", plant: modes(0o644)},
		{name: "programs that all may read", plant: modes(0o755)},
		{name: "programs that nobody may execute", plant: modes(0o600)},
		{name: "no programs", plant: func(t *testing.T, dir string) {
			for _, program := range installed(t, dir) {
				must(t, os.Remove(program))
			}
		}},
		{name: "nobody on the sockets", down: true},
		{name: "no module that runs programs", noModule: true},
		{name: "no rules", noRules: true},
		{name: "all files open", plant: allOpen},
		{name: "all files open, no module that runs programs", plant: allOpen, noModule: true},
		{name: "the package in the document root, no rules", noRules: true, open: true},
		{name: "the package in the document root, with rules", open: true},
		{name: "the package in the document root, no module that runs programs", open: true, noModule: true},
	}
}

// installed lists the programs of an installation.
func installed(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"cgi/*.*cgi", "*/cgi-*/*.*cgi"} {
		programs, err := filepath.Glob(filepath.Join(dir, pattern))
		must(t, err)
		all = append(all, programs...)
	}
	if len(all) == 0 {
		t.Fatal("there are no programs")
	}
	return all
}

func modes(mode os.FileMode) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, program := range installed(t, dir) {
			must(t, os.Chmod(program, mode))
		}
	}
}

func allOpen(t *testing.T, dir string) { must(t, exec.Command("chmod", "-R", "a+rX", dir).Run()) }

// Whatever is broken, no server sends a byte of a program, of settings or of the
// manifest. The servers run as their own user, who may read what all may.
func TestNothingIsSentInBrokenStates(t *testing.T) {
	needRoot(t)
	kinds := []struct {
		server, program string
		ways            []string
		start           func(t *testing.T, b broken) *servers.Server
	}{
		{"lighttpd", "lighttpd", []string{"cgi", "fastcgi", "scgi"}, brokenLighttpd},
		{"nginx", "nginx", []string{"cgi", "fastcgi", "scgi"}, brokenNginx},
		{"caddy", "caddy", []string{"cgi", "fastcgi"}, brokenCaddy},
		{"apache", "apache2", []string{"cgi", "fastcgi", "scgi"}, brokenApache},
	}
	for _, k := range kinds {
		servers.Need(t, k.program)
		for i, s := range states() {
			for j, way := range k.ways {
				// Where programs lie in the document root, each state is tried with each way; elsewhere they take turns.
				if k.server != "apache" && i%len(k.ways) != j {
					continue
				}
				t.Run(k.server+" "+way+" "+s.name, func(t *testing.T) {
					t.Parallel()
					b := broken{state: s, dir: servers.Dir(t), way: way, addr: servers.Address(t)}
					upload(t, archive(t, "--for", k.server, "--host", "127.0.0.1"), b.dir, 0)
					b.listen(t, k.server)
					if s.plant != nil {
						s.plant(t, b.dir)
					}
					noFiles(t, k.start(t, b).Addr(0), b.dir, "public_html")
				})
			}
		}
	}
}

// broken is an installation in a state.
type broken struct {
	state
	dir, way, addr string
	sockets, wrap  string
}

// listen starts what the server asks.
func (b *broken) listen(t *testing.T, server string) {
	b.sockets, b.wrap = "/nonexistent", "/nonexistent/fcgiwrap.socket"
	if b.down {
		return
	}
	b.sockets = sockets(t, b.dir, b.way)
	if b.way == "cgi" && (server == "nginx" || server == "caddy") {
		b.wrap = servers.Fcgiwrap(t, 2)
		must(t, os.Chmod(b.wrap, 0o777))
	}
}

// docroot is what the server takes for it.
func (b broken) docroot(usual string) string {
	if b.open {
		return b.dir
	}
	return filepath.Join(b.dir, usual)
}

// conf returns the site's configuration, or none.
func (b broken) conf(t *testing.T, name string, replace ...string) string {
	if b.noRules {
		return ""
	}
	replace = append(replace, "/srv/testsite/public", b.docroot("public"), "/run/testsite", b.sockets, "/run/fcgiwrap.socket", b.wrap)
	return config(t, b.dir, name, replace...)
}

func brokenLighttpd(t *testing.T, b broken) *servers.Server {
	host, port, _ := net.SplitHostPort(b.addr)
	text := fmt.Sprintf("server.bind = %q\nserver.port = %s\nserver.document-root = %q\nindex-file.names = ( \"INSTALL.md\" )\n", host, port, b.docroot("public"))
	site := b.conf(t, "lighttpd-"+b.way+".conf")
	if b.noModule {
		site = strings.NewReplacer(`"mod_alias", "mod_cgi"`, `"mod_alias"`, `"mod_fastcgi"`, `"mod_alias"`, `"mod_scgi"`, `"mod_alias"`).Replace(site)
	}
	return servers.WholeAsWeb(t, "lighttpd", b.addr, text+site)
}

func brokenNginx(t *testing.T, b broken) *servers.Server {
	text := b.conf(t, "nginx-"+b.way+".conf", "listen 80", "listen "+b.addr)
	if b.noModule || b.noRules { // the modules are compiled in: the nearest is a site that has none of the locations
		text = fmt.Sprintf("server {\nlisten %s;\nroot %s;\n}\n", b.addr, b.docroot("public"))
	}
	return servers.WholeAsWeb(t, "nginx", b.addr, strings.Replace(servers.NginxFrame(text), "user root;", "", 1))
}

func brokenCaddy(t *testing.T, b broken) *servers.Server {
	_, port, _ := net.SplitHostPort(b.addr)
	text := b.conf(t, "Caddyfile-"+b.way, "127.0.0.1, admin.test {", "http://127.0.0.1:"+port+", http://admin.test:"+port+" {\n\tbind 127.0.0.1")
	if b.noModule || b.noRules {
		text = fmt.Sprintf("http://127.0.0.1:%s {\nbind 127.0.0.1\nroot * %s\nfile_server\n}\n", port, b.docroot("public"))
	}
	return servers.WholeAsWeb(t, "caddy", b.addr, "{\nadmin off\nauto_https off\n}\n"+text)
}

// brokenApache is the virtual host of a server of one's own. Shared hosts are
// those of TestFaultsOfRealHosts.
func brokenApache(t *testing.T, b broken) *servers.Server {
	name, names := "apache-vhost.conf", "rewrite headers cgid"
	if b.way != "cgi" {
		name = "apache-vhost-" + b.way + ".conf"
		names = "rewrite headers proxy proxy_" + map[string]string{"fastcgi": "fcgi", "scgi": "scgi"}[b.way]
	}
	text := virtualHost(t, filepath.Join(b.dir, "private/testsite/server", name), "/srv/testsite/public_html", b.docroot("public_html"),
		"/srv/testsite", b.dir, "/run/testsite", b.sockets, "www.example.org", "127.0.0.1")
	list := strings.Fields(names)
	if b.noModule {
		list = slices.DeleteFunc(list, func(m string) bool { return m == "cgid" || strings.HasPrefix(m, "proxy_") })
	}
	if b.noRules {
		text = fmt.Sprintf("DocumentRoot %q\n<FilesMatch \"^\\.ht\">\nRequire all denied\n</FilesMatch>\n", b.docroot("public_html"))
	}
	return servers.Apache(t, servers.Options{Modules: list}, text)
}
