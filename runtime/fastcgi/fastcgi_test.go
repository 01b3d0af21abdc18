package fastcgi

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A client is the web server's side of a connection, record by record.
type client struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// start serves h on a socket until the test ends.
func start(t testing.TB, s *Server) (dial func() *client) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		if err := s.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
	return func() *client {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return &client{t, conn, bufio.NewReader(conn)}
	}
}

// send writes records as one.
func (c *client) send(records ...[]byte) {
	c.t.Helper()
	if _, err := c.conn.Write(bytes.Join(records, nil)); err != nil {
		c.t.Fatal(err)
	}
}

func begin(id uint16, flags byte) []byte { return beginRole(id, responder, flags) }

func beginRole(id uint16, role, flags byte) []byte {
	return appendRecord(nil, beginRequest, id, []byte{0, role, flags, 0, 0, 0, 0, 0})
}

func stdinOf(id uint16, body string) []byte { return appendRecord(nil, stdinStream, id, []byte(body)) }

// vars are the usual meta-variables and more, with the end of the stream.
func vars(id uint16, method string, more ...string) []byte {
	block := pairs(append([]string{"REQUEST_METHOD", method, "REQUEST_URI", "/", "SERVER_PROTOCOL", "HTTP/1.1",
		"HTTP_HOST", "test", "UNIQUE_ID", "id", "REMOTE_ADDR", "192.0.2.1", "REMOTE_PORT", "5"}, more...)...)
	return append(appendRecord(nil, params, id, block), appendRecord(nil, params, id, nil)...)
}

func pairs(namesAndValues ...string) []byte {
	var b []byte
	for i := 0; i < len(namesAndValues); i += 2 {
		b = appendPair(b, namesAndValues[i], namesAndValues[i+1])
	}
	return b
}

// get is a whole request.
func get(id uint16, more ...string) []byte {
	return bytes.Join([][]byte{begin(id, keepConn), vars(id, "GET", more...), stdinOf(id, "")}, nil)
}

// A record is one that came back.
type record struct {
	kind    kind
	id      uint16
	content string
}

func (r record) String() string { return fmt.Sprintf("%d/%d %q", r.kind, r.id, r.content) }

// receive reads a record; the error is that of the connection.
func (c *client) receive() (record, error) {
	var b [headerSize]byte
	if _, err := io.ReadFull(c.in, b[:]); err != nil {
		return record{}, err
	}
	h, err := parseHeader(b[:])
	if err != nil {
		return record{}, err
	}
	content := make([]byte, h.content+h.padding)
	_, err = io.ReadFull(c.in, content)
	return record{h.kind, h.id, string(content[:h.content])}, err
}

// An answer is what came back for a request.
type answer struct {
	out, err string
	end      string // the content of END_REQUEST
}

// answer reads the records of one request up to its end.
func (c *client) answer(id uint16) answer {
	c.t.Helper()
	var a answer
	for {
		r, err := c.receive()
		if err != nil {
			c.t.Fatalf("after %q: %v", a.out, err)
		}
		if r.id != id {
			c.t.Fatalf("record %v, want one of request %d", r, id)
		}
		switch r.kind {
		case stdoutStream:
			a.out += r.content
		case stderrStream:
			a.err += r.content
		case endRequest:
			a.end = r.content
			return a
		}
	}
}

// ok is the answer of a handler that writes text.
func ok(text string) answer {
	return answer{out: "Status: 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
		fmt.Sprint(len(text)) + "\r\n\r\n" + text, end: ended(0, completed)}
}

func ended(app, protocol byte) string { return string([]byte{0, 0, 0, app, protocol, 0, 0, 0}) }

func (c *client) want(id uint16, want answer) {
	c.t.Helper()
	if got := c.answer(id); got != want {
		c.t.Errorf("answer to request %d:\n got %q\nwant %q", id, got, want)
	}
}

func TestKeptConnectionServesRequestsInTurn(t *testing.T) {
	dial := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %v %v", r.Method, body, err, gateway.InfoOf(r.Context()).Vars.Get("REMOTE_PORT"))
	})})
	c := dial()
	for range 3 {
		c.send(get(1))
		c.want(1, ok("GET  <nil> 5"))
		c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "5"))
		c.send(stdinOf(1, "hel"))
		c.send(stdinOf(1, "lo"), stdinOf(1, ""))
		c.want(1, ok("POST hello <nil> 5"))
	}
}

func TestLargeBodyIsEchoed(t *testing.T) {
	dial := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		r.Context().Done()
		io.Copy(w, r.Body)
	})})
	c := dial()
	body := string(bytes.Repeat([]byte("0123456789abcdef"), 1<<16))
	for range 3 {
		go func() {
			c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", fmt.Sprint(len(body)), "SERVER_SOFTWARE", "lighttpd/1"))
			for rest := body; rest != ""; {
				part := rest[:min(len(rest), 32<<10)]
				rest = rest[len(part):]
				c.send(stdinOf(1, part))
			}
			c.send(stdinOf(1, ""))
		}()
		want := answer{out: "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body, end: ended(0, completed)}
		if got := c.answer(1); got != want {
			t.Fatalf("%d bytes, want %d", len(got.out), len(want.out))
		}
	}
}
