//go:build unix

package cgi

import (
	"io"
	"os"
	"syscall"
	"time"
)

// A stream is one of the server's pipes, moved away from the descriptors 0 and
// 1. It is no *os.File before it has to be: that would ask the kernel how the
// descriptor is set, which most requests need not know.
type stream struct {
	fd   int
	file *os.File // with the poller: deadlines, or a descriptor that does not block
}

type (
	input struct {
		stream
		setting func(string) (string, bool)
		limit   time.Duration // for silence; 0 before it has been looked up, below 0 without a limit
		taken   int64         // bytes that have been read, as far as silence was watched
		limited bool          // the handler has a deadline of its own
		rest    chan struct{} // closed when the rest of a body has come that nobody waits for
	}
	output struct{ stream }
)

// isolate takes the descriptors of the request for itself. Descriptor 0 becomes
// empty, so that no child of the handler eats the request body; descriptor 1
// becomes standard error, so that a stray fmt.Println cannot spoil the
// response. Writing to a closed pipe on another descriptor than 1 and 2 is an
// error, and not the end of the process by SIGPIPE.
func isolate(body bool) (*input, *output) {
	in, out := &input{stream: stream{fd: 0}}, &output{stream{fd: 1}}
	if fd, err := duplicate(1); err == nil {
		out.fd = fd
		replace(2, 1)
	}
	if body {
		fd, err := duplicate(0)
		if err != nil {
			return in, out
		}
		in.fd = fd
	}
	if null, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0); err == nil {
		replace(null, 0)
		syscall.Close(null)
	}
	return in, out
}

func (s *stream) Read(p []byte) (int, error) {
	for s.file == nil {
		n, err := syscall.Read(s.fd, p)
		switch {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			if err := s.poll(); err != nil {
				return 0, err
			}
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
	return s.file.Read(p)
}

func (s *stream) Write(p []byte) (written int, err error) {
	for s.file == nil && written < len(p) {
		n, err := syscall.Write(s.fd, p[written:])
		written += max(n, 0)
		switch {
		case err == syscall.EAGAIN:
			if err := s.poll(); err != nil {
				return written, err
			}
		case err != nil && err != syscall.EINTR:
			return written, os.NewSyscallError("write", err)
		}
	}
	if written == len(p) {
		return written, nil
	}
	n, err := s.file.Write(p[written:])
	return written + n, err
}

// poll hands the descriptor to the poller.
func (s *stream) poll() error {
	if s.file != nil {
		return nil
	}
	if err := syscall.SetNonblock(s.fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	s.file = os.NewFile(uintptr(s.fd), "pipe of the web server")
	return nil
}

func (s *stream) Close() error {
	if s.file != nil {
		return s.file.Close()
	}
	return syscall.Close(s.fd)
}

// end lets the server see the end of the response. The descriptor stays taken,
// so that a goroutine that the handler has left behind cannot write into a file
// that gets its number: it is one of descriptor 0, which is not for writing.
func (out *output) end() {
	if out.file != nil {
		out.file.Close()
	} else if replace(0, out.fd) != nil {
		out.Close()
	}
}

// SetReadDeadline limits the reading of a body that comes through a pipe.
func (in *input) SetReadDeadline(t time.Time) error {
	if err := in.poll(); err != nil {
		return err
	}
	in.limited = !t.IsZero()
	return ignoreNoDeadline(in.file.SetReadDeadline(t))
}

// SetWriteDeadline limits the writing of a response that goes through a pipe.
func (out *output) SetWriteDeadline(t time.Time) error {
	if err := out.poll(); err != nil {
		return err
	}
	return ignoreNoDeadline(out.file.SetWriteDeadline(t))
}

// ignoreNoDeadline: a regular file needs no deadline, as it never waits.
func ignoreNoDeadline(err error) error {
	if err == os.ErrNoDeadline {
		return nil
	}
	return err
}

// A logWriter is standard error. It writes to a copy of descriptor 2, because a
// broken pipe there would end the process before the response has left.
type logWriter struct{}

func (logWriter) Write(p []byte) (int, error) {
	fd, err := duplicate(2)
	if err != nil {
		return 0, err
	}
	copied := stream{fd: fd}
	defer copied.Close()
	return copied.Write(p)
}

// copyFile is what ReadFile does where the kernel cannot send a file by itself.
func copyFile(out io.Writer, file *os.File, n int64) (int64, error) {
	sent, err := io.CopyN(out, file, n)
	if err == io.EOF {
		err = nil // the file has become shorter
	}
	return sent, err
}
