//go:build unix

package servers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Lighttpd starts lighttpd. Each host is what stands in its $SERVER["socket"] block; global goes before.
func Lighttpd(t testing.TB, global string, hosts ...string) *Server {
	t.Helper()
	program := need(t, "lighttpd")
	dir := Dir(t)
	addrs := ports(t, len(hosts)+1) // the first is of the server itself, which wants one outside the blocks
	own, addrs := addrs[0], addrs[1:]
	config := Write(t, dir, "lighttpd.conf", fmt.Sprintf(`server.document-root = %[1]q
server.bind = "127.0.0.1"
server.port = %[2]s
server.errorlog = "%[1]s/error.log"
server.breakagelog = "%[1]s/cgi.log"
server.upload-dirs = ( %[1]q )
server.tag = "lighttpd"
%[3]s
`, dir, port(own), global)+forHosts(hosts, addrs, "$SERVER[\"socket\"] == \"127.0.0.1:%s\" {\n%s\n}\n"), 0o644)
	s := &Server{Dir: dir, Name: "lighttpd", addrs: addrs,
		logs: []string{filepath.Join(dir, "error.log"), filepath.Join(dir, "cgi.log")}}
	s.run(t, exec.Command(program, "-D", "-f", config))
	return s
}

// Nginx starts nginx with one worker. Each host is the inside of a server block.
func Nginx(t testing.TB, hosts ...string) *Server {
	t.Helper()
	return NginxWith(t, "", hosts...)
}

// NginxWith is Nginx with directives outside of the server blocks, such as upstreams.
func NginxWith(t testing.TB, global string, hosts ...string) *Server {
	t.Helper()
	program := need(t, "nginx")
	dir := Dir(t)
	addrs := ports(t, len(hosts))
	config := Write(t, dir, "nginx.conf", fmt.Sprintf(`daemon off;
%[2]s
pid %[1]s/pid;
error_log %[1]s/error.log warn;
worker_processes 1;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	client_max_body_size 0;
%[3]s
`, dir, nginxUser(), global)+forHosts(hosts, addrs, "server {\nlisten 127.0.0.1:%s;\n%s\n}\n")+"}\n", 0o644)
	s := &Server{Dir: dir, Name: "nginx", addrs: addrs, logs: []string{filepath.Join(dir, "error.log")}}
	s.run(t, exec.Command(program, "-e", filepath.Join(dir, "error.log"), "-p", dir, "-c", config))
	return s
}

// Caddy starts Caddy. Each host is the inside of a site block.
func Caddy(t testing.TB, hosts ...string) *Server {
	t.Helper()
	program := need(t, "caddy")
	dir := Dir(t)
	addrs := ports(t, len(hosts))
	config := Write(t, dir, "Caddyfile", fmt.Sprintf(`{
	admin off
	auto_https off
	grace_period 1s
	log {
		output file %s/error.log
		level WARN
	}
}
`, dir)+forHosts(hosts, addrs, "http://:%s {\nbind 127.0.0.1\n%s\n}\n"), 0o644)
	s := &Server{Dir: dir, Name: "caddy", addrs: addrs, logs: []string{filepath.Join(dir, "error.log")}}
	cmd := exec.Command(program, "run", "--adapter", "caddyfile", "--config", config)
	cmd.Env = []string{"HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_DATA_HOME=" + dir, "PATH=/usr/bin:/bin"}
	s.run(t, cmd)
	return s
}

// Busybox starts the httpd of busybox for a folder with cgi-bin in it. Programs inherit the variables.
func Busybox(t testing.TB, root string, env ...string) *Server {
	t.Helper()
	program := need(t, "busybox")
	if out, err := exec.Command(program, "httpd", "--help").CombinedOutput(); err != nil && len(out) == 0 {
		missing(t, "busybox lacks httpd")
	}
	dir := Dir(t)
	addrs := ports(t, 1)
	s := &Server{Dir: dir, Name: "busybox", addrs: addrs}
	cmd := exec.Command(program, "httpd", "-f", "-p", addrs[0], "-h", root)
	cmd.Env = append([]string{"PATH=/usr/bin:/bin"}, env...)
	s.runUntil(t, cmd, syscall.SIGKILL)
	return s
}

// MiniHTTPD starts mini_httpd for a folder with cgi-bin in it: it hands a program the client's connection for its standard
// input.
func MiniHTTPD(t testing.TB, root string) *Server {
	t.Helper()
	program := need(t, "mini_httpd")
	dir := Dir(t)
	addrs := ports(t, 1)
	s := &Server{Dir: dir, Name: "mini_httpd", addrs: addrs, logs: []string{filepath.Join(dir, "log")}}
	s.run(t, exec.Command(program, "-D", "-h", "127.0.0.1", "-p", port(addrs[0]), "-d", root, "-c", "cgi-bin/*",
		"-u", WebUser(t).Username, "-l", filepath.Join(dir, "log"), "-i", filepath.Join(dir, "pid")))
	return s
}

// Fcgiwrap starts fcgiwrap, which runs CGI programs for servers that cannot, with so many workers. It returns the path of
// its socket.
func Fcgiwrap(t testing.TB, workers int) string {
	t.Helper()
	program := need(t, "fcgiwrap")
	socket := filepath.Join(Dir(t), "socket")
	p := startUntil(t, exec.Command(program, "-f", "-c", fmt.Sprint(workers), "-s", "unix:"+socket), syscall.SIGKILL)
	p.await(t, "unix", socket)
	return socket
}

// run starts the server and waits for all its hosts.
func (s *Server) run(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	s.runUntil(t, cmd, syscall.SIGTERM)
}

// runUntil is run for a server that does not end by SIGTERM.
func (s *Server) runUntil(t testing.TB, cmd *exec.Cmd, end syscall.Signal) {
	t.Helper()
	cmd.Dir = s.Dir
	p := startUntil(t, cmd, end)
	t.Cleanup(func() { s.report(t) })
	p.await(t, "tcp", s.addrs...)
}

// nginxUser keeps the workers' user that of the master, so that they reach the sockets of the test; nginx takes the
// directive from root alone.
func nginxUser() string {
	if os.Getuid() == 0 {
		return "user root;"
	}
	return ""
}

// Python starts the server of Python's standard library for a folder with cgi-bin in it.
func Python(t testing.TB, root string) *Server {
	t.Helper()
	addr := Address(t)
	s := &Server{Dir: Dir(t), Name: "python", addrs: []string{addr}}
	cmd := exec.Command(need(t, "python3"), "-m", "http.server", "--cgi", "--bind", "127.0.0.1", "--directory", root, port(addr))
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	s.run(t, cmd)
	return s
}
