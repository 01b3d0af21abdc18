//go:build unix

package daemon_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/fastcgi"
	"github.com/cgigen/cgigen/runtime/httpd"
	"github.com/cgigen/cgigen/runtime/internal/conformance/covered"
	"github.com/cgigen/cgigen/runtime/scgi"
)

// TestMain is the program under test when the environment says so.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_PROGRAM") == "" {
		os.Exit(m.Run())
	}
	os.Args = os.Args[:1]
	runtime.Main("test", build, cgi.Gateway, fastcgi.Gateway, scgi.Gateway, httpd.Gateway)
}

func build(ctx context.Context, app *runtime.App) error {
	if os.Getenv("TEST_BROKEN") != "" {
		return errors.New("the database is away")
	}
	app.Cleanup(func() { fmt.Fprintln(os.Stderr, "cleaned up") })
	switch os.Getenv("TEST_CONSTRUCTOR") {
	case "waits":
		fmt.Println("waiting")
		<-ctx.Done()
		return fmt.Errorf("the database did not answer: %w", ctx.Err())
	case "goes on":
		fmt.Println("waiting")
		<-ctx.Done()
	case "deaf":
		fmt.Println("waiting")
		select {}
	}
	app.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", runtime.Variable(r, "REQUEST_METHOD"), os.Getenv("GODEBUG"))
	}))
	app.Handle("/count", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	}))
	app.Handle("/wait", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			fmt.Fprintln(os.Stderr, context.Cause(r.Context()))
			time.Sleep(duration(os.Getenv("TEST_ENDING")))
			fmt.Fprintln(os.Stderr, "handler returned")
		case <-waitForFile(os.Getenv("TEST_RELEASE")):
			io.WriteString(w, "finished")
		}
	}))
	return nil
}

func duration(text string) time.Duration {
	d, _ := time.ParseDuration(text)
	return d
}

// waitForFile says when a file is there.
func waitForFile(name string) <-chan struct{} {
	there := make(chan struct{})
	go func() {
		for {
			if _, err := os.Stat(name); err == nil {
				close(there)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return there
}

// A program is one that runs.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr bytes.Buffer
	addr   string // of its socket
}

// spawn starts the program with a listening socket as descriptor 0.
func spawn(t *testing.T, env ...string) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &program{t: t, addr: l.Addr().String()}
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p.start(exec.Command(os.Args[0]), f, env...)
	return p
}

// spawnWeb starts the program as an HTTP server on PORT and waits until it listens.
func spawnWeb(t *testing.T, env ...string) *program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, addr: l.Addr().String()}
	l.Close()
	cmd := exec.Command(os.Args[0])
	p.start(cmd, nil, append(env, "PORT="+p.addr)...)
	for {
		conn, err := net.Dial("tcp", p.addr)
		if err == nil {
			conn.Close()
			return p
		}
		if cmd.Process.Signal(syscall.Signal(0)) != nil || t.Context().Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
}

