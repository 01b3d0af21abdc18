package stream

import (
	"context"
	"sync"
	"time"
)

// A Context is the context of a request, or of a process that serves one: it is
// one of context.WithCancelCause that is made when somebody asks for more than
// whether it has ended, which handlers of small requests do not. The zero value
// is ready.
type Context struct {
	mu     sync.Mutex
	made   context.Context
	cancel context.CancelCauseFunc
	cause  error // of an end before it was made
}

// Cancel ends the context. Only the first cause counts.
func (c *Context) Cancel(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.made != nil:
		c.cancel(cause)
	case c.cause == nil:
		c.cause = cause
	}
}

func (c *Context) make() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made, c.cancel = context.WithCancelCause(context.Background())
		if c.cause != nil {
			c.cancel(c.cause)
		}
	}
	return c.made
}

// Deadline implements context.Context: there is none.
func (c *Context) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done implements context.Context.
func (c *Context) Done() <-chan struct{} { return c.make().Done() }

// Err implements context.Context.
func (c *Context) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.made != nil:
		return c.made.Err()
	case c.cause != nil:
		return context.Canceled
	}
	return nil
}

// Value implements context.Context, and lets package context find the cause.
func (c *Context) Value(key any) any { return c.make().Value(key) }
