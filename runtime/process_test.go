package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/internal/conformance/covered"
)

// TestMain makes the test binary a generated program when a test starts it as
// one: what these tests are about belongs to a process.
func TestMain(m *testing.M) {
	if os.Getenv("REQUEST_METHOD") != "" || os.Getenv("TEST_PROGRAM") != "" {
		runtime.LinkBuild(os.Getenv("TEST_LINKED"))
		runtime.Main("test", build, cgi.Gateway)
	}
	os.Exit(m.Run())
}

func build(ctx context.Context, app *runtime.App) error {
	if os.Getenv("TEST_BUILD") == "panic" {
		panic("no luck")
	}
	if os.Getenv("TEST_BUILD") == "error" {
		return errors.New("no database at secret.example.com")
	}
	if os.Getenv("TEST_CLEANUP") != "" {
		app.Cleanup(nil)
		app.Cleanup(func() { fmt.Fprintln(os.Stderr, "cleaned up first one") })
		app.CleanupError(func() error { return errors.New("second one fails") })
		app.Cleanup(func() { panic("third one panics") })
	}
	if name := os.Getenv("TEST_LEFTOVER"); name != "" {
		app.CleanupError(func() error { return writeAfterAll(name) })
	}
	if name := os.Getenv("TEST_SLOW_CLEANUP"); name != "" {
		app.CleanupError(func() error { // it lasts until somebody has written to the pipe
			text, err := os.ReadFile(name)
			fmt.Fprintf(os.Stderr, "cleaned up %s\n", text)
			return err
		})
	}
	if os.Getenv("TEST_BUILD") == "nil" {
		app.Handle("/nil", nil)
	}
	app.Handle("/leftover", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { leftover = w }))
	app.Handle("/where/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, runtime.Prefix(r), " ", r.URL.Path)
	}))
	app.Handle("/args", http.HandlerFunc(showProcess))
	app.Handle("/print", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("stray")
		fmt.Fprint(w, "answer")
	}))
	app.Handle("/child", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cat := exec.Command("cat")
		cat.Stdin = os.Stdin
		eaten, err := cat.Output()
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "child %q %v, handler %q", eaten, err, body)
	}))
	app.Handle("/body", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "length %d, body %q, %v", r.ContentLength, body, err)
	}))
	app.Handle("/unread", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no", http.StatusUnauthorized)
	}))
	app.Handle("/echo", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		io.Copy(w, r.Body)
	}))
	app.Handle("/wait", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		fmt.Fprint(w, "stopped: ", r.Context().Err())
	}))
	app.Handle("/deaf", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		select {}
	}))
	app.Handle("/slow", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		err := c.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		_, readErr := io.ReadAll(r.Body)
		fmt.Fprint(w, err, " ", errors.Is(readErr, os.ErrDeadlineExceeded))
	}))
	app.Handle("/endless", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				fmt.Fprintln(os.Stderr, "write failed, context:", r.Context().Err())
				return
			}
		}
	}))
	return nil
}

// leftover is what a handler has kept of its request.
var leftover http.ResponseWriter

// writeAfterAll is a clean-up that opens a file while somebody goes on writing
// to a response that has ended.
func writeAfterAll(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	leftover.Write(make([]byte, 100_000))
	_, err = f.WriteString("data")
	return err
}

// showProcess answers with what a handler finds of the client in its process.
func showProcess(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%d %v", len(os.Args), flag.NArg())
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); name == "HTTP_PROXY" || name == "QUERY_STRING" || name == "GATEWAY_INTERFACE" {
			fmt.Fprint(w, " ", name)
		}
	}
	fmt.Fprint(w, " ", runtime.Variable(r, "QUERY_STRING"))
}

// command is a program with a CGI environment for the path.
func command(t *testing.T, path string, extra ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append([]string{"GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=GET", "SERVER_PROTOCOL=HTTP/1.1",
		"REQUEST_URI=" + path, "HTTP_HOST=h", "UNIQUE_ID=id1", "PATH=" + os.Getenv("PATH")}, append(covered.Environ(t), extra...)...)
	return cmd
}

func run(t *testing.T, cmd *exec.Cmd, stdin string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func body(response string) string {
	_, body, _ := strings.Cut(response, "\r\n\r\n")
	return body
}

func TestClientReachesNeitherArgumentsNorEnvironment(t *testing.T) {
	cmd := command(t, "/args?-c%3D/etc/passwd+-listen", "QUERY_STRING=-c%3D/etc/passwd+-listen", "HTTP_PROXY=evil:1")
	cmd.Args = append(cmd.Args, "-c=/etc/passwd", "-listen")
	out, stderr, code := run(t, cmd, "")
	if want := "1 0 -c%3D/etc/passwd+-listen"; body(out) != want || code != 0 {
		t.Errorf("got %q, want %q; exit code %d, %s", body(out), want, code, stderr)
	}
}

func TestStrayOutputGoesToStandardError(t *testing.T) {
	out, stderr, _ := run(t, command(t, "/print"), "")
	if !strings.HasPrefix(out, "Status: 200 ") || body(out) != "answer" || stderr != "stray\n" {
		t.Errorf("out %q, standard error %q", out, stderr)
	}
}

func TestChildrenDoNotEatTheBody(t *testing.T) {
	out, _, _ := run(t, command(t, "/child", "CONTENT_LENGTH=4"), "body")
	if want := `child "" <nil>, handler "body"`; body(out) != want {
		t.Errorf("got %q, want %q", body(out), want)
	}
}

func TestConstructorFailuresAreLoggedAndNotShown(t *testing.T) {
	for kind, reason := range map[string]string{"error": "no database at secret.example.com", "panic": "panic: no luck"} {
		out, stderr, code := run(t, command(t, "/args", "TEST_BUILD="+kind), "")
		if !strings.HasPrefix(out, "Status: 500 ") || strings.Contains(out, "secret") || !strings.Contains(out, "id1") || code != 1 {
			t.Errorf("%s: exit code %d, response %q", kind, code, out)
		}
		if !strings.HasPrefix(stderr, "cgigen: test: request id1: "+reason) {
			t.Errorf("%s: standard error %q", kind, stderr)
		}
	}
}

func TestNilHandlerIsNamed(t *testing.T) {
	out, stderr, code := run(t, command(t, "/args", "TEST_BUILD=nil"), "")
	if !strings.HasPrefix(out, "Status: 500 ") || !strings.Contains(stderr, `the handler of "/nil" is nil`) || code == 0 {
		t.Errorf("exit code %d, got %q, standard error %q", code, out, stderr)
	}
}

func TestCleanupsRunInReverseOrderWhateverHappens(t *testing.T) {
	out, stderr, code := run(t, command(t, "/print", "TEST_CLEANUP=1"), "")
	want := "stray\ncleaned up first one\ncgigen: test: clean-up: panic: third one panics\nsecond one fails\n"
	if body(out) != "answer" || stderr != want || code != 1 {
		t.Errorf("exit code %d, out %q\ngot  %q\nwant %q", code, out, stderr, want)
	}
}

func TestWithoutRequestTheProgramExplainsItself(t *testing.T) {
	cmd := command(t, "/")
	cmd.Env = append(covered.Environ(t), "TEST_PROGRAM=1")
	out, stderr, code := run(t, cmd, "")
	if out != "" || code != 2 || !strings.Contains(stderr, "no request in the environment (CGI)") {
		t.Errorf("exit code %d, out %q, standard error %q", code, out, stderr)
	}
}
