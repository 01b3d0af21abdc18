//go:build unix

package servers

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Spawn starts a program with a listening socket as descriptor 0, as FastCGI has it (FastCGI 1.0 §2.2), and returns
// the path of the socket.
func Spawn(t testing.TB, program string, env ...string) string {
	t.Helper()
	socket := filepath.Join(Dir(t), "socket")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.SetUnlinkOnClose(false)
	if err := os.Chmod(socket, 0o777); err != nil { // Apache has a user of its own
		t.Fatal(err)
	}
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command(program)
	cmd.Stdin, cmd.Env = f, append([]string{"PATH=/usr/bin:/bin"}, env...)
	report(t, program, start(t, cmd))
	return socket
}

// SpawnFCGI starts a program by spawn-fcgi and returns the path of its socket.
func SpawnFCGI(t testing.TB, program string) string {
	t.Helper()
	spawn := need(t, "spawn-fcgi")
	socket := filepath.Join(Dir(t), "socket")
	p := start(t, exec.Command(spawn, "-n", "-s", socket, "-M", "0777", "--", program))
	report(t, program, p)
	p.await(t, "unix", socket)
	return socket
}

// SocketActivate starts a program by systemd-socket-activate, with the given names for so many sockets, and returns
// their addresses. The program is started by the first connection.
func SocketActivate(t testing.TB, program string, names ...string) []string {
	t.Helper()
	activate := need(t, "systemd-socket-activate")
	addrs := ports(t, len(names))
	var args []string
	for i, name := range names {
		args = append(args, "-l", addrs[i], "--fdname="+name)
	}
	p := start(t, exec.Command(activate, append(args, program)...))
	report(t, program, p)
	p.await(t, "tcp", addrs...)
	return addrs
}

// Web starts a program as an HTTP server on PORT and returns its address.
func Web(t testing.TB, program string) string {
	t.Helper()
	addr := ports(t, 1)[0]
	cmd := exec.Command(program)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "PORT=" + addr}
	p := start(t, cmd)
	report(t, program, p)
	p.await(t, "tcp", addr)
	return addr
}

// report shows what a program has written when its test has failed.
func report(t testing.TB, program string, p *process) {
	t.Cleanup(func() {
		if t.Failed() {
			p.stop()
			t.Logf("standard error of %s:\n%s", program, p.output.String())
		}
	})
}

// HAProxy starts HAProxy. Each host is what stands in a proxy section; global goes before.
func HAProxy(t testing.TB, global string, hosts ...string) *Server {
	t.Helper()
	program := need(t, "haproxy")
	dir := Dir(t)
	addrs := ports(t, len(hosts))
	config := fmt.Sprintf(`global
	log stderr format raw daemon warning
defaults
	mode http
	log global
	timeout connect 5s
	timeout client 30s
	timeout server 30s
%s
`, global)
	for i, host := range hosts {
		config += fmt.Sprintf("listen host%d\n\tbind %s\n%s\n", i, addrs[i], host)
	}
	s := &Server{Dir: dir, Name: "haproxy", addrs: addrs}
	s.run(t, exec.Command(program, "-db", "-f", Write(t, dir, "haproxy.cfg", config, 0o644)))
	return s
}
