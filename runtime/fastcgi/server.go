package fastcgi

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A Server is a FastCGI application that answers by a handler. The zero value
// of a limit is its default; a negative one means no limit.
//
// The type in package scgi is nearly the same, but fields, defaults and their
// descriptions are those of each protocol. What both do with them is in
// runtime/internal/stream.
type Server struct {
	Handler http.Handler

	// ErrorLog takes what goes wrong beside requests; nil is standard error.
	// What is about a request goes to the web server.
	ErrorLog io.Writer

	MaxHeaderBytes    int64         // of meta-variables of a request; 1 MiB
	MaxConns          int           // open at the same time; no limit
	MaxRequests       int           // running at the same time; 1000, then OVERLOADED
	MaxRequestsOfConn int           // of one connection at the same time; 100. 1 turns multiplexing off
	HeaderTimeout     time.Duration // for the meta-variables of a request; 30 s
	IdleTimeout       time.Duration // without a request, or waiting for a body; 5 min
	WriteTimeout      time.Duration // for the web server to take a write; 2 min

	stream stream.Server
}

// Serve answers FastCGI requests on l by h. It returns when accepting
// connections fails for good.
func Serve(l net.Listener, h http.Handler) error { return (&Server{Handler: h}).Serve(l) }

// Serve accepts connections on l and answers the requests that come over them.
// It returns nil after Shutdown or Close. It is called once.
func (s *Server) Serve(l net.Listener) error {
	program := gateway.Program{
		Name:    "fastcgi",
		Start:   func() (http.Handler, error) { return s.Handler, nil },
		Spools:  gateway.NewSpools(gateway.DefaultSpoolTotal),
		Setting: func(string) (string, bool) { return "", false },
	}
	s.stream.Protocols = []stream.Protocol{protocol(program)}
	s.stream.Limits = s.limits()
	s.stream.Log = s.ErrorLog
	if s.ErrorLog == nil {
		s.stream.Log = os.Stderr
	}
	if list, ok := os.LookupEnv("FCGI_WEB_SERVER_ADDRS"); ok {
		s.stream.Peers = stream.OnlyFrom(list)
	}
	return s.stream.Serve(l)
}

// Shutdown closes the listener and idle connections, and waits until the
// requests that run have been answered, or the context has ended: then its
// error is returned, and the requests go on until Close.
func (s *Server) Shutdown(ctx context.Context) error { return s.stream.Shutdown(ctx) }

// Close closes the listener and all connections and cancels the requests that
// run. It does not wait for their handlers; Shutdown after it does.
func (s *Server) Close() error {
	s.stream.Close(context.Canceled)
	return nil
}

func (s *Server) limits() stream.Limits {
	l := stream.DefaultLimits()
	stream.Choose(&l.Header, s.MaxHeaderBytes)
	stream.Choose(&l.Connections, s.MaxConns)
	stream.Choose(&l.Requests, s.MaxRequests)
	stream.Choose(&l.PerConnection, s.MaxRequestsOfConn)
	stream.Choose(&l.HeaderTimeout, s.HeaderTimeout)
	stream.Choose(&l.IdleTimeout, s.IdleTimeout)
	stream.Choose(&l.WriteTimeout, s.WriteTimeout)
	return l
}
