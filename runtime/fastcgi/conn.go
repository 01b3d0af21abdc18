package fastcgi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A conn is a connection from a web server.
//
// Its goroutine reads requests and also runs them, because handing a request
// to another goroutine costs more than a small one takes. So nobody reads
// while a handler runs, except for the handler, which gets its body straight
// from the connection. Once somebody wants to hear of the peer meanwhile, a
// second goroutine takes over the reading, and the first one ends with its
// request: when the handler asks its context or moves much, and when the peer
// sends another request or, unless it is known not to do that meanwhile, might.
type conn struct {
	server *server
	net    *stream.Conn

	reading sync.Mutex // held by who reads; guards what follows
	record  header     // the record that is being read
	padding int        // bytes behind the one before it
	values  []byte     // of GET_VALUES, as far as they have come
	spare   []byte     // memory for the meta-variables of the next request
	heading int        // requests whose meta-variables are not complete
	hurried bool       // there is a time limit for them

	mu          sync.Mutex
	requests    []*request  // begun, and neither answered nor aborted
	inline      bool        // the goroutine of loop runs a handler
	multiplexed bool        // the peer has sent a request while another one ran
	finishing   bool        // one new request at most
	ending      int         // requests that are off the list and whose end is being written
	inlined     int         // handlers that have run inline
	impatience  *time.Timer // calls lookAfter; nil before the first request
	expected    bool        // impatience is running
	lookedAfter int         // inlined, when it was started

	work sync.WaitGroup // goroutines

	writing sync.Mutex // held by who writes
	broken  error      // why nothing can be written any more
	pieces  net.Buffers
	two     [2][]byte // memory of pieces
}

// patience is how long a handler runs at least before the connection gets a
// reader of its own, and half of the time after which it has one.
const patience = 10 * time.Millisecond

func newConn(s *server, nc *stream.Conn) *conn {
	return &conn{server: s, net: nc}
}

// Serve answers the requests of the connection.
func (c *conn) Serve() {
	c.work.Add(1)
	c.loop()
	c.work.Wait()
}

// loop reads requests and runs them until the connection is over, or until
// another loop has taken its place.
func (c *conn) loop() {
	defer c.work.Done()
	c.reading.Lock()
	c.net.Unkick()
	for {
		r, err := c.next()
		switch {
		case err != nil:
			c.reading.Unlock()
			c.fail(err)
			return
		case !c.startInline(r):
			c.spawn(r)
		default:
			c.reading.Unlock()
			r.serve()
			if !c.resume() {
				return
			}
			c.reading.Lock()
		}
	}
}

// next reads until a request is ready to run.
func (c *conn) next() (*request, error) {
	for {
		r, err := c.step()
		if r != nil || err != nil && !c.survives(err) {
			return r, err
		}
	}
}

// survives reports whether the connection goes on after an error of reading: a
// silent peer is in order as long as nothing is awaited from it.
func (c *conn) survives(err error) bool {
	if stream.IsKick(err) {
		c.net.Unkick()
		return true
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) || !c.isBetweenRecords() {
		return false
	}
	c.mu.Lock()
	requests := slices.Clone(c.requests) // stdin calls us with its own lock held
	c.mu.Unlock()
	for _, r := range requests {
		if !r.running {
			return false // its meta-variables do not come
		}
	}
	for _, r := range requests {
		if !r.stdin.isEnded() {
			r.stdin.end(&gateway.SilentError{Limit: c.server.stream.Limits.IdleTimeout})
		}
	}
	if len(requests) == 0 {
		return false
	}
	c.net.SetReadDeadline(time.Time{})
	return true
}

// startInline decides whether the goroutine that reads can run a request: the
// peer must not have begun another one, nor be one that does.
func (c *conn) startInline(r *request) bool {
	alone := c.onlyBodyFollows(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inline = alone && !c.multiplexed && len(c.requests) <= 1
	if c.inline {
		c.inlined++
		if !c.expected && !r.sendsInTurn() {
			c.lookAgain()
		}
	}
	return c.inline
}

// lookAgain has lookAfter called. To start and to stop a timer for each request
// would cost as much as a twentieth of one, so it runs on from one to another.
// That a timer is due soon still costs as much, in the kernel, whenever the
// process sleeps.
func (c *conn) lookAgain() {
	c.expected, c.lookedAfter = true, c.inlined
	if c.impatience == nil {
		c.impatience = time.AfterFunc(patience, c.lookAfter)
	} else {
		c.impatience.Reset(patience)
	}
}

// lookAfter lets another goroutine read if the handler has been running since
// the last time.
func (c *conn) lookAfter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expected = false
	switch {
	case !c.inline:
	case c.lookedAfter == c.inlined:
		c.takeOverLocked()
	default:
		c.lookAgain()
	}
}