func (p *program) start(cmd *exec.Cmd, stdin *os.File, env ...string) {
	p.t.Helper()
	p.cmd = cmd
	cmd.Env = append(append(covered.Environ(p.t), "TEST_PROGRAM=1"), env...)
	cmd.Stderr = &p.stderr
	if stdin != nil {
		cmd.Stdin = stdin
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// scgi sends an SCGI request and returns the connection.
func (p *program) scgi(uri string) net.Conn {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	block := "CONTENT_LENGTH\x000\x00SCGI\x001\x00REQUEST_METHOD\x00GET\x00REQUEST_URI\x00" + uri + "\x00"
	fmt.Fprintf(conn, "%d:%s,", len(block), block)
	return conn
}

// all reads a response to its end.
func all(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}

func TestOneSocketSpeaksFastCGIAndSCGI(t *testing.T) {
	p := spawn(t)
	if got := all(t, p.scgi("/")); !strings.Contains(got, "\r\n\r\nGET ") {
		t.Errorf("SCGI: %q", got)
	}
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	params := "\x0e\x03REQUEST_METHODGET\x0b\x01REQUEST_URI/"
	fmt.Fprintf(conn, "\x01\x01\x00\x01\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01\x04\x00\x01\x00%c\x00\x00%s\x01\x04\x00\x01\x00\x00\x00\x00\x01\x05\x00\x01\x00\x00\x00\x00", len(params), params)
	if got := all(t, conn); !strings.HasPrefix(got, "\x01\x06") || !strings.Contains(got, "\r\n\r\nGET ") {
		t.Errorf("FastCGI: %q", got)
	}
}

func TestSignalLetsRequestsFinish(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1} {
		release := filepath.Join(t.TempDir(), "release")
		p := spawn(t, "TEST_RELEASE="+release)
		conn := p.scgi("/wait")
		response := bufio.NewReader(conn)
		response.ReadString('\n') // the handler runs
		p.cmd.Process.Signal(signal)
		for { // the socket closes first
			c, err := net.Dial("tcp", p.addr)
			if err != nil {
				break
			}
			c.Close()
		}
		if err := os.WriteFile(release, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := all(t, response); !strings.HasSuffix(got, "finished") {
			t.Errorf("%v: %q", signal, got)
		}
		if err := p.cmd.Wait(); err != nil || p.stderr.String() != "cleaned up\n" {
			t.Errorf("%v: %v, standard error %q", signal, err, &p.stderr)
		}
	}
}

func TestRequestsThatDoNotFinishAreCancelled(t *testing.T) {
	p := spawn(t, "CGIGEN_FINISH_TIMEOUT=10ms")
	conn := p.scgi("/wait")
	bufio.NewReader(conn).ReadString('\n')
	p.cmd.Process.Signal(syscall.SIGTERM)
	err := p.cmd.Wait()
	if want := "context canceled: the process stops\nhandler returned\ncleaned up\n"; err != nil || p.stderr.String() != want {
		t.Errorf("%v, standard error %q, want %q", err, &p.stderr, want)
	}
}

// What a handler does after its end has to be over before the clean-ups.
func TestCancelledHandlersOverHTTPFinishBeforeTheCleanUps(t *testing.T) {
	p := spawnWeb(t, "CGIGEN_FINISH_TIMEOUT=10ms", "CGIGEN_STOP_TIMEOUT=1m", "TEST_ENDING=100ms")
	resp, err := http.Get("http://" + p.addr + "/wait")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	p.cmd.Process.Signal(syscall.SIGTERM)
	err = p.cmd.Wait()
	want := "context canceled: the process stops\nhandler returned\ncleaned up\n"
	if got := p.stderr.String(); err != nil || !strings.HasSuffix(got, want) {
		t.Errorf("%v, standard error %q, want %q at its end", err, got, want)
	}
}

func TestFinishTimeoutOfZeroIsNone(t *testing.T) {
	release := filepath.Join(t.TempDir(), "release")
	p := spawn(t, "CGIGEN_FINISH_TIMEOUT=0", "TEST_RELEASE="+release)
	response := bufio.NewReader(p.scgi("/wait"))
	response.ReadString('\n') // the handler runs
	p.cmd.Process.Signal(syscall.SIGTERM)
	for { // the socket closes first
		c, err := net.Dial("tcp", p.addr)
		if err != nil {
			break
		}
		c.Close()
	}
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := all(t, response); !strings.HasSuffix(got, "finished") {
		t.Errorf("%q", got)
	}
	if err := p.cmd.Wait(); err != nil || p.stderr.String() != "cleaned up\n" {
		t.Errorf("%v, standard error %q", err, &p.stderr)
	}
}

func TestSignalEndsConstructors(t *testing.T) {
	first := []os.Signal{syscall.SIGTERM}
	tests := []struct {
		name, constructor string
		env               []string
		signals           []os.Signal
		fails             bool
		stderr            string
	}{
		{"that returns the error", "waits", nil, first, true, "cgigen: test: the database did not answer: context canceled\ncleaned up\n"},
		{"that does not mind", "goes on", nil, first, false, "cleaned up\n"},
		{"that is deaf", "deaf", []string{"CGIGEN_STOP_TIMEOUT=1s"}, first, true,
			"cleaned up\ncgigen: test: stopping: a constructor still ran when its time was over\n"},
		{"that does not mind, by two signals", "goes on", nil, []os.Signal{syscall.SIGTERM, syscall.SIGUSR1}, false, "cleaned up\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := &program{t: t}
			out, in, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			cmd := exec.Command(os.Args[0])
			cmd.Stdout = in
			p.start(cmd, nil, append(test.env, "PORT=127.0.0.1:0", "TEST_CONSTRUCTOR="+test.constructor)...)
			in.Close()
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // the constructor runs
				t.Fatal(err)
			}
			for _, signal := range test.signals {
				p.cmd.Process.Signal(signal)
			}
			err = p.cmd.Wait()
			if (err != nil) != test.fails || p.stderr.String() != test.stderr {
				t.Errorf("%v, standard error %q, want %q", err, &p.stderr, test.stderr)
			}
		})
	}
}

