package httpd

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// limitListener accepts connections within the limits for their number and
// for the silence of their clients.
func limitListener(l net.Listener, limits stream.Limits) net.Listener {
	list := &limited{Listener: l, silence: limits.IdleTimeout, closed: make(chan struct{})}
	if limits.Connections > 0 {
		list.room = make(chan struct{}, limits.Connections)
	}
	return list
}

type limited struct {
	net.Listener
	silence time.Duration
	room    chan struct{} // nil: any number
	closed  chan struct{}
	once    sync.Once
}

func (l *limited) Accept() (net.Conn, error) {
	if l.room != nil {
		select {
		case l.room <- struct{}{}:
		case <-l.closed:
			return nil, net.ErrClosed
		}
	}
	raw, err := l.Listener.Accept()
	if err != nil {
		l.leave()
		return nil, err
	}
	return &conn{Conn: raw, leave: l.leave, silence: l.silence}, nil
}

func (l *limited) leave() {
	if l.room != nil {
		<-l.room
	}
}

func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// A conn makes room when it is closed. While something has to come, a header or
// a body, also the rest that a handler leaves, its client may be silent for a
// time only. net/http has no such limit, only one for a body as a whole.
type conn struct {
	net.Conn
	leave func()
	once  sync.Once

	mu      sync.Mutex
	silence time.Duration
	until   time.Time // the deadline that limits silence
	fixed   bool      // there is one of net/http or of the handler instead
}

// Read leaves alone the read of a single byte, by which net/http waits for the
// end of a client that need not send anything: a handler may take its time.
func (c *conn) Read(p []byte) (int, error) {
	c.limit(len(p) > 1)
	n, err := c.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.giveUp()
	}
	return n, err
}

// limit sets the deadline of a read. One that holds for at least half of the
// time is left as it is, because each costs a system timer.
func (c *conn) limit(due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.fixed || c.silence <= 0:
	case due && time.Until(c.until) < c.silence/2:
		c.until = time.Now().Add(c.silence)
		c.Conn.SetReadDeadline(c.until)
	case !due && !c.until.IsZero():
		c.until = time.Time{}
		c.Conn.SetReadDeadline(c.until)
	}
}

// giveUp leaves the deadline that is over, so that net/http does not wait for
// the rest of a body for which the handler has waited.
func (c *conn) giveUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.until.IsZero() {
		c.silence = 0
	}
}

// SetReadDeadline makes reads fail at a time. A zero time brings back the limit
// for silence.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until, c.fixed = time.Time{}, !t.IsZero()
	return c.Conn.SetReadDeadline(t)
}

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.Conn.SetWriteDeadline(t)
}

// ReadFrom lets the system copy files, where it can.
func (c *conn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		c.mu.Lock()
		leave := c.leave
		c.mu.Unlock()
		leave()
	})
	return err
}

// takeOver is called when a handler has taken over the connection, which from
// then on has no limit. forget is called when it is closed.
func (c *conn) takeOver(forget func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silence = 0
	leave := c.leave
	c.leave = func() { forget(); leave() }
}
