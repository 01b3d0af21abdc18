//go:build unix

package servers

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a server may take to start, and to stop after it was asked to.
const patience = 20 * time.Second

// Server is a web server that runs until the test ends.
type Server struct {
	Dir   string // its folder: configuration, logs, sockets
	Name  string
	addrs []string
	logs  []string // files that it writes its errors to
}

// Addr returns the host and port of the i-th host.
func (s *Server) Addr(i int) string { return s.addrs[i] }

// Log returns what the server has written about errors.
func (s *Server) Log() string {
	var all strings.Builder
	for _, name := range s.logs {
		b, err := os.ReadFile(name)
		if err != nil {
			b = []byte(err.Error() + "\n")
		}
		all.Write(b)
	}
	return all.String()
}

// need returns the path of a program, or ends the test: skipped on a machine that lacks it, failed on CI.
func need(t testing.TB, name string) string {
	t.Helper()
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	missing(t, name+" is not installed: `make install` installs it on Debian")
	return ""
}

// missing skips the test, or fails it on CI.
func missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// Need ends the test if a program is missing, as the servers do for their own.
func Need(t testing.TB, name string) string {
	t.Helper()
	return need(t, name)
}

// Dir makes a temporary folder that every user can read, as web servers change theirs. It goes with the test.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cgigen-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Write makes a file below dir and the folders that it needs.
func Write(t testing.TB, dir, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// Install copies a program to a place below dir.
func Install(t testing.TB, program, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	return Write(t, dir, name, string(b), 0o755)
}

// ports returns free loopback ports. They stay open until all are known, so that no two are the same.
func ports(t testing.TB, n int) []string {
	t.Helper()
	var addrs []string
	for range n {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		addrs = append(addrs, ln.Addr().String())
	}
	return addrs
}

// port returns the port of an address.
func port(addr string) string {
	_, p, _ := strings.Cut(addr, ":")
	return p
}

// process is a command that runs until the test ends.
type process struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	end    syscall.Signal // what ends it
	ended  chan struct{}  // closed when the process has ended
}

// start runs a command in a process group of its own, and ends it with the test: first by SIGTERM to the process, then
// by SIGKILL to what is left of its group.
func start(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	return startUntil(t, cmd, syscall.SIGTERM)
}

// startUntil is start for a command that does not end by SIGTERM.
func startUntil(t testing.TB, cmd *exec.Cmd, end syscall.Signal) *process {
	t.Helper()
	p := &process{cmd: cmd, end: end, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	cmd.WaitDelay = patience
	attributes := ownGroup(end)
	if cmd.SysProcAttr != nil {
		attributes.Credential = cmd.SysProcAttr.Credential
	}
	cmd.SysProcAttr = attributes
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", cmd.Path, err)
	}
	go func() {
		defer close(p.ended)
		cmd.Wait()
	}()
	t.Cleanup(p.stop)
	return p
}

func (p *process) stop() {
	if p.end == syscall.SIGKILL { // its children as well: they keep its output open
		syscall.Kill(-p.cmd.Process.Pid, p.end)
	} else {
		p.cmd.Process.Signal(p.end)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
	}
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.ended
}

// await returns once every address accepts connections, and fails the test if the process ends before that.
func (p *process) await(t testing.TB, network string, addrs ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, addr := range addrs {
		for {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			if err == nil {
				conn.Close()
				break
			}
			select {
			case <-p.ended:
				t.Fatalf("%s ended at once: %v\n%s", p.cmd.Path, p.cmd.ProcessState, p.output.String())
			case <-ctx.Done():
				t.Fatalf("%s does not answer: %v", p.cmd.Path, err)
			case <-time.After(5 * time.Millisecond):
			}
		}
	}
}

// forHosts writes a block for each host, with its configuration and port.
func forHosts(hosts, addrs []string, block string) string {
	var b strings.Builder
	for i, host := range hosts {
		fmt.Fprintf(&b, block, port(addrs[i]), host)
	}
	return b.String()
}
