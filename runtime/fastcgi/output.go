package fastcgi

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// An output makes STDOUT records of a response. Small writes wait in a buffer
// for the end of the request, so that a usual response leaves in one piece.
type output struct {
	r        *request
	buf      []byte // whole records, but for the length of the one at open
	pooled   *[]byte
	open     int  // where the header of the last record begins
	started  bool // buf has an open record
	deadline stream.WriteDeadline
}

// outputSize has room for what package gateway sends in one piece.
const outputSize = 12 << 10

// buffers are used again; a connection without a request has none.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, outputSize); return &b }}

// Write adds to the response.
func (o *output) Write(p []byte) (int, error) {
	if o.pooled == nil {
		o.pooled = buffers.Get().(*[]byte)
		o.buf = (*o.pooled)[:0]
	}
	if len(o.buf)+headerSize+len(p)+endSize > outputSize {
		return o.writeThrough(p)
	}
	if !o.started {
		o.started, o.open = true, len(o.buf)
		o.buf = appendHeader(o.buf, stdoutStream, o.r.id, 0)
	}
	o.buf = append(o.buf, p...)
	return len(p), nil
}

// endSize is what last adds: two empty records and END_REQUEST.
const endSize = 4 * headerSize

// seal writes the length into the last record.
func (o *output) seal() {
	if o.started {
		binary.BigEndian.PutUint16(o.buf[o.open+4:], uint16(len(o.buf)-o.open-headerSize))
		o.started = false
	}
}

// Flush sends what waits in the buffer.
func (o *output) Flush() error {
	o.seal()
	if len(o.buf) == 0 {
		return nil
	}
	err := o.send(o.buf, nil)
	o.buf = o.buf[:0]
	return err
}

// writeThrough sends a large piece without copying it.
func (o *output) writeThrough(p []byte) (int, error) {
	o.seal()
	sent := 0
	for sent < len(p) {
		part := p[sent:min(len(p), sent+maxContent)]
		o.buf = appendHeader(o.buf, stdoutStream, o.r.id, len(part))
		err := o.send(o.buf, part)
		o.buf = o.buf[:0]
		if err != nil {
			return sent, err
		}
		sent += len(part)
	}
	return sent, nil
}

// last completes the buffer with what ends the request. A response that is cut
// takes the connection with it, unless other requests share it.
func (o *output) last(outcome gateway.Outcome, shared bool) []byte {
	o.seal()
	if o.pooled == nil {
		o.buf = make([]byte, 0, endSize)
	}
	switch {
	case outcome == gateway.Cut && shared:
		o.buf = appendEnd(o.buf, o.r.id, uint32(outcome), overloaded) // the others go on
	case outcome == gateway.Cut:
		o.buf = appendNonsense(o.buf)
	default:
		if o.r.logged {
			o.buf = appendHeader(o.buf, stderrStream, o.r.id, 0) // §5.3
		}
		o.buf = appendHeader(o.buf, stdoutStream, o.r.id, 0)
		o.buf = appendEnd(o.buf, o.r.id, uint32(outcome), completed)
	}
	return o.buf
}

// free returns the buffer back.
func (o *output) free() {
	if o.pooled != nil {
		*o.pooled = o.buf[:0]
		buffers.Put(o.pooled)
		o.pooled, o.buf = nil, nil
	}
}

// SetWriteDeadline limits the writes of this request. As a record that is cut
// ruins the connection, one that passes during a write ends the connection.
func (o *output) SetWriteDeadline(t time.Time) error {
	o.deadline.Set(t)
	return nil
}

var errAborted = errors.New("the web server has aborted the request")

// send writes records, then p, unless the request has ended.
func (o *output) send(records, p []byte) error {
	c := o.r.conn
	c.writing.Lock()
	defer c.writing.Unlock()
	if o.r.gone {
		return errAborted
	}
	return c.sendUntil(&o.deadline, records, p)
}

// send writes whole records. The caller holds c.writing.
func (c *conn) send(b []byte) error { return c.sendUntil(nil, b, nil) }

// sendUntil writes b and then p. An error is the end of the connection, unless
// nothing has left by the handler's deadline: then other requests go on.
func (c *conn) sendUntil(deadline *stream.WriteDeadline, b, p []byte) error {
	if c.broken != nil {
		return c.broken
	}
	var sent int64
	var err error
	if p == nil {
		var n int
		n, err = c.net.WriteUntil(deadline, b)
		sent = int64(n)
	} else {
		c.two = [2][]byte{b, p}
		c.pieces = net.Buffers(c.two[:])
		sent, err = c.net.WriteAll(deadline, &c.pieces)
		c.two = [2][]byte{}
	}
	if err != nil && (sent > 0 || !deadline.Passed()) {
		c.broken = err
		c.close() // whoever reads takes notice and ends the requests
	}
	return err
}

// A logWriter is the log of a request: its STDERR stream, which web servers add
// to their error log, or standard error once it has ended. HAProxy 2.6 now and
// then loses a response with which STDERR comes.
type logWriter struct{ r *request }

func (w logWriter) Write(p []byte) (int, error) {
	c := w.r.conn
	c.writing.Lock()
	defer c.writing.Unlock()
	if w.r.gone || c.broken != nil || w.r.isBehind("HAProxy") {
		return c.server.stream.Log.Write(p)
	}
	for rest := p; len(rest) > 0; {
		part := rest[:min(len(rest), maxContent)]
		rest = rest[len(part):]
		if err := c.send(appendRecord(nil, stderrStream, w.r.id, part)); err != nil {
			return c.server.stream.Log.Write(p)
		}
		w.r.logged = true
	}
	return len(p), nil
}
