//go:build unix

package hosts_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// A whole application, whose only pattern is "/", behind the rules that package writes: at the root and below a base. What
// servers change stands in the table of the suite.
func TestWholeApplication(t *testing.T) {
	t.Parallel()
	needRoot(t)
	module, err := copyModule("whole", filepath.Join("testdata", "whole"), "../../../../../..")
	must(t, err)
	right := wholeAnswers(t)
	starts := map[string]func(t *testing.T, dir string) (*servers.Server, string){
		"apache": wholeApache, "apache fastcgi": wholeSockets("fastcgi", "proxy_fcgi"), "apache scgi": wholeSockets("scgi", "proxy_scgi"),
		"nginx": wholeNginx, "lighttpd": wholeLighttpd, "caddy": wholeCaddy,
	}
	for name, start := range starts {
		for _, base := range []string{"", "/shop"} {
			t.Run(name+" "+base, func(t *testing.T) {
				archive := filepath.Join(t.TempDir(), "whole.tar.gz")
				server, _, sockets := strings.Cut(name, " ")
				packModule(t, module, archive, "--for", server, "--host", "suite.test", "--base", base)
				dir := home(t)
				upload(t, archive, dir, map[bool]int{true: nobody, false: 0}[server == "apache" && !sockets])
				if base != "" { // beside what package --base links in
					appendTo(t, filepath.Join(siteFolder(t, dir), "site.env"), "CGIGEN_BASE="+base+"\n")
				}
				running, kind := start(t, dir)
				checkWhole(t, suite.Target{Server: kind, Mount: "package", Addr: running.Addr(0), Prefix: base}, right)
			})
		}
	}
}

// wholeAnswers are those of net/http.Server.
func wholeAnswers(t *testing.T) map[string]suite.Answer {
	mux := http.NewServeMux()
	mux.Handle("/", suite.Echo(func(*http.Request) string { return suite.Mounted }))
	server := httptest.NewServer(mux)
	defer server.Close()
	right := map[string]suite.Answer{}
	for _, c := range suite.SiteCases() {
		answer, err := suite.Do(suite.Target{Addr: server.Listener.Addr().String()}, c, 10*time.Second)
		must(t, err)
		right[c.Name] = answer
	}
	return right
}

func checkWhole(t *testing.T, target suite.Target, right map[string]suite.Answer) {
	t.Helper()
	for _, c := range suite.SiteCases() {
		if target.Prefix != "" && c.Path == suite.Outside {
			continue
		}
		answer, err := suite.Do(target, c, 10*time.Second)
		must(t, err)
		if refusesEncodedSlash(c, answer) {
			continue
		}
		if wrong := suite.Check(target, c, right[c.Name], answer, suite.Differences()); wrong != nil {
			t.Errorf("%s: %s\n\t%s", c.Name, c.Path, strings.Join(wrong[:min(len(wrong), 9)], "\n\t"))
		}
	}
}

// refusesEncodedSlash: generated rules may do that, as guards on a path could be passed by one.
func refusesEncodedSlash(c suite.Case, answer suite.Answer) bool {
	return strings.Contains(strings.ToLower(c.Path), "%2f") && (answer.Status() == 400 || answer.Status() == 404)
}

// appendTo adds to a file, which keeps its owner.
func appendTo(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString(text)
	must(t, err)
	must(t, f.Close())
}

// wholeApache is a shared host.
func wholeApache(t *testing.T, dir string) (*servers.Server, string) {
	return servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), "AllowOverride All")), "apache-cgid"
}

// wholeSockets is a virtual host of one's own, with a program that keeps running.
func wholeSockets(way, module string) func(t *testing.T, dir string) (*servers.Server, string) {
	return func(t *testing.T, dir string) (*servers.Server, string) {
		text := virtualHost(t, filepath.Join(dir, "private/whole/server/apache-vhost-"+way+".conf"), "/run/whole", sockets(t, dir, way), "/srv/whole", dir)
		options := servers.Options{Modules: []string{"rewrite", "headers", "proxy", module}}
		return servers.Apache(t, options, text), "apache-" + strings.ReplaceAll(module, "_", "-")
	}
}

func wholeNginx(t *testing.T, dir string) (*servers.Server, string) {
	addr := servers.Address(t)
	text := config(t, dir, "nginx-fastcgi.conf", "listen 80", "listen "+addr, "/run/whole", sockets(t, dir, "fastcgi"), "/srv/whole", dir)
	return servers.Whole(t, "nginx", addr, servers.NginxFrame(text)), "nginx-fastcgi"
}

func wholeLighttpd(t *testing.T, dir string) (*servers.Server, string) {
	addr := servers.Address(t)
	host, port, _ := net.SplitHostPort(addr)
	text := fmt.Sprintf("server.bind = %q\nserver.port = %s\nserver.document-root = \"/nonexistent\"\nserver.errorlog = %q\nserver.upload-dirs = ( %[4]q )\n", host, port, filepath.Join(dir, "error.log"), dir) +
		config(t, dir, "lighttpd-fastcgi.conf", "/run/whole", sockets(t, dir, "fastcgi"), "/srv/whole", dir)
	return servers.Whole(t, "lighttpd", addr, text), "lighttpd-fastcgi"
}

func wholeCaddy(t *testing.T, dir string) (*servers.Server, string) {
	addr := servers.Address(t)
	_, port, _ := net.SplitHostPort(addr)
	text := config(t, dir, "Caddyfile-fastcgi", "suite.test {", "http://suite.test:"+port+", http://:"+port+" {\n\tbind 127.0.0.1", "/run/whole", sockets(t, dir, "fastcgi"), "/srv/whole", dir)
	return servers.Whole(t, "caddy", addr, "{\nadmin off\nauto_https off\n}\n"+text), "caddy-fastcgi"
}
