package fastcgi

import (
	"bufio"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a listener whose other end dials.
type memory chan net.Conn

func (p memory) Accept() (net.Conn, error) {
	conn, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p memory) Close() error {
	defer func() { recover() }() // it is closed twice
	close(p)
	return nil
}

func (p memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

func (p memory) dial(t *testing.T) *client {
	ours, theirs := net.Pipe()
	p <- theirs
	return &client{t, ours, bufio.NewReader(ours)}
}

// A request that is on its way when the process is told to stop is answered: the web server has no way to know. Then the
// connection ends. One over which nothing comes ends soon.
func TestRequestsOnTheirWayAreAnsweredBeforeTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, l := &Server{Handler: newScene(), ErrorLog: io.Discard}, make(memory)
		served, stopped := make(chan error, 1), make(chan error, 1)
		go func() { served <- server.Serve(l) }()
		kept, silent, fresh, empty := l.dial(t), l.dial(t), l.dial(t), l.dial(t)
		for _, c := range []*client{kept, silent} {
			c.send(get(1))
			c.want(1, ok("/"))
		}
		synctest.Wait()
		begin := time.Now()
		go func() { stopped <- server.Shutdown(t.Context()) }()
		synctest.Wait() // the process knows that it has to stop
		for _, c := range []*client{kept, fresh} {
			request := get(1)
			go c.conn.Write(request)
			c.want(1, ok("/"))
			c.closed()
		}
		silent.closed()
		empty.closed()
		if err := <-stopped; err != nil || time.Since(begin) > time.Second {
			t.Errorf("the end took %v, %v", time.Since(begin), err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
