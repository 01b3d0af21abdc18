//go:build unix

package daemon

import (
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnlyTheSameSignalAfterAMomentIsInAHurry(t *testing.T) {
	type sent struct {
		after  time.Duration
		signal os.Signal
	}
	tests := []struct {
		name    string
		first   os.Signal
		then    []sent
		hurries bool
	}{
		{"nothing more", syscall.SIGTERM, nil, false},
		{"another one at once", syscall.SIGTERM, []sent{{0, syscall.SIGUSR1}}, false},
		{"another one later", syscall.SIGTERM, []sent{{time.Minute, syscall.SIGINT}}, false},
		{"the same at once", syscall.SIGTERM, []sent{{0, syscall.SIGTERM}, {moment / 2, syscall.SIGTERM}}, false},
		{"the same later", syscall.SIGTERM, []sent{{moment, syscall.SIGTERM}}, true},
		{"the second one later", syscall.SIGTERM, []sent{{0, syscall.SIGUSR1}, {moment, syscall.SIGUSR1}}, true},
		{"the first one after a failure", nil, []sent{{time.Minute, syscall.SIGTERM}}, false},
		{"the same after a failure", nil, []sent{{0, syscall.SIGTERM}, {moment, syscall.SIGTERM}}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				signals, done, hurries := make(chan os.Signal, 2), make(chan struct{}), make(chan bool, 1)
				s := startStopping(signals, test.first)
				go func() { hurries <- s.hurries(done) }()
				for _, next := range test.then {
					time.Sleep(next.after) // of the bubble, which takes no time
					signals <- next.signal
					synctest.Wait()
				}
				close(done)
				if got := <-hurries; got != test.hurries {
					t.Errorf("in a hurry: %v, want %v", got, test.hurries)
				}
			})
		})
	}
}
