package gateway

import "sync"

// Spools count what the request bodies of a process keep while they wait for
// their handlers, in memory and in files.
type Spools struct {
	limit int64 // of bytes in all; 0 means no limit

	mu     sync.Mutex
	kept   int64
	memory int64 // of these, in memory
}

// DefaultSpoolTotal is what all bodies of a process may keep: four of the
// largest.
const DefaultSpoolTotal = 256 << 20

// spoolMemory is what all bodies may keep in memory; beyond it they go to files
// at once.
const spoolMemory = 32 << 20

// NewSpools makes the count of a process that keeps at most so many bytes; 0 is
// no limit.
func NewSpools(limit int64) *Spools { return &Spools{limit: limit} }

// Kept returns the number of bytes that are kept.
func (s *Spools) Kept() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept
}

// A share is what one spool keeps of it. The share remembers how much that is,
// so that exactly this comes back: it is the most that the spool has held, as
// neither memory nor file shrinks before the end.
type share struct {
	of           *Spools // nil counts nothing
	kept, memory int64
}

// grow takes what is missing for a size, and reports false if there is no room.
func (s *share) grow(size int64) bool {
	missing := size - s.kept
	if s.of == nil || missing <= 0 {
		return true
	}
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.of.limit > 0 && s.of.kept+missing > s.of.limit {
		return false
	}
	s.of.kept += missing
	s.kept = size
	return true
}

// growMemory is grow for the part that is in memory.
func (s *share) growMemory(size int64) bool {
	missing := size - s.memory
	if s.of == nil || missing <= 0 {
		return true
	}
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	if s.of.memory+missing > spoolMemory {
		return false
	}
	s.of.memory += missing
	s.memory = size
	return true
}

func (s *share) giveBack() {
	if s.of == nil {
		return
	}
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	s.of.kept -= s.kept
	s.of.memory -= s.memory
	s.kept, s.memory = 0, 0
}
