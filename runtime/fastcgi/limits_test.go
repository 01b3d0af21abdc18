package fastcgi

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	goruntime "runtime"
	"strings"
	"testing"
)

// A server that asks the same many times gets an answer whose header tells the truth.
func TestRepeatedQuestionsFitIntoARecord(t *testing.T) {
	c := start(t, &Server{Handler: newScene(), MaxRequests: 8})()
	question := pairs("FCGI_MAX_REQS", "")
	many := bytes.Repeat(question, maxContent/len(question))
	c.send(appendRecord(nil, getValues, 0, many))
	want := record{getValuesResult, 0, string(pairs("FCGI_MAX_REQS", "8"))}
	if got, err := c.receive(); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	c.send(get(1))
	c.want(1, ok("/"))
}

const tooManyVars = "431 Request Header Fields Too Large"

// tooMany begins a request whose variables are too many, and does not end them.
func tooMany(id uint16) []byte {
	return append(begin(id, keepConn), appendRecord(nil, params, id, pairs("X", strings.Repeat("x", 2000)))...)
}

func TestVariablesBeyondTheLimitAreRefusedBeforeTheirEnd(t *testing.T) {
	dial := start(t, &Server{Handler: newScene(), MaxHeaderBytes: 1000, MaxRequests: 1})
	c := dial()
	c.send(tooMany(1))
	if got := c.answer(1); !strings.HasPrefix(got.out, "Status: "+tooManyVars) || got.end == "" {
		t.Errorf("answer %q", got)
	}
	other := dial()
	other.send(get(1))
	other.want(1, ok("/")) // its place is free, although the first one has not ended
	c.send(appendRecord(nil, params, 1, []byte("more")), appendRecord(nil, params, 1, nil), stdinOf(1, "body"))
	c.closed()
}

func TestVariablesBeyondTheLimitAreOfOneRequest(t *testing.T) {
	s := newScene()
	c := start(t, &Server{Handler: s, MaxHeaderBytes: 1000})()
	c.send(getPath(1, "/wait", keepConn))
	<-s.entered
	c.send(tooMany(2))
	if got := c.answer(2); !strings.HasPrefix(got.out, "Status: "+tooManyVars) {
		t.Errorf("answer %q", got)
	}
	c.send(appendRecord(nil, params, 2, []byte("more")), appendRecord(nil, params, 2, nil), stdinOf(2, "body"))
	s.release <- struct{}{}
	c.want(1, ok("/wait"))
	c.send(get(2))
	c.want(2, ok("/"))
}

// The count of what runs is exact after requests that were refused: the limit neither closes nor opens.
func TestLimitOfRequestsHoldsAfterRefusals(t *testing.T) {
	s := newScene()
	server := &Server{Handler: s, MaxRequests: 2, MaxHeaderBytes: 1000}
	dial := start(t, server)
	refused := answer{end: ended(0, overloaded)}
	var waiting []*client
	enter := func() {
		c := dial()
		c.send(getPath(1, "/wait", keepConn))
		<-s.entered
		waiting = append(waiting, c)
	}
	for round := range 3 {
		for len(waiting) < 2 {
			enter()
		}
		for range 5 {
			c := dial()
			c.send(get(1))
			c.want(1, refused)
		}
		if n := server.stream.Running(); n != 2 {
			t.Fatalf("round %d: %d requests are counted, want 2", round, n)
		}
		s.release <- struct{}{}
		s.release <- struct{}{}
		for _, c := range waiting {
			c.want(1, ok("/wait"))
		}
		waiting = nil
		c := dial()
		c.send(tooMany(1))
		c.answer(1)
		awaitIdle(t, server)
	}
}

// awaitIdle returns once no request is counted; the count falls just after the end of a request has left.
func awaitIdle(t *testing.T, s *Server) {
	t.Helper()
	for s.stream.Running() != 0 {
		goruntime.Gosched()
		if t.Context().Err() != nil || s.stream.Running() < 0 {
			t.Fatalf("%d requests are counted", s.stream.Running())
		}
	}
}

// A body that breaks off is what it is behind net/http: io.ErrUnexpectedEOF, however the server breaks it off.
func TestBodyThatBreaksOffIsUnexpectedEOF(t *testing.T) {
	for name, breakOff := range map[string]func(*client){
		"connection closed": func(c *client) { c.conn.Close() },
		"request aborted":   func(c *client) { c.send(appendRecord(nil, abortRequest, 1, nil)) },
		"stream ended":      func(c *client) { c.send(stdinOf(1, "")) },
	} {
		t.Run(name, func(t *testing.T) {
			begun, read := make(chan struct{}), make(chan error, 1)
			c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.ReadFull(r.Body, make([]byte, 3))
				close(begun)
				_, err := io.ReadAll(r.Body)
				read <- err
			})})()
			c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "10"), stdinOf(1, "abcde"))
			<-begun
			breakOff(c)
			if err := <-read; !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("the body ends with %v", err)
			}
		})
	}
}
