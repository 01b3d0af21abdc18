package scgi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// request is one as the specification has it.
func request(body string, more ...string) []byte {
	vars := append([]string{"CONTENT_LENGTH", fmt.Sprint(len(body)), "SCGI", "1", "REQUEST_METHOD", "POST",
		"REQUEST_URI", "/", "HTTP_HOST", "test", "UNIQUE_ID", "id"}, more...)
	return append(netstring(strings.Join(vars, "\x00")+"\x00"), body...)
}

func netstring(block string) []byte { return fmt.Appendf(nil, "%d:%s,", len(block), block) }

// start serves h on a socket until the test ends.
func start(t testing.TB, s *Server) (dial func() net.Conn) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	if s.ErrorLog == nil {
		s.ErrorLog = io.Discard
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		s.Shutdown(context.Background())
	})
	return func() net.Conn {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

// exchange sends a request and returns all that comes back.
func exchange(t testing.TB, conn net.Conn, sent []byte) string {
	t.Helper()
	if _, err := conn.Write(sent); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		t.Errorf("after %q: %v", got, err)
	}
	return string(got)
}

func ok(text string) string {
	return fmt.Sprintf("Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
}

// echo answers with the body and how it ended.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%d %v", len(body), err)
}

func TestRequestIsAnsweredAndTheConnectionEnds(t *testing.T) {
	dial := start(t, &Server{Handler: http.HandlerFunc(echo)})
	for _, body := range []string{"", "hello", strings.Repeat("x", 300_000)} {
		if got, want := exchange(t, dial(), request(body)), ok(fmt.Sprint(len(body), " <nil>")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBodyThatIsNotReadDoesNotSpoilTheAnswer(t *testing.T) {
	dial := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "no") })})
	if got := exchange(t, dial(), request(strings.Repeat("x", 500_000))); got != ok("no") {
		t.Errorf("got %q", got)
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	dial := start(t, &Server{Handler: http.HandlerFunc(echo), MaxHeaderBytes: 1000})
	for name, test := range map[string]struct{ sent, status string }{
		"no number":                {"1x:", "400"},
		"too many digits":          {"123456789012345:", "400"},
		"leading zero":             {"0012:", "400"},
		"no comma":                 {"24:CONTENT_LENGTH\x000\x00SCGI\x001\x00;", "400"},
		"empty":                    {"0:,", "400"},
		"length not first":         {string(netstring("SCGI\x001\x00CONTENT_LENGTH\x000\x00")), "400"},
		"length no number":         {string(netstring("CONTENT_LENGTH\x00-1\x00SCGI\x001\x00")), "400"},
		"length twice":             {string(netstring("CONTENT_LENGTH\x000\x00SCGI\x001\x00CONTENT_LENGTH\x005\x00")), "400"},
		"not SCGI":                 {string(netstring("CONTENT_LENGTH\x000\x00SCGI\x002\x00")), "400"},
		"name without value":       {string(netstring("CONTENT_LENGTH\x000\x00SCGI\x001\x00A\x00")), "400"},
		"name that does not end":   {string(netstring("CONTENT_LENGTH\x000\x00SCGI\x001\x00A\x00b")), "400"},
		"no name":                  {string(netstring("CONTENT_LENGTH\x000\x00SCGI\x001\x00\x00b\x00")), "400"},
		"larger than the limit":    {"2000:", "431"},
		"larger than all that may": {"9999999999:", "431"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exchange(t, dial(), []byte(test.sent)); !strings.HasPrefix(got, "Status: "+test.status+" ") {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestBodyThatIsCutIsAnError(t *testing.T) {
	conn := start(t, &Server{Handler: http.HandlerFunc(echo)})()
	sent := request("hello")
	conn.Write(sent[:len(sent)-2])
	conn.(*net.UnixConn).CloseWrite()
	if got, _ := io.ReadAll(conn); string(got) != ok("3 unexpected EOF") {
		t.Errorf("got %q", got)
	}
}

func TestClosedConnectionCancelsTheRequest(t *testing.T) {
	causes, entered := make(chan error), make(chan bool)
	dial := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "read" {
			io.ReadAll(r.Body)
		}
		done := r.Context().Done()
		entered <- true
		if r.URL.RawQuery == "" {
			io.ReadAll(r.Body)
		}
		<-done
		causes <- context.Cause(r.Context())
	})})
	for _, uri := range []string{"/", "/?read"} {
		conn := dial()
		conn.Write(request("body", "REQUEST_URI", uri))
		<-entered
		conn.Close()
		if cause := <-causes; !errors.Is(cause, context.Canceled) || !errors.Is(cause, io.EOF) {
			t.Errorf("%s: cause %v", uri, cause)
		}
	}
}

