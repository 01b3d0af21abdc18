package gateway

import (
	"io"
	"net/http"
	"os"
	"sync"
)

// SpoolLimits say how much of a request body may wait for the handler while
// the response leaves.
type SpoolLimits struct {
	Memory int64  // bytes kept in memory; the rest goes to a temporary file
	Total  int64  // bytes in all
	Dir    string // folder for the file; "" is os.TempDir
}

// A spool is a first-in, first-out store for a request body. One goroutine may
// append while another reads.
type spool struct {
	limits *SpoolLimits

	mu     sync.Mutex
	grown  sync.Cond
	memory []byte
	file   *os.File
	size   int64 // bytes appended
	read   int64 // bytes read
	ended  error // what reading returns at the end; nil while it grows
}

func newSpool(limits *SpoolLimits) *spool {
	s := &spool{limits: limits}
	s.grown.L = &s.mu
	return s
}

// append adds to the spool. The error is a *http.MaxBytesError beyond the
// limit, or that of the temporary file.
func (s *spool) append(p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 || s.closedLocked() {
		return nil
	}
	if s.size+int64(len(p)) > s.limits.Total {
		return &http.MaxBytesError{Limit: s.limits.Total}
	}
	if err := s.store(p); err != nil {
		return &spoolError{err}
	}
	s.size += int64(len(p))
	s.grown.Signal()
	return nil
}

func (s *spool) store(p []byte) error {
	if s.file == nil && int64(len(s.memory)+len(p)) <= s.limits.Memory {
		s.memory = append(s.memory, p...)
		return nil
	}
	if s.file == nil {
		file, err := unlinkedFile(s.limits.Dir)
		if err != nil {
			return err
		}
		s.file = file
	}
	_, err := s.file.WriteAt(p, s.size-int64(len(s.memory)))
	return err
}

// end says that nothing follows, and what a reader gets after the last byte.
func (s *spool) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.ended = err
	}
	s.grown.Broadcast()
}

func (s *spool) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	for s.read == s.size && s.ended == nil {
		s.grown.Wait()
	}
	if s.read == s.size {
		return 0, s.ended
	}
	n, err := s.take(p)
	s.read += int64(n)
	if s.read == s.size && s.ended == nil {
		s.memory, s.size, s.read = s.memory[:0], 0, 0 // the limit is for what waits
	}
	return n, err
}

func (s *spool) take(p []byte) (int, error) {
	inMemory := int64(len(s.memory))
	if s.read < inMemory {
		return copy(p, s.memory[s.read:]), nil
	}
	if rest := s.size - s.read; int64(len(p)) > rest {
		p = p[:rest]
	}
	n, err := s.file.ReadAt(p, s.read-inMemory)
	if err == io.EOF && n > 0 {
		err = nil
	}
	return n, err
}

func (s *spool) closedLocked() bool { return s.ended == http.ErrBodyReadAfterClose }

// close frees what the spool holds. A reader that still waits is told that the
// body is closed.
func (s *spool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = http.ErrBodyReadAfterClose
	s.memory, s.size, s.read = nil, 0, 0
	if s.file != nil {
		removeFile(s.file)
		s.file = nil
	}
	s.grown.Broadcast()
}

// A spoolError is trouble with the temporary file.
type spoolError struct{ err error }

func (e *spoolError) Error() string {
	return "cannot keep the request body in a temporary file: " + e.err.Error()
}

func (e *spoolError) Unwrap() error { return e.err }

// unlinkedFile opens a temporary file that has no name any more, where the
// platform allows it, so that nothing can be left behind.
func unlinkedFile(dir string) (*os.File, error) {
	ignoreFileSizeSignal()
	file, err := os.CreateTemp(dir, "cgigen-body-")
	if err != nil {
		return nil, err
	}
	if unlinks {
		if err := os.Remove(file.Name()); err != nil {
			file.Close()
			return nil, err
		}
	}
	return file, nil
}

func removeFile(file *os.File) {
	file.Close()
	if !unlinks {
		os.Remove(file.Name())
	}
}
