// Package daemon runs programs that answer many requests: on the sockets that
// they were started with, or on one of their own, until a signal stops them.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A socket is a listener with the protocols that are spoken on it.
type socket struct {
	net.Listener
	web bool // HTTP
}

// Run serves a program on the sockets that the process was started with, or,
// if it can speak HTTP, on the port of the variable PORT or one for somebody at
// a terminal. It reports false if there is nothing of that kind.
func Run(p gateway.Program, c *gateway.LinkedGateways) (exitCode int, found bool) {
	where, err := find(c)
	if err == nil && where == nil {
		return 0, false
	}
	if err == nil {
		err = where.open(p.Name, c)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "cgigen: %s: %v\n", p.Name, err)
		return 2, true
	}
	return serve(p, c, where), true
}

// serve runs the program from its constructors to its clean-ups.
func serve(p gateway.Program, c *gateway.LinkedGateways, where *start) (exitCode int) {
	stop := signals()
	p.KeepSignals()
	limits, err := readLimits(p)
	if err != nil {
		fmt.Fprintf(os.Stderr, "cgigen: %s: %v\n", p.Name, err)
		return 2
	}
	p.Spools = gateway.NewSpools(limits.spools)
	p.Recorder = gateway.NewRecorder(p.Setting)
	reportMisspelt(p)
	if p.Proxies, err = gateway.ReadProxies(p.Setting); err != nil {
		fmt.Fprintf(os.Stderr, "cgigen: %s: %v\n", p.Name, err)
	}
	handler, stopped, err := construct(p, stop, limits.stop)
	p.Start = func() (http.Handler, error) { return handler, err }
	d := &daemon{program: p, finish: limits.finish, stop: limits.stop}
	if err != nil {
		fmt.Fprintf(os.Stderr, "cgigen: %s: %v\n", p.Name, err)
	}
	if stopped || err != nil && !where.spawned {
		code := d.cleanUp(nil)
		if err != nil {
			return 1
		}
		return code
	}
	if err != nil {
		// The server that has spawned the process shows its users and its log
		// what is wrong, and then gets the chance to start it again.
		time.AfterFunc(brokenTime, func() { stop <- os.Interrupt })
	}
	for _, s := range d.services(c, limits, where.sockets) {
		d.run(s)
	}
	if where.greeting != "" {
		fmt.Fprintln(os.Stderr, where.greeting)
	}
	code := d.wait(stop)
	if err != nil {
		return 1
	}
	return code
}

// construct calls the constructors. A signal to stop cancels their context; they
// have the time of CGIGEN_STOP_TIMEOUT to take notice, or until the signal comes
// again.
func construct(p gateway.Program, stop <-chan os.Signal, limit time.Duration) (h http.Handler, stopped bool, err error) {
	finished, watched := make(chan struct{}), make(chan bool)
	go func() {
		select {
		case <-finished:
			watched <- false
		case received := <-stop:
			p.Cancel()
			awaitConstructors(p, startStopping(stop, received), limit, finished)
			watched <- true
		}
	}()
	h, err = p.Start()
	close(finished)
	return h, <-watched, err
}

// awaitConstructors returns when the constructors have, or else ends the process.
func awaitConstructors(p gateway.Program, s *stopping, limit time.Duration, finished <-chan struct{}) {
	ctx, cancel := withLimit(limit)
	defer cancel()
	hurry := make(chan struct{})
	go func() {
		if s.hurries(finished) {
			close(hurry)
		}
	}()
	select {
	case <-finished:
		return
	case <-hurry:
	case <-ctx.Done():
		(&daemon{program: p}).cleanUp(errors.New("a constructor still ran when its time was over"))
	}
	os.Exit(1)
}

// withLimit returns a context that ends after a time. 0 means no limit.
func withLimit(d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), d)
}

// brokenTime is how long a program answers whose constructors have failed.
const brokenTime = 5 * time.Second

// A daemon is what runs.
type daemon struct {
	program      gateway.Program
	finish, stop time.Duration
	running      []service
	failed       chan error
}

// A service is the serving of one protocol, or several, on some sockets.
type service struct {
	stream.Service
	sockets []net.Listener
}

// services makes what serves the sockets.
func (d *daemon) services(c *gateway.LinkedGateways, l limits, sockets []socket) []service {
	var streams, web []net.Listener
	for _, s := range sockets {
		if s.web {
			web = append(web, s.Listener)
		} else {
			streams = append(streams, s.Listener)
		}
	}
	var list []service
	if len(streams) > 0 {
		s := &stream.Server{Limits: l.Limits, Log: os.Stderr}
		for _, protocol := range c.Streams {
			s.Protocols = append(s.Protocols, protocol(d.program))
		}
		if addrs, ok := os.LookupEnv("FCGI_WEB_SERVER_ADDRS"); ok {
			s.Peers = stream.OnlyFrom(addrs)
		}
		list = append(list, service{s, streams})
	}
	if len(web) > 0 {
		list = append(list, service{c.Web(d.program, l.Limits), web})
	}
	return list
}

// run starts a service. The process stops when the service ends by itself.
func (d *daemon) run(s service) {
	if d.failed == nil {
		d.failed = make(chan error, 1)
	}
	d.running = append(d.running, s)
	for _, l := range s.sockets {
		go func() {
			if err := s.Serve(l); err != nil {
				select {
				case d.failed <- fmt.Errorf("%s: %w", l.Addr(), err):
				default:
				}
			}
		}()
	}
}

// wait waits for the signal to stop: then nothing new begins, what runs has
// time to finish, and only after that it is cancelled. The same signal again is
// in a hurry.
func (d *daemon) wait(stop <-chan os.Signal) (exitCode int) {
	var received os.Signal
	select {
	case received = <-stop:
	case err := <-d.failed:
		fmt.Fprintf(os.Stderr, "cgigen: %s: %v\n", d.program.Name, err)
		exitCode = 1
	}
	ctx, cancel := withLimit(d.finish)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		if startStopping(stop, received).hurries(done) {
			cancel()
		}
	}()
	err := d.shutdown(ctx)
	d.program.Cancel()
	if err != nil {
		err = d.cancel()
	}
	return max(exitCode, d.cleanUp(err))
}

// cleanUp runs the clean-ups and logs what went wrong, before them too.
func (d *daemon) cleanUp(before error) (exitCode int) {
	if err := errors.Join(before, d.program.Stop()); err != nil {
		fmt.Fprintf(os.Stderr, "cgigen: %s: stopping: %v\n", d.program.Name, err)
		return 1
	}
	return 0
}

// shutdown waits for what runs.
func (d *daemon) shutdown(ctx context.Context) error {
	errs := make(chan error)
	for _, s := range d.running {
		go func() { errs <- s.Shutdown(ctx) }()
	}
	var all error
	for range d.running {
		all = errors.Join(all, <-errs)
	}
	return all
}

// cancel ends what still runs and gives it the time of CGIGEN_STOP_TIMEOUT to
// take notice.
func (d *daemon) cancel() error {
	for _, s := range d.running {
		s.Close(errors.New("the process stops"))
	}
	ctx, cancel := withLimit(d.stop)
	defer cancel()
	if d.shutdown(ctx) != nil {
		return errors.New("requests still ran when their time was over")
	}
	return nil
}
