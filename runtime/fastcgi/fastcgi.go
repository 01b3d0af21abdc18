// Package fastcgi answers FastCGI 1.0 requests by an http.Handler: as the
// gateway of generated programs, and as a library.
//
//	listener, err := net.Listen("unix", "/run/app.sock")
//	…
//	err = fastcgi.Serve(listener, handler)
//
// What a handler sees and may do is that of net/http, as package
// runtime/internal/gateway describes it. The role is Responder. Requests may share a
// connection, and none holds up another: a body whose handler does not read it
// waits in memory, then in a temporary file. A request is cancelled by
// ABORT_REQUEST and by the end of its connection. What the runtime has to say
// about a request, such as the stack of a panic, goes to the web server's error
// log through the STDERR stream.
//
// A response that cannot be completed ends with a deliberately invalid record, and the
// connection with it: nothing else keeps nginx from taking it for whole.
package fastcgi

import (
	"github.com/cgigen/cgigen/runtime/internal/daemon"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// Gateway makes a program answer FastCGI requests, when it is started with a
// socket to listen on.
func Gateway(c *gateway.LinkedGateways) {
	c.Streams = append(c.Streams, protocol)
	c.Daemon = daemon.Run
}

// protocol is FastCGI for package stream.
func protocol(p gateway.Program) stream.Protocol {
	p.Gateway = "fastcgi"
	return stream.Protocol{
		Name:   "FastCGI",
		Begins: func(first byte) bool { return first == version },
		Open: func(s *stream.Server, c *stream.Conn) stream.Session {
			return newConn(&server{stream: s, program: p}, c)
		},
	}
}

// A server is what the connections share.
type server struct {
	stream  *stream.Server
	program gateway.Program
}
