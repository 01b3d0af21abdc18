// Package scgi answers SCGI requests by an http.Handler: as the gateway of
// generated programs, and as a library.
//
//	listener, err := net.Listen("unix", "/run/app.sock")
//	…
//	err = scgi.Serve(listener, handler)
//
// SCGI is a request of meta-variables in a netstring and a body, and a CGI
// response, on a connection of their own. What a handler sees and may do is
// that of net/http, as package runtime/internal/gateway describes it. A request is
// cancelled when the web server closes its connection.
//
// The end of a response is the end of its connection. One that cannot be
// completed ends with a reset where there is one (TCP); on a unix socket
// nothing but its Content-Length shows that it is cut.
package scgi

import (
	"github.com/cgigen/cgigen/runtime/internal/daemon"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// Gateway makes a program answer SCGI requests, when it is started with a
// socket to listen on.
func Gateway(c *gateway.LinkedGateways) {
	c.Streams = append(c.Streams, protocol)
	c.Daemon = daemon.Run
}

// protocol is SCGI for package stream.
func protocol(p gateway.Program) stream.Protocol {
	p.Gateway = "scgi"
	return stream.Protocol{
		Name:   "SCGI",
		Begins: func(first byte) bool { return '0' <= first && first <= '9' },
		Open: func(s *stream.Server, c *stream.Conn) stream.Session {
			return newConn(s, p, c)
		},
	}
}
