package daemon

import (
	"os"
	"time"
)

// moment is how soon after a signal the same one still means the same. A
// manager that reaches a process in two ways sends it twice at once.
const moment = 500 * time.Millisecond

// A stopping is the time from the first signal to stop on.
type stopping struct {
	signals <-chan os.Signal
	first   map[os.Signal]time.Time // when each signal came first
}

// startStopping begins with a signal that has come, nil if another reason stops
// the process.
func startStopping(signals <-chan os.Signal, received os.Signal) *stopping {
	s := &stopping{signals, make(map[os.Signal]time.Time)}
	if received != nil {
		s.first[received] = time.Now()
	}
	return s
}

// hurries returns true when a signal comes again after a moment: whoever sends
// it does not want to wait. Another signal says nothing of that, as managers
// send several in a row (OpenLiteSpeed SIGTERM and SIGUSR1, systemd with
// SendSIGHUP= SIGTERM and SIGHUP). It returns false when done is closed.
func (s *stopping) hurries(done <-chan struct{}) bool {
	for {
		select {
		case <-done:
			return false
		case received := <-s.signals:
			first, again := s.first[received]
			if again && time.Since(first) >= moment {
				return true
			}
			if !again {
				s.first[received] = time.Now()
			}
		}
	}
}
