package fastcgi

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// within ends a test in which somebody waits for ever.
func (c *client) within(d time.Duration) { c.conn.SetReadDeadline(time.Now().Add(d)) }

// A body that fills queue and spool waits for its handler, and goes on once it reads.
func TestBodyLargerThanTheSpoolWaitsForTheHandler(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	const size = 70 << 20
	full := make(chan bool)
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-full
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	})})()
	c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", fmt.Sprint(size)))
	go func() {
		piece := stdinOf(1, strings.Repeat("x", 32<<10))
		for sent := 0; sent < size; sent += 32 << 10 {
			if sent == 64<<20 { // the spool is full soon
				time.AfterFunc(100*time.Millisecond, func() { close(full) })
			}
			c.conn.Write(piece)
		}
		c.conn.Write(stdinOf(1, ""))
	}()
	c.within(time.Minute)
	c.want(1, ok(fmt.Sprint(size, " <nil>")))
}

// A flush does not wait for a goroutine that waits for the body.
func TestFullDuplexWritesWhileItReads(t *testing.T) {
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response := http.NewResponseController(w)
		response.EnableFullDuplex()
		body := make(chan string)
		go func() {
			b, _ := io.ReadAll(r.Body)
			body <- string(b)
		}()
		time.Sleep(20 * time.Millisecond) // for the goroutine to wait
		io.WriteString(w, "hello ")
		response.Flush()
		io.WriteString(w, <-body)
	})})()
	c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "3", "SERVER_SOFTWARE", "HAProxy"))
	c.within(time.Minute)
	if r, err := c.receive(); err != nil || !strings.HasSuffix(r.content, "hello ") {
		t.Fatalf("got %v, %v", r, err)
	}
	c.send(stdinOf(1, "abc"), stdinOf(1, ""))
	if got := c.answer(1); got.out != "abc" {
		t.Errorf("got %+v", got)
	}
}

// The end of a full-duplex response does not wait for the rest of the body, and the connection goes on.
func TestFullDuplexEndsBeforeTheBody(t *testing.T) {
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response := http.NewResponseController(w)
		response.EnableFullDuplex()
		if r.Method == http.MethodPost {
			io.ReadFull(r.Body, make([]byte, 3))
		}
		io.WriteString(w, "bye")
		if r.URL.RawQuery == "flush" {
			response.Flush()
		}
	})})()
	c.within(time.Minute)
	for _, query := range []string{"", "flush"} {
		c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "6", "QUERY_STRING", query, "SERVER_SOFTWARE", "HAProxy"), stdinOf(1, "abc"))
		if got := c.answer(1); !strings.HasSuffix(got.out, "bye") || got.end != ended(0, completed) {
			t.Fatalf("got %+v", got)
		}
		c.send(stdinOf(1, "def"), stdinOf(1, ""), get(1))
		c.want(1, ok("bye"))
	}
}

// The reader of a connection must not wait for a body while it holds what a handler that reads the body needs.
func TestSilentBodyIsGivenUpWhileItIsRead(t *testing.T) {
	ours, peer := net.Pipe()
	defer peer.Close()
	defer ours.Close()
	limits := stream.DefaultLimits()
	c := newConn(&server{stream: &stream.Server{Limits: limits}}, stream.NewConn(ours, limits))
	r := newRequest(c, 1, true)
	r.running = true
	c.requests = append(c.requests, r)
	r.stdin.mu.Lock()
	go c.survives(os.ErrDeadlineExceeded)
	time.Sleep(10 * time.Millisecond)
	if !c.mu.TryLock() {
		t.Error("the connection is locked while its reader waits for a body")
	} else {
		c.mu.Unlock()
	}
	r.stdin.mu.Unlock()
}

// A slowListener holds up the write of an END_REQUEST.
type slowListener struct {
	net.Listener
	entered, release chan bool
}

type slowConn struct {
	net.Conn
	of *slowListener
}

func (l *slowListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &slowConn{c, l}, err
}

func (c *slowConn) Write(p []byte) (int, error) {
	if strings.Contains(string(p), string(appendHeader(nil, endRequest, 1, 8))) {
		c.of.entered <- true
		<-c.of.release
	}
	return c.Conn.Write(p)
}

func TestShutdownLeavesTheEndOfAResponse(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &slowListener{inner, make(chan bool, 1), make(chan bool)}
	s := &Server{Handler: http.HandlerFunc(hello)}
	go s.Serve(l)
	conn, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write(get(1))
	<-l.entered
	down := make(chan error)
	go func() { down <- s.Shutdown(t.Context()) }()
	for !s.stream.Stopping() {
		runtime.Gosched()
	}
	time.Sleep(10 * time.Millisecond) // for the connection to hear of it
	close(l.release)
	if got, err := io.ReadAll(conn); !strings.Contains(string(got), "hello") {
		t.Errorf("got %q, %v", got, err)
	}
	if err := <-down; err != nil {
		t.Error(err)
	}
}

func TestShutdownEndsAConnectionAfterAnAbort(t *testing.T) {
	scene := newScene()
	s := &Server{Handler: scene}
	c := start(t, s)()
	c.send(getPath(1, "/late", keepConn))
	<-scene.entered
	down := make(chan error)
	go func() { down <- s.Shutdown(t.Context()) }()
	for !s.stream.Stopping() {
		runtime.Gosched()
	}
	c.send(appendRecord(nil, abortRequest, 1, nil))
	c.want(1, answer{end: ended(1, completed)})
	<-scene.causes
	scene.release <- struct{}{}
	if err := <-down; err != nil {
		t.Error(err)
	}
	c.closed()
}

// A deadline that is over before anything has left costs the request alone.
func TestWriteDeadlineLeavesOtherRequests(t *testing.T) {
	past := make(chan bool)
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/past" {
			response := http.NewResponseController(w)
			response.SetWriteDeadline(time.Now().Add(-time.Second))
			io.WriteString(w, "late")
			if err := response.Flush(); !isTimeout(err) {
				t.Errorf("flush after the deadline: %v", err)
			}
			close(past)
			return
		}
		<-past
		io.WriteString(w, "fine")
	})})()
	c.within(time.Minute)
	c.send(get(1), getPath(2, "/past", keepConn))
	for {
		r, err := c.receive()
		if err != nil {
			t.Fatal("the other request is lost: ", err)
		}
		if r.kind == stdoutStream && r.id == 1 {
			break
		}
	}
}

// A deadline that is set while a write waits ends it.
func TestWriteDeadlineEndsAWriteThatWaits(t *testing.T) {
	left := make(chan error)
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var err error
		for err == nil {
			time.AfterFunc(10*time.Millisecond, func() { http.NewResponseController(w).SetWriteDeadline(time.Now()) })
			_, err = w.Write(make([]byte, 100_000))
		}
		left <- err
	})})()
	c.send(get(1))
	if err := <-left; !isTimeout(err) {
		t.Errorf("the write ended with %v", err)
	}
}
