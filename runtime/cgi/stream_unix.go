//go:build unix

package cgi

import (
	"io"
	"os"
	"syscall"
	"time"
)

// isolate takes the descriptors of the request for itself. Descriptor 0 becomes
// empty, so that no child of the handler eats the request body; descriptor 1
// becomes standard error, so that a stray fmt.Println cannot spoil the
// response. Writing to a closed pipe on another descriptor than 1 and 2 is an
// error, and not the end of the process by SIGPIPE.
func isolate() (*input, *output) {
	in, out := &input{File: os.Stdin}, &output{File: os.Stdout}
	if fd, err := duplicate(1); err == nil {
		out.File = os.NewFile(uintptr(fd), "response")
		replace(2, 1)
	}
	if fd, err := duplicate(0); err == nil {
		in.File = os.NewFile(uintptr(fd), "request body")
		if null, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0); err == nil {
			replace(null, 0)
			syscall.Close(null)
		}
	}
	return in, out
}

// A logWriter is standard error. It writes to a copy of descriptor 2, because a
// broken pipe there would end the process before the response has left.
type logWriter struct{}

func (logWriter) Write(p []byte) (int, error) {
	fd, err := duplicate(2)
	if err != nil {
		return 0, err
	}
	defer syscall.Close(fd)
	for written := 0; written < len(p); {
		n, err := syscall.Write(fd, p[written:])
		if err != nil && err != syscall.EINTR {
			return written, err
		}
		written += max(n, 0)
	}
	return len(p), nil
}

// SetReadDeadline limits the reading of a body that comes through a pipe.
func (in *input) SetReadDeadline(t time.Time) error {
	if err := makePollable(&in.File, &in.pollable); err != nil {
		return err
	}
	return ignoreNoDeadline(in.File.SetReadDeadline(t))
}

// SetWriteDeadline limits the writing of a response that goes through a pipe.
func (out *output) SetWriteDeadline(t time.Time) error {
	if err := makePollable(&out.File, &out.pollable); err != nil {
		return err
	}
	return ignoreNoDeadline(out.File.SetWriteDeadline(t))
}

// makePollable registers a descriptor with the poller. It happens when the
// first deadline is set, because most requests have none.
func makePollable(file **os.File, done *bool) error {
	if *done {
		return nil
	}
	fd, err := duplicate(int((*file).Fd()))
	if err != nil {
		return err
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	old := *file
	*file, *done = os.NewFile(uintptr(fd), old.Name()), true
	return old.Close()
}

// ignoreNoDeadline: a regular file needs no deadline, as it never waits.
func ignoreNoDeadline(err error) error {
	if err == os.ErrNoDeadline {
		return nil
	}
	return err
}

// copyFile is what ReadFile does where the kernel cannot send a file by itself.
func copyFile(out *os.File, file *os.File, n int64) (int64, error) {
	sent, err := io.CopyN(struct{ io.Writer }{out}, file, n)
	if err == io.EOF {
		err = nil // the file has become shorter
	}
	return sent, err
}