func TestPanicIsACleanError(t *testing.T) {
	var log bytes.Buffer
	dial := start(t, &Server{ErrorLog: &log, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("as ordered") })})
	if got := exchange(t, dial(), request("")); !strings.HasPrefix(got, "Status: 500 ") || !strings.Contains(log.String(), "as ordered") {
		t.Errorf("got %q, log %q", got, &log)
	}
}

func TestResponseThatBreaksOffIsResetOnTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{ErrorLog: io.Discard, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})}
	done := make(chan error)
	go func() { done <- s.Serve(l) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Write(request(""))
	if got, err := io.ReadAll(conn); err == nil {
		t.Errorf("got %q and a clean end", got)
	}
	s.Close()
	<-done
}

func TestSlowPeersLoseTheirConnection(t *testing.T) {
	for name, sent := range map[string]string{"nothing": "", "half a length": "12", "half a netstring": "500:CONTENT_LENGTH"} {
		t.Run(name, func(t *testing.T) {
			conn := start(t, &Server{Handler: http.HandlerFunc(echo), HeaderTimeout: 20 * time.Millisecond, IdleTimeout: 20 * time.Millisecond})()
			if got := exchange(t, conn, []byte(sent)); got != "" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	entered, release := make(chan bool), make(chan bool)
	dial := start(t, &Server{MaxRequests: 1, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- true
		<-release
	})})
	first := dial()
	first.Write(request(""))
	<-entered
	if got := exchange(t, dial(), request("body")); !strings.HasPrefix(got, "Status: 503 ") {
		t.Errorf("got %q", got)
	}
	release <- true
	io.ReadAll(first)
}

func TestShutdownFinishesWhatRuns(t *testing.T) {
	entered, release := make(chan bool), make(chan bool)
	s := &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- true
		<-release
		io.WriteString(w, "done")
	})}
	dial := start(t, s)
	busy, idle := dial(), dial()
	idle.Write([]byte("3"))
	busy.Write(request(""))
	<-entered
	ended := make(chan error)
	go func() { ended <- s.Shutdown(t.Context()) }()
	if got, err := io.ReadAll(idle); len(got) > 0 || err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("idle connection: %q, %v", got, err)
	}
	release <- true
	if got, _ := io.ReadAll(busy); string(got) != ok("done") {
		t.Errorf("got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The limit for a write is for each piece of a large one: a peer that is slow, and takes something all the time, gets all of it.
func TestLargeWriteMayTakeLongerThanTheLimit(t *testing.T) {
	const size = 8 << 20
	written := make(chan error, 1)
	conn := start(t, &Server{WriteTimeout: 500 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write(make([]byte, size))
		written <- err
	})})()
	conn.Write(request(""))
	buf, got := make([]byte, 64<<10), 0
	for {
		n, err := conn.Read(buf)
		if got += n; err != nil {
			break
		}
		time.Sleep(10 * time.Millisecond) // a second and more in all
	}
	if err := <-written; err != nil || got < size {
		t.Errorf("%d of %d bytes arrive, %v", got, size, err)
	}
}

// Whatever arrives, reading ends, and what it accepts is what was sent.
func FuzzNetstring(f *testing.F) {
	f.Add(request(""))
	f.Add(request("body", "A", "", "HTTP_X", "y"))
	f.Add([]byte("0:,"))
	f.Add([]byte("24:CONTENT_LENGTH\x000\x00SCGI\x001\x00,"))
	f.Fuzz(func(t *testing.T, input []byte) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		go func() {
			theirs.Write(input)
			theirs.Close()
		}()
		vars, err := readVars(stream.NewConn(ours, stream.Limits{}), 1<<20)
		if err != nil {
			return
		}
		var block strings.Builder
		for _, v := range vars {
			block.WriteString(v.Name + "\x00" + v.Value + "\x00")
		}
		again, err := parseVars([]byte(block.String()))
		if err != nil || fmt.Sprint(again) != fmt.Sprint(vars) || vars.Get("SCGI") != "1" {
			t.Errorf("%q became %q, %v", vars, again, err)
		}
	})
}

var _ stream.Session = (*conn)(nil)
var _ gateway.Output = (*output)(nil)
