// Package gateway translates between net/http and the gateway interfaces of web
// servers: CGI (RFC 3875), and FastCGI and SCGI, which carry the same
// meta-variables and the same response over a socket.
//
// A request arrives as [Vars] and a stream; it leaves as a CGI response. An
// [Exchange] is one such pair. What happens between is common to every gateway:
//
//	vars.go, request.go, target.go   meta-variables → *http.Request
//	length.go, proxies.go            what servers leave out of them, and what proxies add
//	body.go, spool.go, spools.go     the request body, and how it never blocks the response
//	response.go, header.go           http.ResponseWriter → CGI response
//	exchange.go                      one request from start to end, panics included
//
// A gateway's own package (runtime/cgi, …) owns the transport alone.
package gateway

import (
	"context"
	"net/http"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A Gateway adds what it can do to the choices that a program has when it
// starts. The functions Gateway of runtime/cgi and its siblings are of this type.
type Gateway func(*LinkedGateways)

// LinkedGateways are the gateways that were linked into a program. Which of them a
// process uses depends on how the web server started it.
type LinkedGateways struct {
	// IsRequest reports whether the environment describes one request.
	IsRequest func() bool

	// Request serves the one request that the process's environment describes
	// (CGI). The result is the exit code.
	Request func(Program) int

	// Reason says in one word why a CGI request was not answered by a worker of
	// warm CGI; nil without warm CGI, and the two after it as well.
	Reason func() string

	// After is called when a CGI request has been answered, before the server sees
	// the end of the response. It returns what there is to do after that, nil for
	// nothing.
	After func(Program) func()

	// Worker runs the program as a worker, if the process was started as one.
	Worker func(start func() Program) (exitCode int, found bool)

	// Streams are the protocols of long-running programs that share a socket
	// (FastCGI, SCGI).
	Streams []func(Program) stream.Protocol

	// Web makes what serves HTTP.
	Web func(Program, stream.Limits) stream.Service

	// Daemon runs the program on the sockets that the process was started with
	// or that it can make, until it is told to stop. It reports false if
	// nothing asks for that.
	Daemon func(Program, *LinkedGateways) (exitCode int, found bool)
}

// A Program is what a gateway has to know of a generated program.
type Program struct {
	Name string

	// Build is the hash that the build has linked in for probes, "" without one.
	// Gateway is how requests reach the program: cgi, warm, fastcgi, scgi or http.
	// Each gateway package sets it, and, if there is something to say about the
	// way, Reason: one word. See AnswerProbe.
	Build, Gateway, Reason string

	// Context is cancelled when the process is told to stop, with the
	// signal as its cause.
	Context context.Context
	Cancel  func()

	// KeepSignals leaves the signals to stop to the gateway, which then has to
	// call Cancel and Stop. It is called before Start.
	KeepSignals func()

	// Start builds the program's handler: it loads the configuration and calls
	// the constructors. It is called once. A panic in it comes back as an error.
	Start func() (http.Handler, error)

	// HasCleanups reports whether Stop has something to do.
	HasCleanups func() bool

	// Stop runs the clean-ups of what Start built, in reverse order.
	Stop func() error

	// After is that of LinkedGateways, for the gateway of CGI; nil without one.
	After func() func()

	// Depends returns what the program's configuration depends on, for who has to
	// know whether it would be another one by now: the variables that were looked
	// for, and the paths of the files, found or not.
	Depends func() (names, files []string)

	// Spools count what request bodies keep in all, for a process that answers
	// many requests; nil means no limit.
	Spools *Spools

	// Setting looks up one of the runtime's own settings, by its name
	// without CGIGEN_.
	Setting func(name string) (string, bool)

	// Recorder writes reports and the access log. A program that answers one request
	// has what its environment says: a file is not opened for it.
	Recorder Recorder

	// Misspelt returns what is wrong with the name of a variable that begins with
	// CGIGEN_, "" if nothing is.
	Misspelt func(name string) string

	// Proxies are those of the settings, once a process that keeps running has
	// read them. Nil: they are read for a request that asks for it.
	Proxies *Proxies
}
