package stream

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// bufferSize holds a request of the usual size, so that one read gets it.
const bufferSize = 4 << 10

// A Conn is a connection with a buffer in front of it and time limits that cost
// nothing as long as they do not run out. One goroutine may read while another
// writes.
type Conn struct {
	net.Conn
	limits Limits

	buf        []byte
	start, end int // buf[start:end] is unread

	deadlines  sync.Mutex // guards those that are set
	readUntil  time.Time
	fixed      bool // readUntil is not that of the limit for silence
	kicked     bool
	writeUntil time.Time
}

func newConn(raw net.Conn, limits Limits) *Conn {
	return &Conn{Conn: raw, limits: limits, buf: make([]byte, bufferSize)}
}

// NewConn wraps a connection for tests of a protocol.
func NewConn(raw net.Conn, limits Limits) *Conn { return newConn(raw, limits) }

// Buffered returns what has been received and not been read.
func (c *Conn) Buffered() []byte { return c.buf[c.start:c.end] }

// Discard drops the first n buffered bytes.
func (c *Conn) Discard(n int) { c.start += n }

// Fill reads until n bytes are buffered; n is at most 1024. An error loses
// nothing: what has been received stays buffered.
func (c *Conn) Fill(n int) error {
	if c.start == c.end {
		c.start, c.end = 0, 0
	} else if c.start+n > len(c.buf) {
		c.end = copy(c.buf, c.buf[c.start:c.end])
		c.start = 0
	}
	for c.end-c.start < n {
		got, err := c.receive(c.buf[c.end:])
		c.end += got
		if err != nil && c.end-c.start < n {
			if err == io.EOF && c.end > c.start {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// Read reads what is buffered, or else from the connection.
func (c *Conn) Read(p []byte) (int, error) {
	if c.start < c.end {
		n := copy(p, c.buf[c.start:c.end])
		c.start += n
		return n, nil
	}
	if len(p) >= len(c.buf) {
		return c.receive(p)
	}
	if err := c.Fill(1); err != nil {
		return 0, err
	}
	return c.Read(p)
}

// receive reads from the connection within the limit for silence. To save a
// system timer for each read, the deadline is set anew only when half of the
// time is over: silence is noticed between half the limit and the limit.
func (c *Conn) receive(p []byte) (int, error) {
	if c.beginRead() {
		return 0, errKicked{}
	}
	n, err := c.Conn.Read(p)
	if n == 0 && err != nil && errors.Is(err, os.ErrDeadlineExceeded) && c.isKicked() {
		return 0, errKicked{}
	}
	return n, err
}

func (c *Conn) beginRead() (kicked bool) {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if limit := c.limits.IdleTimeout; limit > 0 && !c.fixed && !c.kicked {
		c.readUntil = extend(c.readUntil, limit, c.Conn.SetReadDeadline)
	}
	return c.kicked
}

func (c *Conn) isKicked() bool {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	return c.kicked
}

func extend(until time.Time, limit time.Duration, set func(time.Time) error) time.Time {
	if time.Until(until) >= limit/2 {
		return until
	}
	until = time.Now().Add(limit)
	set(until)
	return until
}

// Within makes reads fail after d, if that is not zero.
func (c *Conn) Within(d time.Duration) {
	if d > 0 {
		c.SetReadDeadline(time.Now().Add(d))
	}
}

// SetReadDeadline makes reads fail at a time. A zero time brings back the limit
// for silence.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.readUntil, c.fixed = t, !t.IsZero()
	if c.kicked {
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

// Kick makes a read that waits return with an error for which IsKick holds.
// Unkick has to follow before the next read.
func (c *Conn) Kick() {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.kicked = true
	c.Conn.SetReadDeadline(time.Unix(1, 0))
}

// Unkick makes reading possible again.
func (c *Conn) Unkick() {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if !c.kicked {
		return
	}
	c.kicked = false
	if !c.fixed {
		c.readUntil = time.Time{}
	}
	c.Conn.SetReadDeadline(c.readUntil)
}

// IsKick reports whether a read ended because of Kick.
func IsKick(err error) bool {
	_, ok := err.(errKicked)
	return ok
}

type errKicked struct{}

func (errKicked) Error() string { return "reading was interrupted" }

// Write sends p. The limit is for each piece of it, as the peer may be slow.
func (c *Conn) Write(p []byte) (int, error) { return c.WriteUntil(nil, p) }

// WriteUntil is Write with a deadline of the handler's in place of the limit.
func (c *Conn) WriteUntil(d *WriteDeadline, p []byte) (int, error) {
	for sent := 0; ; {
		if err := d.begin(c); err != nil {
			return sent, err
		}
		n, err := c.Conn.Write(p[sent:min(len(p), sent+writeSize)])
		d.end()
		if sent += n; err != nil || sent == len(p) {
			return sent, err
		}
	}
}

// writeSize is how much has to leave within the limit for a write.
const writeSize = 64 << 10

// WriteAll sends several pieces as one, where the system can do that.
func (c *Conn) WriteAll(d *WriteDeadline, pieces *net.Buffers) (int64, error) {
	if err := d.begin(c); err != nil {
		return 0, err
	}
	defer d.end()
	return pieces.WriteTo(c.Conn)
}

func (c *Conn) limitWrite(deadline time.Time) {
	switch limit := c.limits.WriteTimeout; {
	case !deadline.IsZero():
		c.writeUntil = time.Unix(1, 0) // so that the next write sets its own
		c.Conn.SetWriteDeadline(deadline)
	case limit > 0:
		c.writeUntil = extend(c.writeUntil, limit, c.Conn.SetWriteDeadline)
	case !c.writeUntil.IsZero():
		c.writeUntil = time.Time{}
		c.Conn.SetWriteDeadline(c.writeUntil)
	}
}

// CloseWrite tells the peer that nothing follows, where the network can.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}
