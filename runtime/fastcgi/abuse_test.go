package fastcgi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// scene is a handler that waits where a test wants it to.
type scene struct {
	entered chan string   // a request has come as far as its handler
	release chan struct{} // lets one of them go on
	causes  chan error    // why the context of one of them has ended
}

func newScene() *scene {
	return &scene{make(chan string, 100), make(chan struct{}), make(chan error, 100)}
}

// ServeHTTP obeys the path: /wait waits to be released, /gone for the end of its context, /panic panics, /body answers
// with the body.
func (s *scene) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.entered <- r.URL.Path
	switch r.URL.Path {
	case "/wait":
		<-s.release
	case "/late": // writes when nobody wants it any more
		<-r.Context().Done()
		s.causes <- context.Cause(r.Context())
		<-s.release
	case "/gone":
		<-r.Context().Done()
		s.causes <- context.Cause(r.Context())
		return
	case "/panic":
		panic("as ordered")
	case "/cut":
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case "/body":
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d %v", len(body), err)
		return
	}
	io.WriteString(w, r.URL.Path)
}

// getPath is a whole request for a path, whose REQUEST_URI comes after the usual one.
func getPath(id uint16, p string, flags byte) []byte {
	block := pairs("REQUEST_METHOD", "GET", "REQUEST_URI", p, "UNIQUE_ID", "id", "HTTP_HOST", "test")
	return bytes.Join([][]byte{begin(id, flags), appendRecord(nil, params, id, block), appendRecord(nil, params, id, nil), stdinOf(id, "")}, nil)
}

// closed fails the test unless the connection ends without another record.
func (c *client) closed() {
	c.t.Helper()
	if r, err := c.receive(); err == nil {
		c.t.Errorf("record %v, want the end of the connection", r)
	}
}

func TestMalformedRecordsEndTheConnection(t *testing.T) {
	tests := map[string][]byte{
		"another version":            {2, 1, 0, 1, 0, 8, 0, 0},
		"short BEGIN_REQUEST":        appendRecord(nil, beginRequest, 1, []byte{0, 1, 0}),
		"id that runs":               append(getPath(1, "/wait", keepConn), begin(1, keepConn)...),
		"body before the variables":  append(begin(1, keepConn), stdinOf(1, "x")...),
		"variables after their end":  append(getPath(1, "/wait", keepConn), vars(1, "GET")...),
		"malformed pairs of a query": appendRecord(nil, getValues, 0, []byte{200}),
	}
	for name, records := range tests {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			defer close(s.release)
			c := start(t, &Server{Handler: s, ErrorLog: io.Discard})()
			c.send(records)
			c.closed()
		})
	}
}

func TestRecordsThatMeanNothingAreIgnored(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	padded := appendRecord(nil, stdinStream, 1, nil)
	padded[6] = 255
	c.send(
		stdinOf(7, "of nobody"), appendRecord(nil, abortRequest, 9, nil), appendRecord(nil, params, 5, []byte("x")),
		begin(1, keepConn), appendRecord(nil, 8, 1, []byte("data of a filter")), appendRecord(nil, 77, 1, []byte("unknown")),
		vars(1, "GET"), append(padded, make([]byte, 255)...),
	)
	c.want(1, ok("/"))
}

func TestMalformedVariablesAreABadRequest(t *testing.T) {
	c := start(t, &Server{Handler: newScene(), MaxHeaderBytes: 1000})()
	for _, test := range []struct {
		name, block, status string
	}{
		{"cut name", "\x05\x01ab", "400 Bad Request"},
		{"cut length", "\x80\x00", "400 Bad Request"},
		{"huge length", "\xff\xff\xff\xff\xff\xff\xff\xff", "400 Bad Request"},
		{"no method", "", "400 Bad Request"},
		{"too many", string(pairs("X", strings.Repeat("x", 2000))), "431 Request Header Fields Too Large"},
	} {
		c.send(begin(1, keepConn), appendRecord(nil, params, 1, []byte(test.block)))
		if test.block != "" {
			c.send(appendRecord(nil, params, 1, nil))
		}
		c.send(stdinOf(1, ""))
		got := c.answer(1)
		if status, _, _ := strings.Cut(got.out, "\r\n"); status != "Status: "+test.status || got.err == "" {
			t.Errorf("%s: status %q, log %q", test.name, status, got.err)
		}
	}
}

