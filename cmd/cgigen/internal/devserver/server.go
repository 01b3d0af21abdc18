// Package devserver serves compiled CGI programs on the local machine: it
// starts a program for each request, as a web server does, and builds the
// programs again when their source changes.
package devserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
)

// A Program is a compiled program, and how to run it.
type Program struct {
	Name string
	Path string   // absolute
	Dir  string   // working directory
	Env  []string // besides the request's variables, as "NAME=value"
}

// A Route leads to a program.
type Route struct {
	Pattern string // net/http.ServeMux pattern
	Program string // name
}

// A Site is the result of a build.
type Site struct {
	Programs []Program
	Routes   []Route
	Ignore   []string // absolute folders whose changes do not matter, being output
}

// Options describe what to serve.
type Options struct {
	Addr string // address to listen on, as for net.Listen
	Root string // absolute folder to watch
	// Build generates and compiles. It is called by one goroutine at a time.
	// Visitors see an error as Describe returns it, until it is fixed by a change
	// of the source, unless it is Hopeless at the first build: then Run ends with it.
	Build    func(context.Context) (Site, error)
	Hopeless func(error) bool
	// Inputs returns what the last build was made from, whether it succeeded or not.
	Inputs   func(context.Context) (builder.Inputs, error)
	Describe func(error) string
	Log      io.Writer // the terminal
}

// server is a Run under way.
type server struct {
	Options
	ctx     context.Context // of Run: when it ends, all programs do
	log     *log
	gate    *gate
	watcher *watcher
}

// Run serves until ctx ends, which is not an error. When it returns, no program is
// running any more.
func Run(ctx context.Context, o Options) error {
	listener, err := listen(ctx, o.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	s := &server{Options: o, ctx: ctx, log: newLog(o.Log), gate: newGate()}
	if s.watcher, err = newWatcher(o.Root, s.gate.close, s.log); err != nil {
		return err
	}
	defer s.watcher.stop()
	s.log.say("serving http://%s; stop with Ctrl-C", listener.Addr())
	return s.serve(ctx, listener)
}

// listen explains the one mistake that everybody makes: another server is
// running already.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another server; choose another address with --addr, "+
			"or let the system choose with --addr 127.0.0.1:0", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	return listener, nil
}

// serve runs the HTTP server and the rebuilding beside it, until ctx ends or
// one of them fails.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	httpServer := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: time.Minute,
		// Requests end, and their programs with them, when the server does.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	rebuilt := make(chan error, 1)
	go func() { rebuilt <- s.rebuild(ctx) }()
	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	var err error
	select {
	case err = <-rebuilt: // ctx has ended, or nothing can be built
		cancel()
	case err = <-failed:
		cancel()
		<-rebuilt
	}
	return errors.Join(err, shutdown(httpServer))
}

// shutdown waits for requests, whose programs are being stopped, to end.
func shutdown(httpServer *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*stopDelay)
	defer cancel()
	if err := httpServer.Shutdown(ctx); err != nil {
		return httpServer.Close()
	}
	return nil
}

// rebuild builds at once and after every change, until ctx ends. It gives back
// the error of a first build that is hopeless.
func (s *server) rebuild(ctx context.Context) error {
	for first := true; ; first = false {
		if err := s.build(ctx, first); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case name := <-s.watcher.changed:
			s.log.say("%s has changed", name)
		}
	}
}

// build builds once and shows requests the result, or why it failed. An
// error that is hopeless at the first build is returned.
func (s *server) build(ctx context.Context, first bool) error {
	start, version := time.Now(), s.gate.version()
	s.watcher.ask()
	site, err := s.Build(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil && first && s.Hopeless != nil && s.Hopeless(err):
		return err
	case err != nil:
		text := s.Describe(err)
		s.log.write(text + "\n")
		s.log.say("the build failed; waiting for a change")
		s.gate.open(version, table{failure: text})
	default:
		s.watcher.ignore(site.Ignore)
		s.gate.open(version, newTable(site))
		s.log.say("%s ready in %s", count(len(site.Programs), "program"), round(time.Since(start)))
	}
	s.watch(ctx)
	return nil
}

// watch follows what the build was made from.
func (s *server) watch(ctx context.Context) {
	inputs, err := s.Inputs(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.log.say("%v; changes to embedded files are not noticed", err)
		}
		return
	}
	s.watcher.follow(inputs)
}
