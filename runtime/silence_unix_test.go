//go:build unix

package runtime_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// runOpen runs a program whose standard input stays open behind what is sent,
// as that of a server does which has nothing more to say.
func runOpen(t *testing.T, cmd *exec.Cmd, in, server *os.File, sent string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	defer server.Close()
	if _, err := io.WriteString(server, sent); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String()
}

// pipe and socket are what servers give a program for its standard input.
func pipe(t *testing.T) (in, server *os.File) {
	t.Helper()
	in, server, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return in, server
}

func socket(t *testing.T) (in, server *os.File) {
	t.Helper()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range pair {
		syscall.CloseOnExec(fd)
	}
	return os.NewFile(uintptr(pair[0]), "in"), os.NewFile(uintptr(pair[1]), "server")
}

// Whatever a client and a server leave out, the process ends, and says why.
func TestSilentBodyIsGivenUp(t *testing.T) {
	const idle = "CGIGEN_IDLE_TIMEOUT=10ms"
	tests := []struct {
		name, path, sent string
		vars             []string
		status, log      string
	}{
		{"three of ten bytes", "/body", "abc", []string{"REQUEST_METHOD=POST", "CONTENT_LENGTH=10", idle}, "408", "CGIGEN_IDLE_TIMEOUT"},
		{"half of a long one", "/body", strings.Repeat("0123456789", 50_000), []string{"REQUEST_METHOD=POST", "CONTENT_LENGTH=1000000", idle}, "408", "CGIGEN_IDLE_TIMEOUT"},
		{"chunked, nothing of it", "/body", "", []string{"REQUEST_METHOD=PUT", "HTTP_TRANSFER_ENCODING=chunked", "SERVER_SOFTWARE=Apache", idle}, "408", "CGIGEN_IDLE_TIMEOUT"},
		{"chunked, a server without a name", "/body", "", []string{"REQUEST_METHOD=PUT", "HTTP_TRANSFER_ENCODING=chunked", idle}, "408", "CGIGEN_IDLE_TIMEOUT"},
		{"chunked, a part of it", "/body", "abc", []string{"REQUEST_METHOD=PUT", "HTTP_TRANSFER_ENCODING=chunked", "SERVER_SOFTWARE=Apache", idle}, "408", "CGIGEN_IDLE_TIMEOUT"},
		{"unread: the handler knows what to say", "/unread", "abc", []string{"REQUEST_METHOD=POST", "CONTENT_LENGTH=10", idle}, "401", ""},
		{"no length and nothing", "/body", "", []string{"REQUEST_METHOD=POST"}, "411", "without CONTENT_LENGTH"},
		{"no length, unread", "/unread", "", []string{"REQUEST_METHOD=PATCH"}, "411", "without CONTENT_LENGTH"},
		{"no length and a part", "/body", "abcdef", []string{"REQUEST_METHOD=POST", idle}, "408", "CGIGEN_IDLE_TIMEOUT"},
		{"no length and chunks as they are on the wire", "/body", "3\r\nabc\r\n0\r\n\r\n", []string{"REQUEST_METHOD=POST"}, "411", "chunked"},
		{"chunks with an extension", "/body", "A;x=1\r\n0123456789\r\n0\r\n\r\n", []string{"REQUEST_METHOD=POST"}, "411", "chunked"},
		{"no chunks at all", "/body", "0\r\n\r\n", []string{"REQUEST_METHOD=POST"}, "411", "chunked"},
		{"no length and no method that means a body", "/body", "", []string{"REQUEST_METHOD=DELETE"}, "200", ""},
		{"no body", "/body", "", []string{"REQUEST_METHOD=GET"}, "200", ""},
		{"length 0", "/body", "", []string{"REQUEST_METHOD=POST", "CONTENT_LENGTH=0"}, "200", ""},
	}
	inputs := map[string]func(*testing.T) (in, server *os.File){"pipe": pipe, "socket": socket}
	for name, input := range inputs {
		for _, test := range tests {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				in, server := input(t)
				out, stderr := runOpen(t, command(t, test.path, test.vars...), in, server, test.sent)
				if !strings.HasPrefix(out, "Status: "+test.status+" ") {
					t.Errorf("got %q, want status %s", out, test.status)
				}
				if test.log == "" && stderr != "" || !strings.Contains(stderr, test.log) {
					t.Errorf("standard error %q, want %q in it", stderr, test.log)
				}
			})
		}
	}
}

func TestBodyThatNobodyHasAnnouncedArrives(t *testing.T) {
	long := strings.Repeat("0123456789", 100_000)
	tests := []struct{ name, sent, want string }{
		{"end at once", "", `length 0, body "", <nil>`},
		{"bytes", "hello", `length -1, body "hello", <nil>`},
		{"what may become a chunk", "beef", `length -1, body "beef", <nil>`},
		{"digits without end", long, `length -1, body "` + long + `", <nil>`},
		{"a hexadecimal number on a line of its own, as on Unix", "beef\nsteak", `length -1, body "beef\nsteak", <nil>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, stderr, code := run(t, command(t, "/body", "REQUEST_METHOD=POST"), test.sent)
			if body(out) != test.want || code != 0 {
				t.Errorf("got %.200q, standard error %q, want %.200q", out, stderr, test.want)
			}
		})
	}
}

// uhttpd takes the chunks off: what looks like one is the client's.
func TestBodyThatLooksLikeAChunkArrives(t *testing.T) {
	out, stderr, _ := run(t, command(t, "/body", "REQUEST_METHOD=POST", "SERVER_SOFTWARE=uhttpd"), "3\r\nabc")
	if want := `length -1, body "3\r\nabc", <nil>`; body(out) != want {
		t.Errorf("got %q, standard error %q, want %q", out, stderr, want)
	}
}