func TestVariablesMayStraddleRecords(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	whole := pairs("REQUEST_METHOD", "GET", "REQUEST_URI", "/"+strings.Repeat("p", 300), "UNIQUE_ID", "id")
	c.send(begin(1, keepConn))
	for _, b := range whole {
		c.send(appendRecord(nil, params, 1, []byte{b}))
	}
	c.send(appendRecord(nil, params, 1, nil), stdinOf(1, ""))
	c.want(1, ok("/"+strings.Repeat("p", 300)))
}

func TestQuestionsAreAnsweredByTheSpecification(t *testing.T) {
	c := start(t, &Server{Handler: newScene(), MaxConns: 7, MaxRequests: 8})()
	c.send(appendRecord(nil, getValues, 0, pairs("FCGI_MPXS_CONNS", "", "OTHER", "", "FCGI_MAX_REQS", "", "FCGI_MAX_CONNS", "")))
	want := record{getValuesResult, 0, string(pairs("FCGI_MPXS_CONNS", "1", "FCGI_MAX_REQS", "8", "FCGI_MAX_CONNS", "7"))}
	if got, err := c.receive(); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	c.send(appendRecord(nil, getValues, 0, nil))
	if got, err := c.receive(); err != nil || got != (record{getValuesResult, 0, ""}) {
		t.Errorf("got %v, %v, want an empty result", got, err)
	}
	c.send(appendRecord(nil, 42, 0, []byte("?")))
	if got, err := c.receive(); err != nil || got != (record{unknownType, 0, "\x2a\x00\x00\x00\x00\x00\x00\x00"}) {
		t.Errorf("got %v, %v, want UNKNOWN_TYPE", got, err)
	}
}

func TestRequestsThatCannotRunAreRejected(t *testing.T) {
	t.Run("role", func(t *testing.T) {
		c := start(t, &Server{Handler: newScene()})()
		c.send(beginRole(1, 2, keepConn))
		c.want(1, answer{end: ended(0, unknownRole)})
		c.send(get(1))
		c.want(1, ok("/"))
	})
	t.Run("role without keeping", func(t *testing.T) {
		c := start(t, &Server{Handler: newScene()})()
		c.send(beginRole(1, 3, 0))
		c.want(1, answer{end: ended(0, unknownRole)})
		c.closed()
	})
	t.Run("overload", func(t *testing.T) {
		s := newScene()
		dial := start(t, &Server{Handler: s, MaxRequests: 1})
		a, b := dial(), dial()
		a.send(getPath(1, "/wait", keepConn))
		<-s.entered
		b.send(get(1))
		b.want(1, answer{end: ended(0, overloaded)})
		s.release <- struct{}{}
		a.want(1, ok("/wait"))
		a.send(get(1))
		a.want(1, ok("/"))
	})
	t.Run("no multiplexing", func(t *testing.T) {
		s := newScene()
		c := start(t, &Server{Handler: s, MaxRequestsOfConn: 1})()
		c.send(getPath(1, "/wait", keepConn))
		<-s.entered
		c.send(get(2))
		c.want(2, answer{end: ended(0, cantMultiplex)})
		s.release <- struct{}{}
		c.want(1, ok("/wait"))
	})
}

