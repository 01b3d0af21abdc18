//go:build unix

package hosts_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// install unpacks a package to a folder of its own, as its INSTALL.md says.
// The servers of the tests run programs as the tests' user.
func install(t *testing.T, args ...string) string {
	t.Helper()
	return installOf(t, site(t), args...)
}

// installOf unpacks a package of a module.
func installOf(t *testing.T, module string, args ...string) string {
	t.Helper()
	dir := servers.Dir(t)
	upload(t, archiveOf(t, module, args...), dir, -1)
	if os.Getuid() == 0 {
		give(t, dir, 0)
	}
	return dir
}

// config reads a file of the package and replaces words in it.
func config(t *testing.T, dir, name string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "server", name))
	must(t, err)
	return strings.NewReplacer(append(replace, "/srv/testsite", dir)...).Replace(string(text))
}

func bases() []string { return []string{"", "/~alice/shop"} }

// ways are those of the gateways that there are.
func ways(t *testing.T, of ...string) []string {
	var list []string
	for _, way := range of {
		if hasGateway(t, way) {
			list = append(list, way)
		}
	}
	return list
}

func direct(way, base string) string {
	if way == "cgi" {
		return base + "/cgi"
	}
	return ""
}

func TestLighttpd(t *testing.T) {
	t.Parallel()
	servers.Need(t, "lighttpd")
	for _, way := range ways(t, "cgi", "fastcgi", "scgi") {
		for _, base := range bases() {
			t.Run(way+" "+base, func(t *testing.T) {
				dir := install(t, "--for", "lighttpd", "--host", "127.0.0.1", "--base", base)
				addr := servers.Address(t)
				host, port, _ := net.SplitHostPort(addr)
				text := fmt.Sprintf("server.bind = %q\nserver.port = %s\nserver.document-root = \"/nonexistent\"\nserver.errorlog = %q\nserver.upload-dirs = ( %[4]q )\n", host, port, filepath.Join(dir, "error.log"), dir) +
					config(t, dir, "lighttpd-"+way+".conf", "/run/testsite", sockets(t, dir, way))
				s := servers.Whole(t, "lighttpd", addr, text)
				callAll(t, place{addr: s.Addr(0), base: base, direct: direct(way, base)})
				noFiles(t, s.Addr(0), dir, "public")
				noFinding(t, s.Addr(0), dir, base)
			})
		}
	}
}

func TestNginx(t *testing.T) {
	t.Parallel()
	servers.Need(t, "nginx")
	for _, way := range ways(t, "cgi", "fastcgi", "scgi") {
		for _, base := range bases() {
			t.Run(way+" "+base, func(t *testing.T) {
				dir := install(t, "--for", "nginx", "--host", "127.0.0.1", "--base", base)
				addr := servers.Address(t)
				replace := []string{"listen 80", "listen " + addr, "/run/testsite", sockets(t, dir, way)}
				if way == "cgi" {
					replace = append(replace, "/run/fcgiwrap.socket", servers.Fcgiwrap(t, 2))
				}
				s := servers.Whole(t, "nginx", addr, servers.NginxFrame(config(t, dir, "nginx-"+way+".conf", replace...)))
				callAll(t, place{addr: s.Addr(0), base: base, direct: direct(way, base)})
				noFiles(t, s.Addr(0), dir, "public")
				noFinding(t, s.Addr(0), dir, base)
			})
		}
	}
}

func TestCaddy(t *testing.T) {
	t.Parallel()
	servers.Need(t, "caddy")
	for _, way := range ways(t, "cgi", "fastcgi") {
		for _, base := range bases() {
			t.Run(way+" "+base, func(t *testing.T) {
				dir := install(t, "--for", "caddy", "--host", "127.0.0.1", "--base", base)
				addr := servers.Address(t)
				_, port, _ := net.SplitHostPort(addr)
				replace := []string{"127.0.0.1, admin.test {", "http://127.0.0.1:" + port + ", http://admin.test:" + port + " {\n\tbind 127.0.0.1", "/run/testsite", sockets(t, dir, way)}
				if way == "cgi" {
					replace = append(replace, "/run/fcgiwrap.socket", servers.Fcgiwrap(t, 2))
				}
				s := servers.Whole(t, "caddy", addr, "{\nadmin off\nauto_https off\n}\n"+config(t, dir, "Caddyfile-"+way, replace...))
				callAll(t, place{addr: s.Addr(0), base: base, direct: direct(way, base)})
				noFiles(t, s.Addr(0), dir, "public")
				noFinding(t, s.Addr(0), dir, base)
			})
		}
	}
}

func TestApacheVirtualHostWithSockets(t *testing.T) {
	t.Parallel()
	for _, way := range ways(t, "fastcgi", "scgi") {
		t.Run(way, func(t *testing.T) {
			dir := install(t, "--for", "apache", "--host", "127.0.0.1")
			text := virtualHost(t, filepath.Join(dir, "private/testsite/server/apache-vhost-"+way+".conf"), "/run/testsite", sockets(t, dir, way), "/srv/testsite", dir)
			scheme := map[string]string{"fastcgi": "proxy_fcgi", "scgi": "proxy_scgi"}[way]
			s := servers.Apache(t, servers.Options{Modules: []string{"rewrite", "headers", "proxy", scheme}}, text)
			callAll(t, place{addr: s.Addr(0), noChunks: way == "scgi"})
			if way == "scgi" {
				noFinding(t, s.Addr(0), dir, "", "chunked-refused")
			} else {
				noFinding(t, s.Addr(0), dir, "")
			}
		})
	}
}

// sockets starts every program with a listening socket on descriptor 0, as
// systemd does, and gives the folder of the sockets.
func sockets(t *testing.T, dir, way string) string {
	t.Helper()
	if way == "cgi" {
		return "/nonexistent"
	}
	folder := servers.Dir(t)
	must(t, os.Chmod(folder, 0o777))
	var programs []string
	for _, place := range []string{"cgi", "public_html/cgi-*", "public_html/*/cgi-*"} {
		found, err := filepath.Glob(filepath.Join(dir, place, "*.cgi"))
		must(t, err)
		programs = append(programs, found...)
	}
	if len(programs) == 0 {
		t.Fatalf("there are no programs in %s", dir)
	}
	for _, program := range programs {
		name := strings.TrimSuffix(filepath.Base(program), ".cgi")
		listen(t, program, filepath.Join(folder, name+".sock"))
	}
	return folder
}

// listen runs a program on a socket until the test ends.
func listen(t *testing.T, program, socket string) {
	t.Helper()
	ln, err := net.Listen("unix", socket)
	must(t, err)
	t.Cleanup(func() { ln.Close() })
	must(t, os.Chmod(socket, 0o777))
	file, err := ln.(*net.UnixListener).File()
	must(t, err)
	defer file.Close()
	cmd := exec.Command(program)
	cmd.Stdin, cmd.Stderr = file, os.Stderr
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		timer := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
	})
}
