package fastcgi

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A web server without a name may be HAProxy, which makes a 302 of a Location before Status, or nginx, which stops
// sending the body when the response begins.
func TestServerWithoutANameGetsWhatAllOfThemCanTake(t *testing.T) {
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("Location", "/x")
		w.WriteHeader(http.StatusCreated)
		w.(http.Flusher).Flush()
		io.Copy(w, r.Body)
	})})()
	c.within(time.Minute)
	tests := map[string]struct {
		statusLast, bodyFirst bool
	}{
		"": {true, true}, "unknown": {true, true}, "HAProxy 2.6": {true, false}, "nginx/1": {false, true}, "Apache": {false, false},
		"Apache/2.4 (Unix)": {false, false}, "lighttpd": {false, false}, "Caddy/2": {false, false},
	}
	for name, want := range tests {
		c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "3", "SERVER_SOFTWARE", name), stdinOf(1, "abc"), stdinOf(1, ""))
		got := c.answer(1)
		if last := strings.Index(got.out, "Status:") > strings.Index(got.out, "Location:"); last != want.statusLast || !strings.HasSuffix(got.out, "\r\n\r\nabc") {
			t.Errorf("%q: %+v, want Status last %v", name, got, want.statusLast)
		}
		r := &request{software: name}
		if r.stopsSending() != want.bodyFirst {
			t.Errorf("%q: body first %v, want %v", name, !want.bodyFirst, want.bodyFirst)
		}
	}
}

// The empty record tells whether there is a body that nobody has announced.
func TestEmptyRecordSettlesWhetherThereIsABody(t *testing.T) {
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.ContentLength == 0 != (len(body) == 0) || err != nil {
			t.Errorf("length %d of %q, %v", r.ContentLength, body, err)
		}
		w.Write(body)
	})})()
	c.within(time.Minute)
	c.send(begin(1, keepConn), vars(1, "POST"), stdinOf(1, ""))
	c.want(1, answer{out: "Status: 200 OK\r\nContent-Length: 0\r\n\r\n", end: ended(0, completed)})
	c.send(begin(1, keepConn), vars(1, "PUT"), stdinOf(1, "3\r\nabc"), stdinOf(1, ""))
	if got := c.answer(1); !strings.HasSuffix(got.out, "\r\n\r\n3\r\nabc") {
		t.Errorf("got %+v", got)
	}
}

// Silence ends in an answer here as in CGI.
func TestSilentBodyIsGivenUp(t *testing.T) {
	c := start(t, &Server{IdleTimeout: 50 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "done")
	})})()
	c.within(time.Minute)
	for name, more := range map[string][]string{"length": {"CONTENT_LENGTH", "10"}, "nobody has announced it": nil} {
		c.send(begin(1, keepConn), vars(1, "POST", more...), stdinOf(1, "abc"))
		if got := c.answer(1); !strings.HasPrefix(got.out, "Status: 408 ") || !strings.Contains(got.err, "CGIGEN_IDLE_TIMEOUT") {
			t.Errorf("%s: got %+v", name, got)
		}
		c.send(stdinOf(1, ""))
	}
}