func TestRequestsOfOneConnectionDoNotWaitForEachOther(t *testing.T) {
	s := newScene()
	c := start(t, &Server{Handler: s})()
	c.send(getPath(1, "/wait", keepConn))
	<-s.entered
	for range 20 { // also while the body of another one is not wanted
		c.send(get(2))
		c.want(2, ok("/"))
	}
	c.send(begin(3, keepConn), appendRecord(nil, params, 3, pairs("REQUEST_METHOD", "POST", "REQUEST_URI", "/wait", "CONTENT_LENGTH", "500000")), appendRecord(nil, params, 3, nil))
	for range 10 {
		c.send(stdinOf(3, strings.Repeat("x", 50000)))
	}
	c.send(get(4))
	c.want(4, ok("/"))
	c.send(stdinOf(3, ""))
	s.release <- struct{}{}
	s.release <- struct{}{}
	got := map[uint16]bool{}
	for len(got) < 2 {
		r, err := c.receive()
		if err != nil {
			t.Fatal(err)
		}
		got[r.id] = got[r.id] || r.kind == endRequest
		if !got[r.id] {
			delete(got, r.id)
		}
	}
}

func TestQueuedBodyDoesNotHoldUpAnotherRequest(t *testing.T) {
	s := newScene()
	c := start(t, &Server{Handler: s})()
	c.send(begin(1, keepConn), appendRecord(nil, params, 1, pairs("REQUEST_METHOD", "POST", "REQUEST_URI", "/wait", "CONTENT_LENGTH", "2000000")), appendRecord(nil, params, 1, nil))
	<-s.entered
	for range 40 {
		c.send(stdinOf(1, strings.Repeat("x", 50000)))
	}
	c.send(get(2))
	c.want(2, ok("/"))
	c.send(stdinOf(1, ""))
	s.release <- struct{}{}
	c.want(1, ok("/wait"))
}

func TestAbortEndsARequestOnceAndAtOnce(t *testing.T) {
	for _, whole := range []bool{true, false} {
		t.Run(fmt.Sprint("body complete ", whole), func(t *testing.T) {
			s := newScene()
			c := start(t, &Server{Handler: s})()
			request := getPath(1, "/late", keepConn)
			if !whole {
				request = request[:len(request)-headerSize]
			}
			c.send(request)
			<-s.entered
			c.send(appendRecord(nil, abortRequest, 1, nil))
			c.want(1, answer{end: ended(1, completed)})
			if cause := <-s.causes; !errors.Is(cause, context.Canceled) {
				t.Errorf("cause %v", cause)
			}
			c.send(getPath(1, "/wait", keepConn)) // the id is free, and the handler of the first request still runs
			<-s.entered
			s.release <- struct{}{}
			s.release <- struct{}{}
			c.want(1, ok("/wait"))
			c.send(appendRecord(nil, abortRequest, 1, nil), get(1))
			c.want(1, ok("/"))
		})
	}
}

func TestAbortBeforeTheVariablesAreComplete(t *testing.T) {
	c := start(t, &Server{Handler: newScene(), MaxRequests: 1})()
	for range 3 {
		c.send(begin(1, keepConn), appendRecord(nil, abortRequest, 1, nil))
		c.want(1, answer{end: ended(1, completed)})
	}
	c.send(get(1))
	c.want(1, ok("/"))
}

func TestClosedConnectionCancelsItsRequests(t *testing.T) {
	s := newScene()
	c := start(t, &Server{Handler: s})()
	c.send(getPath(1, "/gone", keepConn), getPath(2, "/gone", keepConn))
	<-s.entered
	<-s.entered
	c.conn.Close()
	for range 2 {
		if cause := <-s.causes; !errors.Is(cause, context.Canceled) || !errors.Is(cause, io.EOF) {
			t.Errorf("cause %v", cause)
		}
	}
}

func TestPanicEndsOneRequest(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	c.send(getPath(1, "/panic", keepConn))
	got := c.answer(1)
	if !strings.HasPrefix(got.out, "Status: 500 ") || !strings.Contains(got.err, "as ordered") || got.end != ended(1, completed) {
		t.Errorf("answer %q", got)
	}
	c.send(get(1))
	c.want(1, ok("/"))
}

