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
	"sync/atomic"

	"github.com/cgigen/cgigen/runtime/gateway"
	"github.com/cgigen/cgigen/runtime/internal/daemon"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// Gateway makes a program answer HTTP requests.
func Gateway(c *gateway.Choices) {
	c.Web = newService
	c.Daemon = daemon.Run
}

// A service is a server of net/http that counts its requests.
type service struct {
	server   http.Server
	limits   stream.Limits
	running  atomic.Int64
	stopping atomic.Bool
	cancel   context.CancelCauseFunc
}

// newService makes the server of a program that has been started.
func newService(p gateway.Program, limits stream.Limits) stream.Service {
	s := &service{limits: limits}
	if _, set := p.Setting("MAX_REQUESTS"); !set {
		s.limits.Requests = 0
	}
	var base context.Context
	base, s.cancel = context.WithCancelCause(context.Background())
	handler, err := p.Start()
	if err != nil {
		handler = http.HandlerFunc(broken)
	}
	s.server = http.Server{
		Handler:           s.wrap(p, handler),
		ReadHeaderTimeout: limits.HeaderTimeout,
		IdleTimeout:       limits.IdleTimeout,
		MaxHeaderBytes:    int(min(limits.Header, 1<<30)),
		ErrorLog:          log.New(os.Stderr, "cgigen: "+p.Name+": ", 0),
		BaseContext:       func(net.Listener) context.Context { return base },
	}
	return s
}

// broken answers for a program whose constructors have failed. Why stands in the log.
func broken(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
}

// wrap puts in front of the routes what is about the server.
func (s *service) wrap(p gateway.Program, routes http.Handler) http.Handler {
	health := "/healthz"
	if path, set := p.Setting("HEALTH_PATH"); set {
		health = path
	}
	base, _ := p.Setting("BASE")
	trusted, err := readProxies(p)
	if err != nil {
		fmt.Fprintf(os.Stderr, "cgigen: %s: CGIGEN_TRUSTED_PROXIES: %v\n", p.Name, err)
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
		r = trusted.apply(r)
		routes.ServeHTTP(w, gateway.WithVars(r, variables(r, base)))
	})
}

// health tells a supervisor whether the program takes requests.
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
	if n := s.limits.Connections; n > 0 {
		l = limitListener(l, n)
	}
	if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown takes no new requests and waits for those that run.
func (s *service) Shutdown(ctx context.Context) error {
	s.stopping.Store(true)
	return s.server.Shutdown(ctx)
}

// Close cancels the requests that run and closes their connections.
func (s *service) Close(cause error) {
	s.cancel(fmt.Errorf("%w: %w", context.Canceled, cause))
	s.server.Close()
}
