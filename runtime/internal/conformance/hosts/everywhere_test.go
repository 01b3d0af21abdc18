//go:build unix

package hosts_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// A setup brings up a package of a module, below a base, and gives its address.
type setup struct {
	name  string
	start func(t *testing.T, module, base string) string
}

// everySetup is each server and layout that packages are made for and that runs
// here. Each reads its files as they are, but for folders, users and ports.
func everySetup(t *testing.T) []setup {
	t.Helper()
	setups := []setup{
		{"apache .htaccess", sharedApache("subdir", "cgid", "AllowOverride All")},
		{"apache .htaccess multicall", sharedApache("multicall", "cgid", "AllowOverride All")},
		{"apache .htaccess fcgid", sharedApache("fcgid", "fcgid", "AllowOverride All")},
		{"apache .htaccess cgi-bin", sharedApache("cgi-bin", "cgid", "AllowOverride FileInfo")},
		{"apache virtual host cgi", ownApache("", "cgid headers")},
		{"apache virtual host fastcgi", ownApache("fastcgi", "headers proxy proxy_fcgi")},
		{"apache virtual host scgi", ownApache("scgi", "headers proxy proxy_scgi")},
	}
	for _, way := range ways(t, "cgi", "fastcgi", "scgi") {
		setups = append(setups, setup{"lighttpd " + way, lighttpd(way)}, setup{"nginx " + way, nginx(way)})
		if way != "scgi" {
			setups = append(setups, setup{"caddy " + way, caddy(way)})
		}
	}
	return setups
}

func sharedApache(layout, handler, directory string) func(*testing.T, string, string) string {
	return func(t *testing.T, module, base string) string {
		dir := home(t)
		upload(t, archiveOf(t, module, "--for", "apache", "--layout", layout, "--base", base), dir, nobody)
		inside := shared(filepath.Join(dir, "public_html"), directory)
		if layout == "cgi-bin" {
			inside += fmt.Sprintf("ScriptAlias /cgi-bin/ %q\n", filepath.Join(dir, "public_html/cgi-bin")+"/")
			setBase(t, dir, base)
		}
		return servers.Apache(t, modules(handler), inside).Addr(0)
	}
}

// setBase does what INSTALL.md says of programs that cannot see their base.
func setBase(t *testing.T, dir, base string) {
	t.Helper()
	file := filepath.Join(dir, "private/testsite/site.env")
	text, err := os.ReadFile(file)
	must(t, err)
	if base != "" && !strings.Contains(string(text), "\nCGIGEN_BASE="+base+"\n") {
		t.Errorf("site.env does not name the base:\n%s", text)
	}
}

func ownApache(way, handler string) func(*testing.T, string, string) string {
	return func(t *testing.T, module, base string) string {
		if way == "" {
			dir := home(t)
			upload(t, archiveOf(t, module, "--for", "apache", "--base", base), dir, nobody)
			text := virtualHost(t, filepath.Join(dir, "private/testsite/server/apache-vhost.conf"), "testsite testsite", "#65534 #65534", "/srv/testsite", dir)
			return servers.Apache(t, modules(handler), text).Addr(0)
		}
		dir := installOf(t, module, "--for", "apache", "--host", "127.0.0.1", "--base", base)
		text := virtualHost(t, filepath.Join(dir, "private/testsite/server/apache-vhost-"+way+".conf"), "/run/testsite", sockets(t, dir, way), "/srv/testsite", dir)
		return servers.Apache(t, servers.Options{Modules: strings.Fields("rewrite " + handler), Config: hostCharset}, text).Addr(0)
	}
}

func lighttpd(way string) func(*testing.T, string, string) string {
	return func(t *testing.T, module, base string) string {
		servers.Need(t, "lighttpd")
		dir := installOf(t, module, "--for", "lighttpd", "--host", "127.0.0.1", "--base", base)
		addr := servers.Address(t)
		name, port, _ := net.SplitHostPort(addr)
		text := fmt.Sprintf("server.bind = %q\nserver.port = %s\nserver.document-root = \"/nonexistent\"\nserver.errorlog = %q\nserver.upload-dirs = ( %[4]q )\n", name, port, filepath.Join(dir, "error.log"), dir) +
			config(t, dir, "lighttpd-"+way+".conf", "/run/testsite", sockets(t, dir, way))
		return servers.Whole(t, "lighttpd", addr, text).Addr(0)
	}
}

func nginx(way string) func(*testing.T, string, string) string {
	return func(t *testing.T, module, base string) string {
		servers.Need(t, "nginx")
		dir := installOf(t, module, "--for", "nginx", "--host", "127.0.0.1", "--base", base)
		addr := servers.Address(t)
		replace := []string{"listen 80", "listen " + addr, "/run/testsite", sockets(t, dir, way)}
		if way == "cgi" {
			replace = append(replace, "/run/fcgiwrap.socket", servers.Fcgiwrap(t, 2))
		}
		return servers.Whole(t, "nginx", addr, servers.NginxFrame(config(t, dir, "nginx-"+way+".conf", replace...))).Addr(0)
	}
}

// caddyHosts is the line of a Caddyfile that begins the site.
var caddyHosts = regexp.MustCompile(`(?m)^([^#\s].*) \{$`)

func caddy(way string) func(*testing.T, string, string) string {
	return func(t *testing.T, module, base string) string {
		servers.Need(t, "caddy")
		dir := installOf(t, module, "--for", "caddy", "--host", "127.0.0.1", "--base", base)
		addr := servers.Address(t)
		_, port, _ := net.SplitHostPort(addr)
		replace := []string{"/run/testsite", sockets(t, dir, way)}
		if way == "cgi" {
			replace = append(replace, "/run/fcgiwrap.socket", servers.Fcgiwrap(t, 2))
		}
		text := config(t, dir, "Caddyfile-"+way, replace...)
		text = caddyHosts.ReplaceAllStringFunc(text, func(line string) string {
			var addresses []string
			for name := range strings.SplitSeq(strings.TrimSuffix(line, " {"), ", ") {
				addresses = append(addresses, "http://"+name+":"+port)
			}
			return strings.Join(addresses, ", ") + " {\n\tbind 127.0.0.1"
		})
		return servers.Whole(t, "caddy", addr, "{\nadmin off\nauto_https off\n}\n"+text).Addr(0)
	}
}
