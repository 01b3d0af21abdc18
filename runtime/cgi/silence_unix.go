//go:build unix

package cgi

import (
	"errors"
	"os"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// The limit for silence in a request body, and how long it may last before that
// limit is looked up: the setting may stand in a file, which most requests need
// not open. A body of more than smallBody bytes is worth the poller: to ask
// before each read whether there is something costs a long one half its speed.
const (
	idleTimeout = 5 * time.Minute
	glance      = time.Second
	smallBody   = 256 << 10
)

// Read reads the request body. It ends with a *gateway.SilentError when nothing
// comes for the time of CGIGEN_IDLE_TIMEOUT, unless the handler has set a
// deadline of its own.
func (in *input) Read(p []byte) (int, error) {
	if in.limited || in.limit < 0 {
		return in.stream.Read(p)
	}
	n, err := in.ReadWithin(p, glance)
	in.taken += int64(n)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	if in.limit == 0 {
		in.limit = in.idleTimeout()
	}
	if in.limit < 0 {
		return in.stream.Read(p)
	}
	if in.limit > glance {
		n, err = in.ReadWithin(p, in.limit-glance)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = &gateway.SilentError{Limit: in.limit}
	}
	return n, err
}

// idleTimeout is the setting CGIGEN_IDLE_TIMEOUT, below 0 if it says 0: no limit.
func (in *input) idleTimeout() time.Duration {
	text, _ := in.setting("IDLE_TIMEOUT")
	if text == "0" {
		return -1
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil || d < 0:
		return idleTimeout
	case d == 0:
		return -1
	}
	return d
}

// ReadWithin is Read that gives up after a time, with os.ErrDeadlineExceeded.
func (in *input) ReadWithin(p []byte, d time.Duration) (int, error) {
	if in.file == nil && in.taken < smallBody {
		done, err := awaitInput(in.fd, d)
		if err != nil {
			return 0, err
		}
		if done {
			return in.stream.Read(p)
		}
	}
	if err := in.poll(); err != nil {
		return 0, err
	}
	if err := in.file.SetReadDeadline(time.Now().Add(d)); err != nil {
		return in.stream.Read(p) // a regular file never waits
	}
	defer in.file.SetReadDeadline(time.Time{})
	return in.stream.Read(p)
}
