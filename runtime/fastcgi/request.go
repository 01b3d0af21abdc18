package fastcgi

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A request is one request on a connection.
type request struct {
	conn *conn
	id   uint16
	keep bool // the connection stays open after it

	// Until the request runs, the connection's reader owns these.
	params   []byte
	tooLarge bool
	bad      error

	software string // of the web server (RFC 3875 §4.1.17)
	running  bool   // its meta-variables are complete; the reader sets it under conn.mu

	exchange gateway.Exchange
	context  requestContext
	stdin    stdin
	output   output
	logged   bool // STDERR has been used; guarded by conn.writing
	gone     bool // END_REQUEST has left, or cannot; guarded by conn.writing
}

func newRequest(c *conn, id uint16, keep bool) *request {
	r := &request{conn: c, id: id, keep: keep}
	r.exchange.Program = c.server.program
	r.stdin.r = r
	r.stdin.changed.L = &r.stdin.mu
	r.output.r = r
	r.context.conn = c
	return r
}

// parse makes meta-variables of what has come.
func (r *request) parse() {
	if r.tooLarge {
		r.bad = &gateway.RequestError{Status: http.StatusRequestHeaderFieldsTooLarge,
			Reason: "more meta-variables than CGIGEN_HEADER_LIMIT allows"}
	} else if r.exchange.Vars, r.bad = parsePairs(r.params); r.bad != nil {
		r.bad = &gateway.RequestError{Status: http.StatusBadRequest, Reason: r.bad.Error()}
	}
	r.params = nil
	r.software = r.exchange.Vars.Get("SERVER_SOFTWARE")
	r.conn.mu.Lock()
	defer r.conn.mu.Unlock()
	r.running = true
}

// sendsInTurn reports whether the web server is one of those that send no
// request before the one on the same connection has been answered. Nobody then
// has to read while a handler runs that does not ask for its client.
func (r *request) sendsInTurn() bool {
	return r.isBehind("nginx", "Apache", "lighttpd", "Caddy")
}

// stopsSending reports whether the web server may stop sending the request body
// when it sees the response, as nginx does. One without a name, or with another,
// may be nginx.
func (r *request) stopsSending() bool {
	return !r.isBehind("Apache", "lighttpd", "Caddy", "HAProxy")
}

// wantsStatusLast reports whether the web server may take a Location for a 302
// unless Status comes after it, as HAProxy does, which has a name only where its
// configuration sends one. The others do not mind.
func (r *request) wantsStatusLast() bool {
	return !r.isBehind("nginx", "Apache", "lighttpd", "Caddy")
}

// isBehind reports whether the name of the web server begins with one of these.
func (r *request) isBehind(names ...string) bool {
	for _, name := range names {
		if strings.HasPrefix(r.software, name) {
			return true
		}
	}
	return false
}

// serve answers the request.
func (r *request) serve() {
	defer r.conn.server.stream.End()
	x := &r.exchange
	x.Input, x.Output, x.Log = &r.stdin, &r.output, logWriter{r}
	x.Context, x.Cancel = &r.context, r.context.stop
	x.Server.BodyFirst, x.Server.BodyLast = r.stopsSending(), true
	x.Server.StatusLast = r.wantsStatusLast()
	var outcome gateway.Outcome
	if r.bad != nil {
		outcome = x.Refuse(r.bad)
	} else {
		outcome = x.Serve()
	}
	r.takeRest()
	r.finish(outcome)
	r.context.stop()
	r.stdin.cut(http.ErrBodyReadAfterClose)
}

// takeRest reads the part of the body that the handler has given up, before the
// end of the request: HAProxy 2.6 loses later responses of a connection on which
// a request has ended while its body was still being sent. The response does not
// wait for it.
func (r *request) takeRest() {
	if !r.isBehind("HAProxy") || r.stdin.isEnded() || r.output.Flush() != nil {
		return
	}
	r.stdin.SetReadDeadline(time.Now().Add(restTimeout))
	io.Copy(io.Discard, &r.stdin)
}

// restTimeout bounds how long the end of a request waits for a body that nobody
// wants.
const restTimeout = 5 * time.Second

// finish sends the rest of the response and the end of the request, unless it
// has ended already.
func (r *request) finish(outcome gateway.Outcome) {
	c := r.conn
	c.writing.Lock()
	active, left := c.remove(r) // before END_REQUEST, after which the peer may use the id again
	if active && !r.gone {
		r.gone = true
		c.send(r.output.last(outcome, left > 0))
		if left == 0 && c.isFinishing() {
			c.net.CloseWrite() // at once, before the server keeps the connection for another request
		}
	}
	c.writing.Unlock()
	r.output.free()
	if !active {
		return
	}
	c.ended()
	if (outcome == gateway.Cut || r.tooLarge) && left == 0 || !r.keep || c.isFinished() {
		c.hangUp(r)
	}
}

// hangUp closes the connection after a response. What the peer has still to
// send is read first, because closing before that destroys the response on its
// way.
func (c *conn) hangUp(r *request) {
	if r.stdin.isEnded() {
		c.close()
		return
	}
	c.net.CloseWrite()
	time.AfterFunc(lingering, c.close)
}

// lingering is how long the peer may take to finish sending after our end of
// the connection has closed.
const lingering = 2 * time.Second

// abort is what the server's ABORT_REQUEST asks for: END_REQUEST at once
// (§5.4). The handler is told and runs to its end, but nothing of what it does
// reaches the server, which may use the id again.
func (r *request) abort() {
	c := r.conn
	c.writing.Lock()
	active, _ := c.remove(r)
	if active && !r.gone {
		r.gone = true
		c.send(appendEnd(nil, r.id, 1, completed))
	}
	c.writing.Unlock()
	if !active {
		return
	}
	c.ended()
	r.lose(fmt.Errorf("%w: the web server has aborted the request", context.Canceled))
	if !r.running {
		c.headed()
		c.server.stream.End() // it will never run
	}
	if !r.keep || c.isFinished() {
		c.close()
	}
}

// lose ends the request without a word to the peer. To its handler the body
// is one that breaks off; why is the cause of the context.
func (r *request) lose(cause error) {
	r.context.Cancel(cause)
	r.stdin.cut(io.ErrUnexpectedEOF)
}

// A requestContext is cancelled when the request is aborted, when its
// connection ends, and when it has been answered.
type requestContext struct {
	stream.Context
	conn  *conn
	heard atomic.Bool
}

// Done is called by who wants to hear of an abort, so somebody has to listen.
func (c *requestContext) Done() <-chan struct{} {
	c.listen()
	return c.Context.Done()
}

// Err is called by who looks for an abort now and then.
func (c *requestContext) Err() error {
	c.listen()
	return c.Context.Err()
}

func (c *requestContext) listen() {
	if !c.heard.Load() && !c.heard.Swap(true) {
		c.conn.takeOver()
	}
}

func (c *requestContext) stop() { c.Cancel(context.Canceled) }

func orMany(limit int) string {
	if limit <= 0 {
		limit = 1 << 20
	}
	return strconv.Itoa(limit)
}