func TestResponseThatBreaksOffEndsInNonsense(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	c.send(getPath(1, "/cut", keepConn))
	if r, err := c.receive(); err != nil || r.kind != stdoutStream {
		t.Fatal(r, err)
	}
	if _, err := c.receive(); !errors.Is(err, errVersion) {
		t.Errorf("error %v, want a record of no version", err)
	}
}

func TestBodyThatIsCutIsAnError(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	c.send(begin(1, keepConn), appendRecord(nil, params, 1, pairs("REQUEST_METHOD", "POST", "REQUEST_URI", "/body", "CONTENT_LENGTH", "10")),
		appendRecord(nil, params, 1, nil), stdinOf(1, "12345"), stdinOf(1, ""))
	c.want(1, ok("5 unexpected EOF"))
}

func TestConnectionThatIsNotKeptEnds(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	c.send(getPath(1, "/", 0))
	c.want(1, ok("/"))
	c.closed()
	c = start(t, &Server{Handler: newScene()})()
	request := getPath(1, "/", 0)
	c.send(request[:len(request)-headerSize]) // its body never ends
	c.want(1, ok("/"))
	c.closed()
}

func TestSlowPeersLoseTheirConnection(t *testing.T) {
	for name, records := range map[string][]byte{
		"nothing":                   nil,
		"half a header":             begin(1, keepConn)[:5],
		"variables that do not end": append(begin(1, keepConn), appendRecord(nil, params, 1, pairs("A", "b"))...),
		"half a record":             appendHeader(nil, params, 1, 500),
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, &Server{Handler: newScene(), HeaderTimeout: 20 * time.Millisecond, IdleTimeout: 20 * time.Millisecond})()
			c.conn.Write(records)
			c.closed()
		})
	}
	t.Run("a handler may take its time", func(t *testing.T) {
		s := newScene()
		c := start(t, &Server{Handler: s, IdleTimeout: 30 * time.Millisecond})()
		c.send(getPath(1, "/wait", keepConn))
		<-s.entered
		c.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if r, err := c.receive(); !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
			t.Errorf("got %v, %v before the handler has ended", r, err)
		}
		c.conn.SetReadDeadline(time.Time{})
		s.release <- struct{}{}
		c.want(1, ok("/wait"))
	})
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// Many requests at once, interleaved byte by byte.
func TestInterleavedRequests(t *testing.T) {
	c := start(t, &Server{Handler: newScene()})()
	const n = 50
	var streams [][]byte
	for id := uint16(1); id <= n; id++ {
		block := pairs("REQUEST_METHOD", "POST", "REQUEST_URI", "/body", "CONTENT_LENGTH", fmt.Sprint(id))
		var records []byte
		records = append(records, begin(id, keepConn)...)
		for _, b := range block {
			records = appendRecord(records, params, id, []byte{b})
		}
		records = appendRecord(records, params, id, nil)
		for range id {
			records = appendRecord(records, stdinStream, id, []byte("x"))
		}
		streams = append(streams, appendRecord(records, stdinStream, id, nil))
	}
	go func() {
		for left := n; left > 0; {
			var burst []byte
			for i, s := range streams {
				if len(s) == 0 {
					continue
				}
				size := headerSize + int(binary.BigEndian.Uint16(s[4:]))
				burst = append(burst, s[:size]...)
				if streams[i] = s[size:]; len(streams[i]) == 0 {
					left--
				}
			}
			c.conn.Write(burst)
		}
	}()
	out, left := make(map[uint16]string), n
	for left > 0 {
		r, err := c.receive()
		if err != nil {
			t.Fatal(err)
		}
		switch r.kind {
		case stdoutStream:
			out[r.id] += r.content
		case endRequest:
			left--
		}
	}
	for id := uint16(1); id <= n; id++ {
		if want := ok(fmt.Sprintf("%d <nil>", id)).out; out[id] != want {
			t.Errorf("request %d: %q, want %q", id, out[id], want)
		}
	}
}
