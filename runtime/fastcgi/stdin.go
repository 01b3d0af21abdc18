package fastcgi

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// queueLimit is how much of a request body waits in memory for the handler. It
// has room for two records, so that one can arrive while another is read.
const queueLimit = 2 * (maxContent + 1)

// stall is how long a full queue holds up its connection. After that the
// other requests of the connection, if there are any, matter more than memory,
// and what arrives goes to a spool.
const stall = 50 * time.Millisecond

// A stdin is the request body on its way from the connection to the handler.
type stdin struct {
	r *request

	mu       sync.Mutex
	changed  sync.Cond // something was put, taken or ended
	queue    []byte
	taken    int            // bytes of queue that have been read
	overflow *gateway.Spool // what came when the queue was full
	ended    error          // what follows the last byte; nil while the stream is open
	deadline time.Time
	expiry   *time.Timer
}

// Read returns what has arrived, or else goes to the connection for it.
func (s *stdin) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if n, err := s.take(p); n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		switch {
		case !s.deadline.IsZero() && !time.Now().Before(s.deadline):
			return 0, os.ErrDeadlineExceeded
		case s.ended != nil:
			return 0, s.ended
		case s.deadline.IsZero() && s.r.conn.mayPull():
			n, err := s.pull(p)
			if n > 0 || err != nil {
				return n, err
			}
		default:
			s.changed.Wait()
		}
	}
}

// pull reads in the handler's goroutine, while nobody else reads the connection.
func (s *stdin) pull(p []byte) (int, error) {
	s.mu.Unlock()
	n := s.r.conn.pull(s.r, p)
	s.mu.Lock()
	return n, nil
}

// take reads from the queue and what has overflown.
func (s *stdin) take(p []byte) (int, error) {
	if s.taken < len(s.queue) {
		n := copy(p, s.queue[s.taken:])
		s.taken += n
		if s.taken == len(s.queue) {
			s.queue, s.taken = s.queue[:0], 0
		}
		s.changed.Broadcast()
		return n, nil
	}
	if s.overflow == nil {
		return 0, nil
	}
	n, err := s.overflow.Take(p)
	if n == 0 && err == nil {
		s.overflow.Close()
		s.overflow = nil
		s.changed.Broadcast() // spill may wait for that
	}
	return n, err
}

// put adds what has arrived. While the queue is full it waits for the handler,
// for ever if nobody else is held up by that.
func (s *stdin) put(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaitRoom(len(b))
	switch {
	case s.ended != nil:
	case s.overflow == nil && s.room(len(b)):
		if s.taken > 0 {
			s.queue = append(s.queue[:0], s.queue[s.taken:]...)
			s.taken = 0
		}
		s.queue = append(s.queue, b...)
	default:
		s.spill(b)
	}
	s.changed.Broadcast()
}

func (s *stdin) room(n int) bool { return len(s.queue)-s.taken+n <= queueLimit }

// awaitRoom waits for room in the queue, as long as it may.
func (s *stdin) awaitRoom(n int) {
	if s.overflow != nil || s.room(n) || s.r.conn.isMultiplexed() {
		return
	}
	late := false
	timer := time.AfterFunc(stall, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		late = true
		s.changed.Broadcast()
	})
	defer timer.Stop()
	for s.ended == nil && !s.room(n) && !late {
		s.changed.Wait()
	}
}

// spill puts b into the spool. A spool that is full ends the body, because the
// other requests of the connection have to go on; without others, it waits.
func (s *stdin) spill(b []byte) {
	if s.overflow == nil {
		s.overflow = gateway.NewSpool(s.r.exchange.SpoolLimits())
	}
	err := s.overflow.Put(b)
	for err != nil && !s.r.conn.isMultiplexed() && s.ended == nil && s.overflow != nil {
		s.changed.Wait() // until the handler has emptied the spool
	}
	switch {
	case err == nil:
	case s.overflow == nil:
		s.queue = append(s.queue[:0], b...)
		s.taken = 0
	default:
		s.finish(err)
	}
}

// end closes the stream: io.EOF, or what cut it.
func (s *stdin) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(err)
}

func (s *stdin) finish(err error) {
	if s.ended == nil {
		s.ended = err
		s.changed.Broadcast()
	}
}

// cut is end for a stream of which nothing more is wanted, neither by the
// handler nor by anybody.
func (s *stdin) cut(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil || s.ended == io.EOF {
		s.ended = err
	}
	s.queue, s.taken = nil, 0
	if s.expiry != nil {
		s.expiry.Stop() // it holds on to the request
	}
	if s.overflow != nil {
		s.overflow.Close()
		s.overflow = nil
	}
	s.changed.Broadcast()
}

// isEnded reports whether the stream has been closed.
func (s *stdin) isEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended != nil
}

// hasNews reports whether Read would return at once.
func (s *stdin) hasNews() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken < len(s.queue) || s.overflow != nil || s.ended != nil || !s.deadline.IsZero()
}

// SetReadDeadline limits the time that Read waits. From then on the connection
// is read by a goroutine of its own.
func (s *stdin) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	s.deadline = t
	if s.expiry != nil {
		s.expiry.Stop()
	}
	if !t.IsZero() {
		s.expiry = time.AfterFunc(time.Until(t), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.changed.Broadcast()
		})
	}
	s.changed.Broadcast()
	s.mu.Unlock()
	s.r.conn.takeOver()
	return nil
}
