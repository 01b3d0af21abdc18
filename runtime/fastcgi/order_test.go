package fastcgi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// numbered is text in which each part shows where it stands.
func numbered(from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%09d\n", i)
	}
	return b.String()
}

// sendBody sends a part of a body in records.
func (c *client) sendBody(id uint16, text string) {
	for text != "" {
		part := text[:min(len(text), 30_000)]
		text = text[len(part):]
		c.send(stdinOf(id, part))
	}
}

// On a connection that requests share, a body that nobody reads goes to a spool. It keeps its order, whatever of it has
// been read when more arrives.
func TestBodyKeepsItsOrderThroughTheSpool(t *testing.T) {
	read := make(chan int)
	done := make(chan string)
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			io.WriteString(w, "another one")
			return
		}
		for n := range read {
			b := make([]byte, n)
			_, err := io.ReadFull(r.Body, b)
			done <- fmt.Sprint(string(b), err)
		}
		rest, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d %v", len(rest), err)
	})})()
	c.within(30 * time.Second)
	c.send(begin(2, keepConn), vars(2, "POST", "CONTENT_LENGTH", fmt.Sprint(100_000*10)))
	at := 0
	for i, step := range []struct{ sent, read int }{{40_000, 11_000}, {70_000, 29_000}, {71_000, 29_000}, {71_001, 2_001}, {99_999, 28_998}} {
		sentBefore := 0
		if i > 0 {
			sentBefore = []int{40_000, 70_000, 71_000, 71_001}[i-1]
		}
		c.sendBody(2, numbered(sentBefore, step.sent))
		c.send(get(3)) // once it is answered, all that came before it has been taken
		c.want(3, ok("another one"))
		read <- step.read * 10
		if got, want := <-done, numbered(at, at+step.read)+"<nil>"; got != want {
			t.Fatalf("step %d: the %d lines from %d on are not those that were sent", i, step.read, at)
		}
		at += step.read
	}
	close(read)
	c.sendBody(2, numbered(99_999, 100_000))
	c.send(stdinOf(2, ""))
	c.want(2, ok("10 <nil>"))
}

// What an abort has taken off the list does not count when the process stops.
func TestShutdownEndsAfterRequestsThatWereAborted(t *testing.T) {
	entered := make(chan bool)
	server := &Server{MaxRequests: 1, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			done := r.Context().Done()
			entered <- true
			<-done
			return
		}
		io.WriteString(w, "served")
	})}
	c := start(t, server)()
	for range 3 {
		c.send(getPath(1, "/wait", keepConn))
		<-entered
		c.send(appendRecord(nil, abortRequest, 1, nil))
		c.want(1, answer{end: ended(1, completed)})
		for { // until the handler has ended: only one may run
			c.send(get(1))
			if got := c.answer(1); got == ok("served") {
				break
			} else if got.end != ended(0, overloaded) {
				t.Fatalf("got %q", got)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	c.closed()
}
