package gateway

// A Spool holds what a transport has received and nobody has taken yet, within
// the limits: first in memory, then in a temporary file. One goroutine may put
// while another takes.
type Spool struct{ spool *spool }

// NewSpool makes an empty spool.
func NewSpool(limits *SpoolLimits) *Spool { return &Spool{newSpool(limits)} }

// Put adds to the spool. The error is a *http.MaxBytesError once the total of
// what was put exceeds the limit, or says that there is no room, or is that of the
// temporary file.
func (s *Spool) Put(p []byte) error { return s.spool.append(p) }

// Take reads what is there, in the order in which it was put; 0 if nothing is.
func (s *Spool) Take(p []byte) (int, error) {
	s.spool.mu.Lock()
	empty := s.spool.read == s.spool.size
	s.spool.mu.Unlock()
	if empty {
		return 0, nil
	}
	return s.spool.Read(p)
}

// Close frees what the spool holds.
func (s *Spool) Close() { s.spool.close() }

// SpoolLimits are those of the settings CGIGEN_SPOOL_LIMIT and CGIGEN_SPOOL_DIR,
// within what the process may keep.
func (x *Exchange) SpoolLimits() *SpoolLimits { return x.spoolLimits() }
