package runtime

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A processContext is the context of the process. It ends with a signal to stop or with
// the loss of the client.
//
// Signals cost a goroutine and a thread, a good part of what a small request
// costs in all. So they are left to the kernel, which ends the process at once,
// until somebody has a use for them: whoever waits for Done or has something
// to clean up.
type processContext struct {
	stream.Context
	stop func() error // runs the clean-ups
	once sync.Once
}

// Done is called by everybody who wants to hear of the end.
func (l *processContext) Done() <-chan struct{} {
	l.watch()
	return l.Context.Done()
}

// watch begins to catch the signals with which servers stop a program.
func (l *processContext) watch() {
	l.once.Do(func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
		if !signal.Ignored(syscall.SIGHUP) {
			signal.Notify(signals, syscall.SIGHUP)
		}
		go l.wait(signals)
	})
}

// ignore leaves the signals to a gateway that keeps running.
func (l *processContext) ignore() { l.once.Do(func() {}) }

// wait ends the context at the first signal. The handler then has time to
// return by itself; if it does not, the clean-ups run without it.
func (l *processContext) wait(signals <-chan os.Signal) {
	received := <-signals
	l.Cancel(&stopped{received})
	begin, grace := time.Now(), time.After(stopGrace)
	for waits := true; waits; {
		select {
		case again := <-signals: // after a moment, the same one is in a hurry
			waits = again != received || time.Since(begin) < stopGrace/4
		case <-grace:
			waits = false
		}
	}
	l.stop()
	os.Exit(1)
}

// stopGrace is what a handler has after a signal. Apache sends SIGKILL three
// seconds after SIGTERM.
const stopGrace = 2 * time.Second

// A stopped error is the cause of the end of a context by a signal.
type stopped struct{ by os.Signal }

func (s *stopped) Error() string { return "received " + s.by.String() }

func (s *stopped) Unwrap() error { return context.Canceled }
