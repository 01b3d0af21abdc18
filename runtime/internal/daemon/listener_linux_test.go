package daemon_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// shut makes accepting on a socket fail for good, in every process that has it: Linux does that where the others refuse.
func shut(t *testing.T, l *net.TCPListener) {
	t.Helper()
	raw, err := l.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	controlErr := raw.Control(func(fd uintptr) { err = syscall.Shutdown(int(fd), syscall.SHUT_RDWR) })
	if controlErr != nil || err != nil {
		t.Fatal(controlErr, err)
	}
}

// A supervisor starts the process again when it hears that its socket is of no use. What runs is answered before.
func TestListenerThatFailsEndsTheProcessWithTheReason(t *testing.T) {
	for _, name := range []string{"app.socket", "app-http.socket"} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			f, err := l.(*net.TCPListener).File()
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			p := &program{t: t, addr: l.Addr().String()}
			release := filepath.Join(t.TempDir(), "release")
			cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
			cmd.ExtraFiles = []*os.File{f}
			p.start(cmd, nil, "LISTEN_FDS=1", "LISTEN_FDNAMES="+name, "TEST_RELEASE="+release)
			var conn net.Conn
			if strings.Contains(name, "http") {
				if conn, err = net.Dial("tcp", p.addr); err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				conn.Write([]byte("GET /wait HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
			} else {
				conn = p.scgi("/wait")
			}
			response := bufio.NewReader(conn)
			if _, err := response.ReadString('\n'); err != nil { // the handler runs
				t.Fatal(err)
			}
			shut(t, l.(*net.TCPListener))
			if err := os.WriteFile(release, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := all(t, response); !strings.Contains(got, "finished") {
				t.Errorf("got %q", got)
			}
			p.cmd.Wait()
			stderr := p.stderr.String()
			want := "cgigen: test: " + p.addr + ": accept tcp " + p.addr + ": accept4: invalid argument\ncleaned up\n"
			if code := p.cmd.ProcessState.ExitCode(); code != 1 || stderr != want {
				t.Errorf("exit code %d, standard error %q, want 1, %q", code, stderr, want)
			}
		})
	}
}

func TestPortThatIsTakenIsSaid(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().String()
	p := &program{t: t}
	p.start(exec.Command(os.Args[0]), nil, "PORT="+addr)
	p.cmd.Wait()
	want := "cgigen: test: PORT: listen tcp " + addr + ": bind: address already in use\n"
	if code := p.cmd.ProcessState.ExitCode(); code != 2 || p.stderr.String() != want {
		t.Errorf("exit code %d, standard error %q, want 2, %q", code, &p.stderr, want)
	}
}
