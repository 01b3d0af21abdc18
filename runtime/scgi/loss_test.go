package scgi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// However the handler hears of the end, and whenever the body comes, the loss of the server ends the request, and
// nobody takes a byte of the body from the handler.
func TestLossOfTheServerIsHeardOf(t *testing.T) {
	const body = "the body"
	type step string
	tests := map[string][]step{
		"after the body":          {"body sent", "read", "listen", "lost"},
		"before the body is sent": {"listen", "body sent", "read", "lost"},
		"before it is read":       {"body sent", "listen", "read", "lost"},
		"without listening":       {"body sent", "read", "lost", "poll"},
		"with half of the body":   {"listen", "half sent", "lost", "read half"},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			next, done, result := make(chan step), make(chan bool), make(chan string, 1)
			dial := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var got []byte
				var readErr error
				for s := range next {
					switch s {
					case "listen":
						r.Context().Done()
					case "read", "read half":
						got, readErr = io.ReadAll(r.Body)
					case "poll":
						for r.Context().Err() == nil {
							runtime.Gosched()
						}
					}
					done <- true
				}
				<-r.Context().Done()
				cause := context.Cause(r.Context())
				result <- fmt.Sprintf("%s %v %v %v", got, readErr, errors.Is(cause, context.Canceled), errors.Is(cause, io.EOF))
			})})
			conn := dial()
			sent := request(body)
			conn.Write(sent[:len(sent)-len(body)])
			for _, s := range steps {
				switch s {
				case "body sent":
					io.WriteString(conn, body)
				case "half sent":
					io.WriteString(conn, body[:4])
				case "lost":
					conn.Close()
				default:
					next <- s
					<-done
				}
			}
			close(next)
			want := body + " <nil> true true"
			if strings.HasSuffix(name, "half of the body") {
				want = body[:4] + " unexpected EOF true"
			}
			select {
			case got := <-result:
				if !strings.HasPrefix(got, want) {
					t.Errorf("got %q, want %q", got, want)
				}
			case <-time.After(20 * time.Second):
				t.Error("the request goes on")
			}
		})
	}
}

// The limit is that of what is accepted.
func TestVariablesMayHaveTheSizeOfTheLimit(t *testing.T) {
	sent := request("")
	size, _, _ := strings.Cut(string(sent), ":")
	var limit int64
	fmt.Sscan(size, &limit)
	for more, status := range map[int64]string{-1: "431 Request Header Fields Too Large", 0: "200 OK", 1: "200 OK"} {
		dial := start(t, &Server{MaxHeaderBytes: limit + more, Handler: http.HandlerFunc(echo)})
		if got := exchange(t, dial(), sent); !strings.HasPrefix(got, "Status: "+status+"\r\n") {
			t.Errorf("%d bytes, %d allowed: got %q, want status %s", limit, limit+more, got, status)
		}
	}
}

// A refused request is answered whole although its server still sends; its connection ends when that stops.
func TestRefusalDoesNotWaitForTheBody(t *testing.T) {
	conn := start(t, &Server{MaxHeaderBytes: 10, Handler: http.HandlerFunc(echo)})()
	conn.Write(request(strings.Repeat("x", 5000)))
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	got, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(got), "Status: 431 ") {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := conn.Write([]byte("more")); err != nil {
		t.Errorf("the server cannot send: %v", err)
	}
	if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
		t.Errorf("the server cannot end: %v", err)
	}
}
