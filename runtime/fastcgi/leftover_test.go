package fastcgi

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What goes on writing to a response that has ended reaches neither the connection nor the response that comes after it.
func TestWritesAfterTheEndOfARequestGoNowhere(t *testing.T) {
	var leftover http.ResponseWriter
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if leftover == nil {
			leftover = w
			io.WriteString(w, "first")
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, strings.Repeat("second ", 500))
		w.(http.Flusher).Flush()
		io.WriteString(w, strings.Repeat("second ", 500))
		for range 100 {
			io.WriteString(leftover, strings.Repeat("stray ", 100))
			leftover.(http.Flusher).Flush()
		}
	})})()
	c.send(get(1))
	c.want(1, ok("first"))
	for range 3 {
		c.send(get(1))
		want := answer{out: "Content-Type: text/plain\r\nStatus: 200 OK\r\n\r\n" + strings.Repeat("second ", 1000), end: ended(0, completed)}
		c.want(1, want)
	}
}

// A handler that asks for its client again and again gets one reader for its connection, and not one for each time.
func TestConnectionHasOneReader(t *testing.T) {
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Context().Done()
		before := runtime.NumGoroutine()
		for range 100 {
			r.Context().Done()
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Hour))
		}
		if more := runtime.NumGoroutine() - before; more > 10 {
			fmt.Fprintf(w, "%d goroutines more", more)
			return
		}
		io.WriteString(w, "few")
	})})()
	for range 2 {
		c.send(get(1))
		c.want(1, ok("few"))
	}
}

// The time for meta-variables ends with the request that they are of.
func TestHeaderTimeoutEndsWithAnAbort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, raw := net.Pipe()
		l := pipes{server: make(chan net.Conn, 1), closed: make(chan bool)}
		l.server <- server
		s := &Server{ErrorLog: io.Discard, HeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "served") })}
		served := make(chan error)
		go func() { served <- s.Serve(l) }()
		c := &client{t, raw, bufio.NewReader(raw)}
		for range 2 {
			c.send(begin(1, keepConn), appendRecord(nil, params, 1, []byte("\x01")))
			synctest.Wait() // the server waits for more of them
			c.send(appendRecord(nil, abortRequest, 1, nil))
			c.want(1, answer{end: string([]byte{0, 0, 0, 1, completed, 0, 0, 0})})
			time.Sleep(10 * time.Second) // longer than meta-variables may take, shorter than a connection may be silent
			go c.send(get(1))
			c.want(1, ok("served"))
		}
		begun := time.Now()
		c.send(begin(1, keepConn), appendRecord(nil, params, 1, []byte("\x01")))
		c.closed()
		if took := time.Since(begun); took != time.Second {
			t.Errorf("meta-variables that do not come: closed after %v", took)
		}
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
		s.Shutdown(t.Context())
	})
}

// A pipes is a listener of connections in memory.
type pipes struct {
	server chan net.Conn
	closed chan bool
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.server:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

func (pipes) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// newClient is the web server's side of a connection.
func newClient(t testing.TB, conn net.Conn) *client { return &client{t, conn, bufio.NewReader(conn)} }
