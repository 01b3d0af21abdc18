package stream

import (
	"os"
	"sync"
	"time"
)

// A WriteDeadline is that of a handler for its response. The zero value is
// none: then the limit for a write holds, as it does for nil.
type WriteDeadline struct {
	mu    sync.Mutex
	until time.Time
	conn  *Conn // while a write waits
}

// Set sets the deadline, for a write that waits as well.
func (d *WriteDeadline) Set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.until = t
	if d.conn != nil {
		d.conn.limitWrite(t)
	}
}

// Passed reports whether it is too late to write.
func (d *WriteDeadline) Passed() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passedLocked()
}

func (d *WriteDeadline) passedLocked() bool { return !d.until.IsZero() && !time.Now().Before(d.until) }

// begin is called before a write; end has to follow unless there is an error.
func (d *WriteDeadline) begin(c *Conn) error {
	if d == nil {
		c.limitWrite(time.Time{})
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passedLocked() {
		return os.ErrDeadlineExceeded
	}
	c.limitWrite(d.until)
	d.conn = c
	return nil
}

func (d *WriteDeadline) end() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn = nil
}
