package fastcgi

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// The memory that a body may wait in has a limit, whatever the spool behind it may hold: with a small one, the rest of
// the body is refused.
func TestBodyThatWaitsHasALimit(t *testing.T) {
	read := make(chan bool)
	program := gateway.Program{
		Name:    "test",
		Setting: func(name string) (string, bool) { return "1k", name == "SPOOL_LIMIT" },
		Start: func() (http.Handler, error) {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "GET" {
					io.WriteString(w, "another one")
					return
				}
				<-read
				n, err := io.Copy(io.Discard, r.Body)
				fmt.Fprint(w, n <= queueLimit, " ", err)
			}), nil
		},
	}
	s := &stream.Server{Protocols: []stream.Protocol{protocol(program)}, Limits: stream.DefaultLimits(), Log: io.Discard}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- s.Serve(l) }()
	defer func() {
		s.Close(io.EOF)
		if err := <-served; err != nil {
			t.Error(err)
		}
		s.Shutdown(t.Context())
	}()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := newClient(t, conn)
	const size = 400_000
	c.send(begin(2, keepConn), vars(2, "POST", "CONTENT_LENGTH", fmt.Sprint(size)))
	c.sendBody(2, string(make([]byte, size)))
	c.send(stdinOf(2, ""), get(3))
	c.want(3, ok("another one"))
	close(read)
	c.want(2, ok("true http: request body too large"))
}
