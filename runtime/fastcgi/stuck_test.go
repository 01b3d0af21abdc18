package fastcgi

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// A web server that takes nothing within the limit loses its connection, although it has been sent nothing that is cut.
func TestServerThatTakesNothingLosesItsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, raw := net.Pipe()
		l := pipes{server: make(chan net.Conn, 1), closed: make(chan bool)}
		l.server <- server
		s := &Server{ErrorLog: io.Discard, WriteTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, 100_000))
		})}
		served := make(chan error)
		go func() { served <- s.Serve(l) }()
		c := &client{t, raw, bufio.NewReader(raw)}
		c.send(get(1))
		time.Sleep(10 * time.Second)
		begun := time.Now()
		c.closed()
		if took := time.Since(begun); took != 0 {
			t.Errorf("the connection was open for another %v", took)
		}
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
		s.Shutdown(t.Context())
	})
}
