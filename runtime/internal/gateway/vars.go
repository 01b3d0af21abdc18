package gateway

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// Vars are the meta-variables of one request (RFC 3875 §4.1), as the server
// sent them. A name that is not there and an empty value mean the same (§4.1).
//
// Of two variables with one name the last one holds, everywhere: a server's
// configuration includes a list of variables and then sets some of them anew.
// HTTP_* alone may be repeated, as fields of the client are.
type Vars []Var

// A Var is one meta-variable.
type Var struct{ Name, Value string }

// Get returns the value of a meta-variable, or "".
func (v Vars) Get(name string) string {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Name == name {
			return v[i].Value
		}
	}
	return ""
}

// ParseVar splits "NAME=value".
func ParseVar(entry string) (Var, bool) {
	name, value, ok := strings.Cut(entry, "=")
	return Var{name, value}, ok && name != ""
}

// Info is what a gateway knows of a request beyond net/http.
type Info struct {
	Vars    Vars
	Gateway string // cgi, warm, fastcgi, scgi or http

	// Prefix is the part of the URL path that was cut off in front of the
	// request's path, because the program is mounted below it.
	Prefix string

	// Log takes what is logged for the request, to where the web server
	// collects it; nil is standard error.
	Log io.Writer
}

// InfoOf returns what the gateway knows of the request with this context, or
// nil for a request that did not come through a gateway.
func InfoOf(ctx context.Context) *Info {
	info, _ := ctx.Value(infoKey{}).(*Info)
	return info
}

type infoKey struct{}

// A requestContext is the context of a request. It is one value instead of a
// chain of them, because a CGI process makes it on every start.
type requestContext struct {
	context.Context
	info Info
	meta meta // here because a large frame makes the stack grow, which costs more
}

func (c *requestContext) Value(key any) any {
	switch key {
	case infoKey{}:
		return &c.info
	case http.ServerContextKey:
		// Its presence shows httputil.ReverseProxy that somebody catches
		// http.ErrAbortHandler. It is not an *http.Server, because a program
		// that mentions one gets all of the server linked, 2 MB.
		return &c.info
	case http.LocalAddrContextKey:
		return serverAddr{c}
	}
	return c.Context.Value(key)
}

// A serverAddr is the address at which the server took the request.
type serverAddr struct{ c *requestContext }

func (serverAddr) Network() string { return "tcp" }

func (a serverAddr) String() string {
	return hostPort(a.c.info.Vars.Get("SERVER_ADDR"), a.c.meta.serverPort) // not the port that a proxy was asked at
}
