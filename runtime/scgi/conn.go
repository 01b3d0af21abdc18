package scgi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A conn is a connection with its one request.
//
// Its goroutine reads the request and runs the handler. Somebody listens for
// the end of the connection only once the handler wants to hear of it, or has
// been running for a while, because a goroutine costs as much as a small
// request.
type conn struct {
	stream.Context // of the request

	server   *stream.Server
	exchange gateway.Exchange
	net      *stream.Conn
	deadline stream.WriteDeadline
	rest     sync.WaitGroup // of the body, which the handler has not waited for
	gaveUp   bool           // there is one

	mu        sync.Mutex
	begun     bool  // the request has been received
	finishing bool  // the process is told to stop
	left      int64 // of its body
	wanted    bool  // somebody wants to hear of the end
	ended     bool  // the handler has returned
	limited   bool  // it has a deadline of its own for the body
	watching  sync.WaitGroup
}

// patience is how long a handler runs before the connection is watched.
const patience = 10 * time.Millisecond

func newConn(s *stream.Server, p gateway.Program, nc *stream.Conn) *conn {
	c := &conn{server: s, net: nc}
	c.exchange.Program = p
	return c
}

// Serve answers the request of the connection.
func (c *conn) Serve() {
	c.hurry(c.server.Limits.HeaderTimeout)
	vars, err := readVars(c.net, c.server.Limits.Header)
	if _, answer := errors.AsType[*gateway.RequestError](err); err != nil && !answer {
		return
	}
	c.run(vars, err)
	c.stopWatching()
	c.net.Close()
}

func (c *conn) run(vars gateway.Vars, err error) {
	x := &c.exchange
	x.Vars, x.Input, x.Output, x.Log = vars, (*input)(c), (*output)(c), c.server.Log
	x.Context, x.Cancel = c, c.stop
	x.Server.BodyFirst = true // nginx may be one of those that stop
	c.begin(vars)
	switch {
	case err != nil:
	case !c.server.Begin():
		err = &gateway.RequestError{Status: http.StatusServiceUnavailable, Reason: "more requests than CGIGEN_MAX_REQUESTS allows"}
	default:
		defer c.server.End()
	}
	if err != nil {
		x.Refuse(err)
		c.linger()
		return
	}
	timer := time.AfterFunc(patience, c.watch)
	outcome := x.Serve()
	timer.Stop()
	if outcome == gateway.Cut {
		c.reset()
	} else if c.gaveUp {
		c.net.CloseWrite()
		c.rest.Wait()
	}
}

// hurry limits the time for the request to come, which is short once the process
// is told to stop.
func (c *conn) hurry(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun && !c.finishing {
		c.net.Within(limit)
	}
}

// begin notes that the request is there. One that is refused may have no variables.
func (c *conn) begin(vars gateway.Vars) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begun = true
	c.net.SetReadDeadline(time.Time{})
	if len(vars) > 0 {
		c.left, _ = strconv.ParseInt(vars[0].Value, 10, 64)
	}
}

// linger reads what the server still sends: closing before that destroys the
// answer on its way.
func (c *conn) linger() {
	c.net.CloseWrite()
	c.net.Within(lingering)
	buf := make([]byte, 4<<10)
	for {
		if _, err := c.net.Read(buf); err != nil {
			return
		}
	}
}

// lingering is how long the server may take to stop sending after an answer
// that did not wait for the request.
const lingering = 2 * time.Second

// reset makes sure that a response does not pass for whole.
func (c *conn) reset() {
	if tcp, ok := c.net.Conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
}

// Done is called by who wants to hear of the loss of the server.
func (c *conn) Done() <-chan struct{} {
	c.watch()
	return c.Context.Done()
}

func (c *conn) stop() { c.Context.Cancel(context.Canceled) }

// watch makes somebody listen for the end of the connection, now or once the
// body has been read.
func (c *conn) watch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.wanted || c.ended {
		return
	}
	c.wanted = true
	if c.left == 0 {
		c.watching.Go(c.listen)
	}
}

// listen waits for the end of the connection. The server has nothing to send.
func (c *conn) listen() {
	for {
		err := c.net.Fill(1)
		switch {
		case err == nil || stream.IsKick(err):
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
			c.net.SetReadDeadline(time.Time{}) // silence is in order
		default:
			c.lose(err)
			return
		}
	}
}

// lose ends the request because its connection has ended.
func (c *conn) lose(err error) {
	c.Context.Cancel(fmt.Errorf("%w: the web server has closed the connection: %w", context.Canceled, err))
}

func (c *conn) stopWatching() {
	c.mu.Lock()
	c.ended = true
	wanted := c.wanted
	c.mu.Unlock()
	if wanted {
		c.net.Kick()
		c.watching.Wait()
	}
}

// Finish ends the connection unless its request has begun or begins at once.
func (c *conn) Finish() {
	c.hurry(stream.Quiet)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finishing = true
}

// Cancel ends the request and the connection.
func (c *conn) Cancel(cause error) {
	c.Context.Cancel(fmt.Errorf("%w: %w", context.Canceled, cause))
	c.net.Close()
}

// An input is the request body, and what may follow it.
type input conn

func (in *input) Read(p []byte) (int, error) {
	n, err := in.net.Read(p)
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.limited && errors.Is(err, os.ErrDeadlineExceeded) {
		err = &gateway.SilentError{Limit: in.server.Limits.IdleTimeout}
	}
	if in.left > 0 {
		in.left = max(in.left-int64(n), 0)
		switch {
		case in.left == 0 && in.wanted && !in.ended:
			in.watching.Go((*conn)(in).listen)
		case in.left > 0 && err != nil && !stream.IsKick(err) && !errors.Is(err, os.ErrDeadlineExceeded):
			(*conn)(in).lose(err) // nobody listens before the end of the body
		}
	}
	return n, err
}

// GiveUp takes in the rest of the body, which nobody wants any more, while the
// response leaves. mod_proxy_scgi sends all of it before it reads a response.
func (in *input) GiveUp() {
	in.gaveUp = true
	in.net.SetReadDeadline(time.Time{})
	in.rest.Go(func() {
		buf := make([]byte, 16<<10)
		for in.isAwaited() {
			if _, err := in.Read(buf); err != nil {
				return
			}
		}
	})
}

// isAwaited reports whether more of the body has to come.
func (in *input) isAwaited() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.left > 0
}

// SetReadDeadline limits the reading of the body.
func (in *input) SetReadDeadline(t time.Time) error {
	in.mu.Lock()
	in.limited = !t.IsZero()
	in.mu.Unlock()
	return in.net.SetReadDeadline(t)
}

// An output is the way of the response.
type output conn

func (out *output) Write(p []byte) (int, error) { return out.net.WriteUntil(&out.deadline, p) }

// Flush does nothing: a write leaves at once.
func (out *output) Flush() error { return nil }

// SetWriteDeadline limits the writing of the response.
func (out *output) SetWriteDeadline(t time.Time) error {
	out.deadline.Set(t)
	return nil
}