// A process that nothing ends by itself ends by the same signal again.
func TestSameSignalAgainDoesNotWait(t *testing.T) {
	t.Run("for constructors", func(t *testing.T) {
		p := &program{t: t}
		cmd := exec.Command(os.Args[0])
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		p.start(cmd, nil, "PORT=127.0.0.1:0", "TEST_CONSTRUCTOR=deaf", "CGIGEN_STOP_TIMEOUT=0")
		bufio.NewReader(out).ReadString('\n') // the constructor runs
		if err := p.insist(); err == nil {
			t.Error("the process ends as if all were well")
		}
	})
	t.Run("for requests", func(t *testing.T) {
		p := spawn(t, "CGIGEN_FINISH_TIMEOUT=0", "CGIGEN_STOP_TIMEOUT=0")
		bufio.NewReader(p.scgi("/wait")).ReadString('\n') // the handler runs
		err := p.insist()
		if want := "context canceled: the process stops\nhandler returned\ncleaned up\n"; err != nil || p.stderr.String() != want {
			t.Errorf("%v, standard error %q, want %q", err, &p.stderr, want)
		}
	})
}

// insist sends a signal until the process ends.
func (p *program) insist() error {
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	for {
		p.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case err := <-ended:
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// OpenLiteSpeed sends SIGTERM and at once SIGUSR1.
func TestAnotherSignalLeavesRequestsTheirTime(t *testing.T) {
	release := filepath.Join(t.TempDir(), "release")
	p := spawn(t, "TEST_RELEASE="+release)
	response := bufio.NewReader(p.scgi("/wait"))
	response.ReadString('\n') // the handler runs
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGTERM, syscall.SIGHUP} {
		p.cmd.Process.Signal(signal)
	}
	for { // the socket closes first
		c, err := net.Dial("tcp", p.addr)
		if err != nil {
			break
		}
		c.Close()
	}
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := all(t, response); !strings.HasSuffix(got, "finished") {
		t.Errorf("the response is %q", got)
	}
	if err := p.cmd.Wait(); err != nil || p.stderr.String() != "cleaned up\n" {
		t.Errorf("%v, standard error %q", err, &p.stderr)
	}
}

func TestConstructorThatFailsIsAnErrorPage(t *testing.T) {
	p := spawn(t, "TEST_BROKEN=1")
	if got := all(t, p.scgi("/")); !strings.HasPrefix(got, "Status: 500 ") || strings.Contains(got, "database") {
		t.Errorf("%q", got)
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	if err := p.cmd.Wait(); err == nil || !strings.Contains(p.stderr.String(), "the database is away") {
		t.Errorf("%v, standard error %q", err, &p.stderr)
	}
}

func TestSettingsThatAreWrongAreReportedTogether(t *testing.T) {
	p := spawn(t, "CGIGEN_IDLE_TIMEOUT=soon", "CGIGEN_MAX_REQUESTS=-1")
	err := p.cmd.Wait()
	if got := p.stderr.String(); err == nil || !strings.Contains(got, "CGIGEN_IDLE_TIMEOUT") || !strings.Contains(got, "CGIGEN_MAX_REQUESTS") {
		t.Errorf("%v, standard error %q", err, got)
	}
}

func TestSocketsOfSystemdGoByTheirNames(t *testing.T) {
	var files []*os.File
	var addrs []string
	for range 2 {
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
		files, addrs = append(files, f), append(addrs, l.Addr().String())
	}
	p := &program{t: t, addr: addrs[0]}
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	cmd.ExtraFiles = files
	p.start(cmd, nil, "LISTEN_FDS=2", "LISTEN_FDNAMES=app.socket:app-http.socket")
	if got := all(t, p.scgi("/")); !strings.Contains(got, "\r\n\r\nGET ") {
		t.Errorf("SCGI: %q", got)
	}
	if got := get(t, "http://"+addrs[1]+"/"); !strings.HasPrefix(got, "GET ") {
		t.Errorf("HTTP: %q", got)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return all(t, resp.Body)
}

func TestPortServesHTTP(t *testing.T) {
	p := spawnWeb(t)
	if got := get(t, "http://"+p.addr+"/healthz"); got != "ok\n" {
		t.Errorf("health: %q", got)
	}
	if got := get(t, "http://"+p.addr+"/"); !strings.HasPrefix(got, "GET ") {
		t.Errorf("%q", got)
	}
	http.DefaultClient.CloseIdleConnections()
	p.cmd.Process.Signal(syscall.SIGTERM)
	err := p.cmd.Wait()
	if want := "cgigen: test: listening on http://" + p.addr + "\ncleaned up\n"; err != nil || p.stderr.String() != want {
		t.Errorf("%v, standard error %q, want %q", err, &p.stderr, want)
	}
}

func TestSocketOfSystemdThatIsNoneIsASentence(t *testing.T) {
	p := &program{t: t}
	cmd := exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd.ExtraFiles = []*os.File{f}
	p.start(cmd, nil, "LISTEN_FDS=1")
	if err := p.cmd.Wait(); err == nil || !strings.Contains(p.stderr.String(), "cgigen: test: descriptor 3 is no socket to listen on") {
		t.Errorf("%v, standard error %q", err, &p.stderr)
	}
}
