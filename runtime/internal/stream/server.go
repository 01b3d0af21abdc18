// Package stream accepts the connections of web servers and hands each to the
// protocol that it speaks. It counts what runs, so that a process can refuse
// what is too much and finish what it has begun.
package stream

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Limits bound what peers can make a process do. The zero value of a limit means no limit.
type Limits struct {
	Header        int64         // bytes of the meta-variables of a request
	HeaderTimeout time.Duration // from the first byte of a request to its last meta-variable
	IdleTimeout   time.Duration // silence of a peer that has to send something, or may
	WriteTimeout  time.Duration // for the peer to take one write
	Connections   int           // beyond these, connections wait to be accepted
	Requests      int           // that run at the same time
	PerConnection int           // requests that share a connection at the same time
}

// DefaultLimits suit a program behind a web server that has limits of its own.
func DefaultLimits() Limits {
	return Limits{
		Header:        1 << 20, // http.DefaultMaxHeaderBytes
		HeaderTimeout: 30 * time.Second,
		IdleTimeout:   5 * time.Minute, // longer than servers keep a connection, so that they close it
		WriteTimeout:  2 * time.Minute,
		Requests:      1000,
		PerConnection: 100,
	}
}

// Choose replaces a default by what was asked for: nothing by zero, no limit by
// a negative number.
func Choose[T int | int64 | time.Duration](limit *T, wanted T) {
	if wanted != 0 {
		*limit = max(wanted, 0)
	}
}

// A Protocol is one way in which web servers send requests over a connection.
type Protocol struct {
	Name string

	// Begins reports whether a connection can begin with the byte.
	Begins func(byte) bool

	// Open makes our side of a connection.
	Open func(*Server, *Conn) Session
}

// A Session is our side of a connection. The methods may be called at any time.
type Session interface {
	// Serve answers the requests of the connection and returns when no more can
	// come and no request runs.
	Serve()

	// Finish makes Serve return once the requests have ended that have begun,
	// and, where none has, after the next one or after Quiet.
	Finish()

	// Cancel ends the requests and the connection at once.
	Cancel(cause error)
}

// Quiet is how long a connection without a request stays open when the process
// is told to stop. What its peer has sent already, or is about to send because it
// has not seen the end of the connection, is lost if we close at once: nginx does
// not send a POST again. A peer that uses its connections does so within less; then
// the answer is the last one.
const Quiet = 100 * time.Millisecond

// A Service answers requests on listeners until it is told to stop. Server is
// one, and so is a server of HTTP.
type Service interface {
	Serve(net.Listener) error
	Shutdown(context.Context) error
	Close(cause error)
}

// A Server accepts connections. Its fields do not change once it serves.
type Server struct {
	Protocols []Protocol
	Limits    Limits
	Log       io.Writer           // what goes wrong beside requests
	Peers     func(net.Addr) bool // nil: everybody may connect

	running  atomic.Int64 // requests
	stopping atomic.Bool

	mu        sync.Mutex
	listeners map[net.Listener]bool
	sessions  map[*Conn]Session // nil until the first byte is there
	changed   sync.Cond         // a session has ended
}

// Serve accepts connections on a listener, which it closes, until Shutdown or
// Close. It returns nil then, or the error that makes accepting pointless.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	if !s.add(l) {
		return nil
	}
	defer s.remove(l)
	var pause backOff
	for {
		s.waitForRoom()
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			s.start(conn)
		case s.stopping.Load():
			return nil
		case !isTemporary(err):
			return err
		default:
			pause.log(s.Log, err)
			time.Sleep(pause.next())
		}
	}
}

func (s *Server) add(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listeners == nil {
		s.listeners = make(map[net.Listener]bool)
		s.sessions = make(map[*Conn]Session)
		s.changed.L = &s.mu
	}
	if s.stopping.Load() {
		return false
	}
	s.listeners[l] = true
	return true
}

func (s *Server) remove(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
	s.changed.Broadcast()
}

// waitForRoom returns when there may be one more connection.
func (s *Server) waitForRoom() {
	if s.Limits.Connections <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.sessions) >= s.Limits.Connections && !s.stopping.Load() {
		s.changed.Wait()
	}
}

// start serves a connection in a goroutine of its own.
func (s *Server) start(raw net.Conn) {
	if s.Peers != nil && !s.Peers(raw.RemoteAddr()) {
		raw.Close()
		return
	}
	c := newConn(raw, s.Limits)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping.Load() { // its request is on its way
		c.Within(Quiet)
	}
	s.sessions[c] = nil
	go s.serve(c)
}

func (s *Server) serve(c *Conn) {
	defer s.end(c)
	session := s.open(c)
	if session == nil {
		return
	}
	s.mu.Lock()
	s.sessions[c] = session
	stopping := s.stopping.Load()
	s.mu.Unlock()
	if stopping {
		session.Finish()
	}
	session.Serve()
}

// open finds out which protocol the peer speaks.
func (s *Server) open(c *Conn) Session {
	if err := c.Fill(1); err != nil {
		return nil
	}
	first := c.Buffered()[0]
	for _, p := range s.Protocols {
		if p.Begins(first) {
			return p.Open(s, c)
		}
	}
	s.logUnknown(c, first)
	return nil
}

func (s *Server) end(c *Conn) {
	c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, c)
	s.changed.Broadcast()
}

// Begin counts a request, unless there are too many. End ends it.
func (s *Server) Begin() bool {
	if n := s.running.Add(1); s.Limits.Requests > 0 && n > int64(s.Limits.Requests) {
		s.running.Add(-1)
		return false
	}
	return true
}

// End is the counterpart of Begin.
func (s *Server) End() { s.running.Add(-1) }

// Running returns the number of requests that run.
func (s *Server) Running() int { return int(s.running.Load()) }

// Shutdown takes no new connections and requests and waits until those that
// run have ended, or the context has: then its error is returned, and Close
// has to follow.
func (s *Server) Shutdown(ctx context.Context) error {
	sessions := s.stop()
	for c, session := range sessions {
		if session == nil {
			c.Within(Quiet) // nothing has come from it yet
		} else {
			session.Finish()
		}
	}
	return s.wait(ctx)
}

// Close ends everything at once: it cancels the requests with a cause, closes
// their connections, and does not wait for the handlers; Shutdown does.
func (s *Server) Close(cause error) {
	for c, session := range s.stop() {
		if session == nil {
			c.Close()
		} else {
			session.Cancel(cause)
		}
	}
}

// stop closes the listeners and returns the sessions that are left.
func (s *Server) stop() map[*Conn]Session {
	s.stopping.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		l.Close()
	}
	left := make(map[*Conn]Session, len(s.sessions))
	for c, session := range s.sessions {
		left[c] = session
	}
	if s.changed.L != nil {
		s.changed.Broadcast()
	}
	return left
}

// wait returns when no session is left, nor can one begin.
func (s *Server) wait(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.changed.L != nil {
			s.changed.Broadcast()
		}
	})
	defer stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.sessions)+len(s.listeners) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.changed.Wait()
	}
	return nil
}

// Stopping reports whether Shutdown or Close has been called.
func (s *Server) Stopping() bool { return s.stopping.Load() }

// isTemporary reports whether accepting may work again: a peer that has gone
// already, or too few descriptors or too little memory.
func isTemporary(err error) bool { return !errors.Is(err, net.ErrClosed) && retriable(err) }