// onlyBodyFollows takes what has been received of the request's body and
// reports whether nothing else has been received.
func (c *conn) onlyBodyFollows(r *request) bool {
	for {
		buffered := c.net.Buffered()
		if c.padding > 0 {
			buffered = buffered[min(len(buffered), c.padding):]
		}
		if c.record == (header{}) {
			if len(buffered) < headerSize {
				return len(buffered) == 0
			}
			h, err := parseHeader(buffered)
			if err != nil || h.kind != stdinStream || h.id != r.id {
				return false
			}
			if len(buffered) < headerSize+h.content {
				return true
			}
		} else if c.record.kind != stdinStream || c.record.id != r.id {
			return false
		} else if len(buffered) < c.record.content {
			return true
		}
		if _, err := c.step(); err != nil {
			return false // the loop will meet it again
		}
	}
}

// resume makes the goroutine that has run a handler the reader again, unless
// there is another one by now.
func (c *conn) resume() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	still := c.inline
	c.inline = false
	return still
}

// takeOver starts a reader while a handler runs in the goroutine that was it.
func (c *conn) takeOver() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.takeOverLocked()
}

func (c *conn) takeOverLocked() {
	if !c.inline {
		return
	}
	c.inline = false
	if c.reading.TryLock() {
		c.reading.Unlock()
	} else {
		c.net.Kick() // a handler that reads makes room
	}
	c.work.Add(1)
	go c.loop()
}

// mayPull makes a handler's goroutine the reader, if there is none. pull has to follow.
func (c *conn) mayPull() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inline && c.reading.TryLock()
}

// pull reads records until the request's body can go on: straight into p, or
// in another way that Read will find. It ends the reading that mayPull began.
func (c *conn) pull(r *request, p []byte) int {
	defer c.reading.Unlock()
	for !r.stdin.hasNews() {
		if h := &c.record; h.kind == stdinStream && h.id == r.id && h.content > 0 {
			n, err := c.net.Read(p[:min(len(p), h.content)])
			if h.content -= n; h.content == 0 {
				c.endRecord()
			}
			if n > 0 {
				return n
			}
			c.pullFailed(err)
			return 0
		}
		other, err := c.step()
		if err != nil {
			c.pullFailed(err)
			return 0
		}
		if other != nil {
			c.spawn(other)
			c.takeOver()
			return 0
		}
	}
	return 0
}

func (c *conn) pullFailed(err error) {
	if !stream.IsKick(err) && !c.survives(err) {
		c.fail(err)
	}
}

// spawn runs a request in a goroutine of its own.
func (c *conn) spawn(r *request) {
	c.work.Add(1)
	go func() {
		defer c.work.Done()
		r.serve()
	}()
}

// isMultiplexed reports whether requests share the connection.
func (c *conn) isMultiplexed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.multiplexed
}

// find returns the active request with an id, or nil.
func (c *conn) find(id uint16) *request {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.requests {
		if r.id == id {
			return r
		}
	}
	return nil
}

// isFinishing reports whether the process is told to stop.
func (c *conn) isFinishing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.finishing
}

// isFinished reports whether the connection has to end because the process does.
func (c *conn) isFinished() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.finishing && len(c.requests) == 0 && c.ending == 0
}

// ended is called when the end of a request has been written.
func (c *conn) ended() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending--
}

// remove takes a request off the list, if it is there, and says how many are left.
// ended has to follow.
func (c *conn) remove(r *request) (found bool, left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.requests {
		if c.requests[i] == r {
			last := len(c.requests) - 1
			c.requests[i] = c.requests[last]
			c.requests[last] = nil
			c.requests = c.requests[:last]
			c.ending++
			return true, last
		}
	}
	return false, len(c.requests)
}

// Finish ends the connection once nothing runs. One without a request may have
// one more: that the web server has sent it is not known before it is read.
func (c *conn) Finish() {
	c.mu.Lock()
	c.finishing = true
	if len(c.requests) == 0 && c.ending == 0 {
		c.net.Within(stream.Quiet)
	}
	c.mu.Unlock()
}

// Cancel ends the connection and what runs.
func (c *conn) Cancel(cause error) { c.fail(cause) }

// fail ends everything: reading has failed, the peer has broken the protocol,
// or the process is told to stop. A peer that closes a connection gives up the
// requests that it has sent over it.
func (c *conn) fail(err error) {
	c.mu.Lock()
	requests := c.requests
	c.requests = nil
	for _, r := range requests {
		if !r.running {
			c.server.stream.End() // it never will
		}
	}
	c.mu.Unlock()
	c.close()
	cause := fmt.Errorf("%w: the connection of the web server has ended: %w", context.Canceled, err)
	for _, r := range requests {
		r.lose(cause)
	}
}

// isBetweenRecords reports whether nothing of a record has been received that
// has not been acted upon.
func (c *conn) isBetweenRecords() bool {
	return c.record == (header{}) && c.padding == 0 && len(c.net.Buffered()) == 0
}

// close closes the connection. It makes the reader return, if there is one,
// and a loop that resumes later fails at once.
func (c *conn) close() {
	c.net.Close()
}
