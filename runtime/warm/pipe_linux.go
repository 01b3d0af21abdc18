//go:build amd64 || arm64

package warm

import (
	"io"
	"os"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A pipe is a descriptor that the web server shares with its process: it never gets
// O_NONBLOCK, which would be the server's, too. Who has a limit waits before the call.
type pipe struct {
	fd    int
	until time.Time // limit of the handler; zero for none
}

// input is the request body.
type input struct {
	pipe
	silence time.Duration // limit for silence; 0 means no limit
	rest    chan struct{} // closed when the rest of a body has come that nobody waits for
}

// output takes the response.
type output struct{ pipe }

// Read reads the request body. It ends with a *gateway.SilentError when nothing comes for
// the time of CGIGEN_IDLE_TIMEOUT, unless the handler has set a deadline of its own.
func (in *input) Read(p []byte) (int, error) {
	if !in.until.IsZero() || in.silence == 0 {
		return in.readUntil(p, in.until)
	}
	n, err := in.ReadWithin(p, in.silence)
	if err == os.ErrDeadlineExceeded {
		err = &gateway.SilentError{Limit: in.silence}
	}
	return n, err
}

// ReadWithin is Read that gives up after a time, with os.ErrDeadlineExceeded.
func (in *input) ReadWithin(p []byte, d time.Duration) (int, error) {
	return in.readUntil(p, time.Now().Add(d))
}

func (in *input) readUntil(p []byte, until time.Time) (int, error) {
	for {
		if !await(in.fd, pollIn, until) {
			return 0, os.ErrDeadlineExceeded
		}
		n, err := syscall.Read(in.fd, p)
		switch {
		case err == syscall.EINTR, err == syscall.EAGAIN: // the server may have made it so
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// SetReadDeadline limits the reading of a body.
func (in *input) SetReadDeadline(t time.Time) error {
	in.until = t
	return nil
}

// GiveUp takes in the rest of the body, which nobody wants any more, while the response
// leaves: servers pass on the whole body before they look at the response.
func (in *input) GiveUp() {
	in.rest = make(chan struct{})
	go func() {
		defer close(in.rest)
		buf := make([]byte, 32<<10)
		for {
			if _, err := in.ReadWithin(buf, giveUp); err != nil {
				return
			}
		}
	}()
}

// giveUp is how long the rest of a body may pause.
const giveUp = 2 * time.Minute

func (in *input) awaitRest() {
	if in.rest != nil {
		<-in.rest
	}
}

// atomic is what a pipe takes at once when it is ready to be written (POSIX PIPE_BUF).
const atomic = 4096

// Write writes everything, in pieces that the descriptor takes at once where there is a
// limit to keep.
func (p *pipe) Write(b []byte) (written int, err error) {
	for written < len(b) {
		piece := b[written:]
		if !p.until.IsZero() {
			piece = piece[:min(len(piece), atomic)]
			if !await(p.fd, pollOut, p.until) {
				return written, os.ErrDeadlineExceeded
			}
		}
		n, err := syscall.Write(p.fd, piece)
		written += max(n, 0)
		switch {
		case err == syscall.EAGAIN:
			if !await(p.fd, pollOut, p.until) {
				return written, os.ErrDeadlineExceeded
			}
		case err != nil && err != syscall.EINTR:
			return written, os.NewSyscallError("write", err)
		}
	}
	return written, nil
}

// Flush does nothing: a write leaves at once.
func (*output) Flush() error { return nil }

// SetWriteDeadline limits the writing of a response.
func (out *output) SetWriteDeadline(t time.Time) error {
	out.until = t
	return nil
}

// ReadFile sends n bytes of a file without copying them.
func (out *output) ReadFile(file *os.File, n int64) (sent int64, err error) {
	if !out.until.IsZero() {
		return copyFile(&out.pipe, file, n) // sendfile knows no limit
	}
	source, err := file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var sendError error
	err = source.Read(func(fd uintptr) bool {
		sent, sendError = sendAll(out.fd, int(fd), n)
		return true
	})
	switch {
	case err != nil:
		return sent, err
	case sendError == syscall.EINVAL, sendError == syscall.ENOSYS, sendError == syscall.EAGAIN:
		// A target in append mode or that does not block, or an old kernel.
		rest, err := copyFile(&out.pipe, file, n-sent)
		return sent + rest, err
	}
	return sent, os.NewSyscallError("sendfile", sendError)
}

func sendAll(to, from int, n int64) (sent int64, err error) {
	for sent < n {
		const chunk = 1 << 30 // sendfile stops below 2 GiB
		got, err := syscall.Sendfile(to, from, nil, int(min(n-sent, chunk)))
		if err == syscall.EINTR {
			continue
		}
		if err != nil || got == 0 {
			return sent, err
		}
		sent += int64(got)
	}
	return sent, nil
}

func copyFile(to io.Writer, file *os.File, n int64) (int64, error) {
	sent, err := io.CopyN(to, file, n)
	if err == io.EOF {
		err = nil // the file has become shorter
	}
	return sent, err
}
