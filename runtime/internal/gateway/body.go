package gateway

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Body is the body of a request. Until output has to leave it reads straight
// from the server; [Body.Hold] then takes what is left out of the way.
//
// Apache and fcgiwrap send the whole request body before they read a byte of
// the response, over pipes that hold 64 KiB. A program that answers first
// therefore either loses its answer or waits for ever.
type Body struct {
	reading sync.Mutex // held by who reads source; guards it, left and err
	source  io.Reader
	early   []byte                      // what has been read of source before the handler runs
	left    int64                       // bytes still to come; -1: up to the end of source
	err     error                       // what ended the reading of source
	silence atomic.Pointer[SilentError] // one that met somebody who wanted the body

	held atomic.Pointer[spool] // for free: the one of spool

	mu     sync.Mutex // taken before reading, and never held while source is read on behalf of the handler
	spool  *spool
	pumped chan struct{} // closed when the goroutine of Pump has read everything
	closed bool
	fault  error // why Hold could not take the body
}

// Read reads the body. A body that ends before its declared length ends with
// io.ErrUnexpectedEOF.
func (b *Body) Read(p []byte) (int, error) {
	b.mu.Lock()
	if b.closed || b.fault != nil {
		defer b.mu.Unlock()
		if b.fault != nil {
			return 0, b.fault
		}
		return 0, http.ErrBodyReadAfterClose
	}
	if b.spool == nil {
		b.reading.Lock()
		defer b.reading.Unlock()
		b.mu.Unlock() // Pump must not wait for the client
		n, err := b.readSource(p)
		b.noteSilence(err)
		return n, err
	}
	b.mu.Unlock()
	return b.spool.Read(p)
}

// Close makes further reads fail. What is left is read by [Body.Discard].
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// readSource never reads more than the declared length, even where the server
// would send more (RFC 3875 §4.2).
func (b *Body) readSource(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left >= 0 && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	if len(p) == 0 && b.left != 0 {
		return 0, nil
	}
	var n int
	var err error
	switch {
	case len(b.early) > 0:
		n = copy(p, b.early)
		b.early = b.early[n:]
	case b.left != 0:
		n, err = b.source.Read(p)
	}
	if b.left > 0 {
		b.left -= int64(n)
	}
	switch {
	case b.left == 0:
		err = io.EOF
	case err == io.EOF && b.left > 0:
		err = io.ErrUnexpectedEOF
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) || isSilence(err) { // another deadline brings it back
		b.err = err
	}
	return n, err
}

// A SilentError ends a body of which nothing has come for the time of the setting
// CGIGEN_IDLE_TIMEOUT.
type SilentError struct{ Limit time.Duration }

func (e *SilentError) Error() string {
	return "the web server has sent nothing of the rest for " + e.Limit.String() + " (CGIGEN_IDLE_TIMEOUT)"
}

func (*SilentError) Unwrap() error { return os.ErrDeadlineExceeded }

func isSilence(err error) bool {
	_, ok := err.(*SilentError)
	return ok
}

// noteSilence remembers that the handler lacks what has not come: it has not seen
// the request, and cannot answer it. What nobody wanted may be missing.
func (b *Body) noteSilence(err error) {
	if silence, ok := err.(*SilentError); ok {
		b.silence.Store(silence)
	}
}

// takeSilence returns what noteSilence has remembered, once. It does not wait for
// who reads the body.
func (b *Body) takeSilence() error {
	if silence := b.silence.Swap(nil); silence != nil {
		return silence
	}
	return nil
}

// pending reports whether the server may still have something to send.
func (b *Body) pending() bool { return b.err == nil && b.left != 0 }

// Hold reads the rest of the body into a spool, so that output can leave. The
// error is what kept it from that, a *http.MaxBytesError beyond the limit; what
// is left after it has to be discarded.
func (b *Body) Hold(limits *SpoolLimits) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading.Lock()
	defer b.reading.Unlock()
	if b.spool != nil || !b.pending() {
		return nil
	}
	if b.closed {
		b.drain()
		return nil
	}
	s := newSpool(limits)
	buf := make([]byte, 32<<10)
	for {
		n, end := b.readSource(buf)
		if err := s.append(buf[:n]); err != nil {
			s.close()
			b.fault = err
			return err
		}
		if end != nil {
			b.noteSilence(end)
			s.end(end)
			break
		}
	}
	b.spool = s
	b.held.Store(s)
	return nil
}

// Pump reads the rest of the body in the background, so that input and output
// run side by side: what EnableFullDuplex asks for.
func (b *Body) Pump(limits *SpoolLimits) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spool != nil || b.closed {
		return
	}
	if b.reading.TryLock() { // otherwise a Read waits, and pump goes on after it
		pending := b.pending()
		b.reading.Unlock()
		if !pending {
			return
		}
	}
	b.spool = newSpool(limits)
	b.held.Store(b.spool)
	b.pumped = make(chan struct{})
	go b.pump()
}

func (b *Body) pump() {
	defer close(b.pumped)
	b.reading.Lock()
	defer b.reading.Unlock()
	buf := make([]byte, 32<<10)
	var full error
	for {
		n, err := b.readSource(buf)
		if full == nil {
			if full = b.spool.append(buf[:n]); full != nil {
				b.spool.end(full)
			}
		}
		if err != nil {
			b.spool.end(err)
			return
		}
	}
}

// giveUp reports whether something of the body may still come that nobody
// reads, and leaves it to the transport then.
func (b *Body) giveUp() bool {
	if !b.reading.TryLock() {
		return false
	}
	defer b.reading.Unlock()
	if !b.pending() {
		return false
	}
	b.err = os.ErrDeadlineExceeded
	return true
}

// free returns back what the body keeps, however its request has ended.
func (b *Body) free() {
	if s := b.held.Load(); s != nil {
		s.close()
	}
}

// Discard reads what nobody wanted, so that the server can take the response,
// and frees the spool.
func (b *Body) Discard() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.pumped != nil {
		<-b.pumped
	}
	b.reading.Lock()
	b.drain()
	b.reading.Unlock()
	if b.spool != nil {
		b.spool.close()
	}
}

func (b *Body) drain() {
	if !b.pending() {
		return
	}
	buf := make([]byte, 32<<10)
	for b.pending() {
		if _, err := b.readSource(buf); err != nil {
			return
		}
	}
}

// Abandon leaves what nobody wanted to the transport, which ends the reading by
// itself, and frees the spool.
func (b *Body) Abandon() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.spool != nil {
		b.spool.close()
	}
}
