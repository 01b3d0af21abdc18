// Package warm answers CGI requests at the price of a C program: with a worker that
// keeps running, and an entry that hands it a request before Go's runtime starts.
//
//	runtime.Main("shop", build, cgi.Gateway, warm.Seconds(45))
//
// A program is linked with -ldflags=-E=github.com/cgigen/cgigen/runtime/warm.Entry, as
// cgigen build does for a site with warm=. It is one file, started by the web server for
// each request as ever. Entry looks for the worker, which is the same program, already
// running for the same user; hands it the environment and the descriptors 0, 1 and 2;
// waits for the exit status; and exits. Where anything is unusual, the program is the
// CGI program that it is without -E. docs/explanation/warm-cgi.md says what that means
// for handlers and hosts.
//
// Files in reading order: entry_linux_amd64.s (what each request does), start_linux.go
// (how a cold program leaves a worker behind), worker_linux.go (its life), request_linux.go
// (one request), same_linux.go (whether a request is one for this worker), pipe_linux.go.
package warm

import (
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// linkedBuild is set by the linker to what the program was built from. A worker of
// another build is never spoken to.
var linkedBuild string

// Why the entry has gone on to Go's own: the constants of entry_linux_*.s.
const (
	notEntered  = 0 // the program was not linked with -E, or this system has no entry
	noWorker    = 7
	lastReason  = 13
	reasonOther = "unknown"
)

// reason returns one word for a value of entered, for probes.
func reason(entered byte) string {
	words := [lastReason + 1]string{
		"not-linked", "not-cgi", "turned-off", "secure", "no-proc", "foreign-file", "no-socket", "no-worker", "not-taken", "foreign-worker",
		"timed-out", "other-build", "not-sent", "declined",
	}
	if int(entered) >= len(words) {
		return reasonOther
	}
	return words[entered]
}

// Seconds makes a program leave a worker behind, which answers the requests that follow
// and ends after so many seconds without any. It does nothing in a program that was not
// linked with -E.
func Seconds(seconds int) gateway.Gateway {
	idle := time.Duration(seconds) * time.Second
	return func(c *gateway.LinkedGateways) {
		c.Reason = coldReason
		c.After = func(p gateway.Program) func() { return leave(p, idle) }
		c.Worker = func(start func() gateway.Program) (int, bool) { return work(start, idle) }
	}
}

// settings are what CGIGEN_WARM may say besides a time.
const (
	off    = "off"
	shared = "shared"
)

// idleTime returns the time of CGIGEN_WARM, or the one that was linked; 0 if warm is
// turned off.
func idleTime(p gateway.Program, linked time.Duration) time.Duration {
	text, ok := p.Setting("WARM")
	switch {
	case !ok || text == "" || text == shared:
		return linked
	case text == off:
		return 0
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d
	}
	return linked
}
