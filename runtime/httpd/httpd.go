// Package httpd is the HTTP gateway of generated programs: a server of net/http
// on PORT, or on sockets of LISTEN_FDS whose name has "http" in it, as Cloud
// Run, Knative, Kubernetes, Fly and systemd start a program. It has to be asked
// for at generation (--gateways), because it makes a program 2 MB larger.
//
// A handler finds what it finds behind a web server: runtime.Prefix is the
// setting CGIGEN_BASE, and runtime.Variable knows the meta-variables of RFC 3875.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/daemon"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// Gateway makes a program answer HTTP requests.
func Gateway(c *gateway.LinkedGateways) {
	c.Web = newService
	c.Daemon = daemon.Run
}

// A service is a server of net/http that counts its requests.
type service struct {
	server   http.Server
	limits   stream.Limits
	running  atomic.Int64
	stopping atomic.Bool
	closed   atomic.Bool
	taken    sync.Map // the connections (*conn) that handlers have taken over
	cancel   context.CancelCauseFunc
}

// newService makes the server of a program that has been started.
func newService(p gateway.Program, limits stream.Limits) stream.Service {
	s := &service{limits: limits}
	s.limits = ownDefaults(p, limits)
	var base context.Context
	base, s.cancel = context.WithCancelCause(context.Background())
	p.Gateway = "http"
	handler, err := p.Start()
	if err != nil {
		handler = http.HandlerFunc(broken)
	}
	s.server = http.Server{
		Handler:           s.wrap(p, handler, err),
		ReadHeaderTimeout: limits.HeaderTimeout,
		IdleTimeout:       limits.IdleTimeout,
		MaxHeaderBytes:    headerBytes(s.limits.Header),
		ErrorLog:          log.New(os.Stderr, "cgigen: "+p.Name+": ", 0),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnState:         s.release,
	}
	return s
}

// ownDefaults are other limits than behind a web server that has its own, unless
// they are set. A header of small fields takes eighteen times its size in memory:
// these keep the largest ones of all requests below the 256 MiB that a generated
// manifest of Kubernetes grants.
func ownDefaults(p gateway.Program, limits stream.Limits) stream.Limits {
	if text, _ := p.Setting("MAX_REQUESTS"); text == "" {
		limits.Requests = 250
	}
	if text, _ := p.Setting("HEADER_LIMIT"); text == "" {
		limits.Header = 32 << 10 // what nginx takes unless told otherwise
	}
	return limits
}

// headerBytes is a limit for net/http, where 0 is its default.
func headerBytes(limit int64) int {
	const most = 1 << 30
	if limit == 0 {
		return most
	}
	return int(min(limit, most))
}

// broken answers for a program whose constructors have failed. Why stands in the log.
func broken(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
}

// wrap puts in front of the routes what is about the server. failed is the error
// of the constructors.
func (s *service) wrap(p gateway.Program, routes http.Handler, failed error) http.Handler {
	base, _ := p.Setting("BASE")
	health := healthPath(p, routes, base)
	trusted := p.Proxies
	if trusted == nil {
		trusted = &gateway.Proxies{}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if health != "" && r.URL.Path == health {
			s.health(w)
			return
		}
		if n := s.running.Add(1); s.limits.Requests > 0 && n > int64(s.limits.Requests) {
			s.running.Add(-1)
			w.Header().Set("Retry-After", "1")
			http.Error(w, "503 Service Unavailable", http.StatusServiceUnavailable)
			return
		}
		defer s.running.Add(-1)
		if s.closed.Load() {
			panic(http.ErrAbortHandler) // Shutdown may no longer wait for it
		}
		if p.AnswerProbe(w, r, failed) {
			return
		}
		if err := trusted.Apply(r); err != nil {
			s.server.ErrorLog.Print(err)
			http.Error(w, "400 Bad Request", http.StatusBadRequest)
			return
		}
		r = gateway.WithVars(r, variables(r, base))
		defer func() {
			if r.MultipartForm != nil {
				r.MultipartForm.RemoveAll() // net/http does so for its own request alone
			}
		}()
		if p.Recorder.Access {
			record(p, w, r, routes)
			return
		}
		routes.ServeHTTP(w, r)
	})
}

// healthPath returns the path that a supervisor asks; "" for none. A site that has a
// route at the default path answers there itself.
func healthPath(p gateway.Program, routes http.Handler, base string) string {
	const usual = "/healthz"
	if path, set := p.Setting("HEALTH_PATH"); set {
		return path
	}
	if site, ok := routes.(interface{ Names(path string) bool }); ok && base == "" && site.Names(usual) {
		return ""
	}
	return usual
}

// health answers a supervisor that asks whether the program takes requests.
func (s *service) health(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	if s.stopping.Load() {
		http.Error(w, "stopping", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// Serve answers requests on a listener until Shutdown or Close.
func (s *service) Serve(l net.Listener) error {
	if err := s.server.Serve(limitListener(l, s.limits)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown takes no new requests and waits for those that run.
func (s *service) Shutdown(ctx context.Context) error {
	s.stopping.Store(true)
	if err := s.server.Shutdown(ctx); err != nil {
		return err
	}
	for s.running.Load() > 0 { // after Close the server does not know of them
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// Close cancels the requests that run and closes their connections.
func (s *service) Close(cause error) {
	s.closed.Store(true)
	s.cancel(fmt.Errorf("%w: %w", context.Canceled, cause))
	s.server.Close()
	for c := range s.taken.Range {
		c.(*conn).Close()
	}
}

// release notes the connections that handlers take over, of which the server
// of net/http then knows nothing.
func (s *service) release(nc net.Conn, state http.ConnState) {
	if c, ok := nc.(*conn); ok && state == http.StateHijacked {
		s.taken.Store(c, nil)
		c.takeOver(func() { s.taken.Delete(c) })
		if s.closed.Load() {
			c.Close()
		}
	}
}
