package gateway

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"syscall"
)

// SpoolLimits say how much of a request body may wait for the handler while
// the response leaves.
type SpoolLimits struct {
	Memory int64   // bytes kept in memory; the rest goes to a temporary file
	Total  int64   // bytes in all
	Dir    string  // folder for the file; "" is os.TempDir
	Shared *Spools // of the process; nil means no limit
}

// A spool is a first-in, first-out store for a request body. One goroutine may
// append while another reads.
type spool struct {
	limits *SpoolLimits

	mu     sync.Mutex
	grown  sync.Cond
	memory []byte
	file   *os.File
	looked int64 // size of the file when the free space was looked at
	size   int64 // bytes appended
	read   int64 // bytes read
	share  share // of what the process may keep
	ended  error // what reading returns at the end; nil while it grows
}

func newSpool(limits *SpoolLimits) *spool {
	s := &spool{limits: limits}
	s.share.of = limits.Shared
	s.grown.L = &s.mu
	return s
}

// append adds to the spool. The error is a *http.MaxBytesError beyond the limit
// for a body, a *noRoomError beyond that of the process or where the file system
// is full, or that of the temporary file.
func (s *spool) append(p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(p) == 0 || s.closedLocked() {
		return nil
	}
	size := s.size + int64(len(p))
	if size > s.limits.Total {
		return &http.MaxBytesError{Limit: s.limits.Total}
	}
	if !s.share.grow(size) {
		return &noRoomError{"more of request bodies waits than CGIGEN_SPOOL_TOTAL allows"}
	}
	if err := s.store(p); err != nil {
		return spoolFault(err)
	}
	s.size = size
	s.grown.Signal()
	return nil
}

func (s *spool) store(p []byte) error {
	if held := int64(len(s.memory) + len(p)); s.file == nil && held <= s.limits.Memory && s.share.growMemory(held) {
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
	at := s.size - int64(len(s.memory))
	if err := s.leaveRoom(at + int64(len(p))); err != nil {
		return err
	}
	_, err := s.file.WriteAt(p, at)
	return err
}

// leaveRoom looks at the free space of the file's folder now and then while the
// file grows. Others need it too, and in CGI each process has but one of many
// bodies.
func (s *spool) leaveRoom(size int64) error {
	const step = 256 << 10
	if s.looked > 0 && size < s.looked+step {
		return nil
	}
	s.looked = size
	free, total, known := space(s.file)
	if reserve := min(total/8, mostReserve); known && free < reserve+step {
		dir := s.limits.Dir
		if dir == "" {
			dir = os.TempDir()
		}
		return &noRoomError{"the file system of " + dir + " is full but for a reserve: an eighth of it, 64 MiB at most"}
	}
	return nil
}

// mostReserve is how much of a large file system is left free.
const mostReserve = 64 << 20

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
	s.share.giveBack()
	s.grown.Broadcast()
}

// A spoolError is trouble with the temporary file.
type spoolError struct{ err error }

func (e *spoolError) Error() string {
	return "cannot keep the request body in a temporary file: " + e.err.Error()
}

func (e *spoolError) Unwrap() error { return e.err }

// A noRoomError says what is full for now. The client may try again.
type noRoomError struct{ reason string }

func (e *noRoomError) Error() string { return "cannot keep the request body: " + e.reason }

// spoolFault distinguishes what is full from what is wrong.
func spoolFault(err error) error {
	if _, full := err.(*noRoomError); full {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) {
		return &noRoomError{err.Error()}
	}
	return &spoolError{err}
}

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
