package runtime

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// A route is a pattern of net/http.ServeMux with its handler.
type route struct {
	pattern            string
	method, host, path string // the parts of the pattern
	handler            http.Handler
}

// newRoute splits a pattern, [METHOD ][HOST]/PATH, which the generator has checked.
func newRoute(pattern string, h http.Handler) route {
	r := route{pattern: pattern, handler: h}
	rest := pattern
	if i := strings.IndexAny(pattern, " \t"); i >= 0 {
		r.method, rest = pattern[:i], strings.TrimLeft(pattern[i+1:], " \t")
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		r.host, r.path = rest[:i], rest[i:]
	}
	return r
}

// only returns the route that ServeMux would choose, if that is beyond doubt:
// the path is as clean as a client's should be, and one pattern fits, whatever
// its precedence. Otherwise it returns nil, and ServeMux has to be asked.
//
// Registering a pattern in a ServeMux looks up the caller's source position,
// which costs a tenth of what a small program costs in all.
func only(routes []route, r *http.Request) *route {
	p := r.URL.Path
	if r.Method == http.MethodConnect || r.URL.RawPath != "" || !isPlain(p) {
		return nil
	}
	var found *route
	for i := range routes {
		rt := &routes[i]
		if rt.host != "" || strings.IndexByte(rt.path, '%') >= 0 {
			return nil
		}
		fits := rt.allows(r.Method) && matchPath(rt.path, p, nil)
		switch {
		case fits && found == nil:
			found = rt
		case fits || matchPath(rt.path, p+"/", nil) && rt.allows(r.Method):
			return nil // two fit, or ServeMux may redirect to one that ends in a slash
		}
	}
	return found
}

// isPlain reports whether ServeMux would neither clean nor unescape the path.
func isPlain(p string) bool {
	clean := path.Clean(p)
	return strings.HasPrefix(p, "/") && strings.IndexByte(p, '%') < 0 &&
		(p == clean || clean != "/" && strings.TrimSuffix(p, "/") == clean)
}

// allows reports whether the route is for the method. GET includes HEAD.
func (rt *route) allows(method string) bool {
	return rt.method == "" || rt.method == method ||
		rt.method == http.MethodGet && method == http.MethodHead
}

// serve calls the handler as ServeMux would.
func (rt *route) serve(w http.ResponseWriter, r *http.Request) {
	r.Pattern = rt.pattern
	matchPath(rt.path, r.URL.Path, r.SetPathValue)
	rt.handler.ServeHTTP(w, r)
}

// matchPath reports whether a pattern's path fits an escaped path, and tells
// value, if it is not nil, the values of the wildcards, escaped as they are.
func matchPath(pattern, p string, value func(name, value string)) bool {
	for {
		// Both begin with a slash.
		segment, rest := cutSegment(pattern)
		name, wild := strings.CutPrefix(strings.TrimSuffix(segment, "}"), "{")
		if segment == "" || wild && strings.HasSuffix(name, "...") {
			if name, named := strings.CutSuffix(name, "..."); named && value != nil {
				value(name, p[1:])
			}
			return true
		}
		if wild && name == "$" {
			return p == "/"
		}
		got, more := cutSegment(p)
		if wild && got == "" || !wild && got != segment && unescape(got) != unescape(segment) {
			return false
		}
		if wild && value != nil {
			value(name, got)
		}
		if rest == "" || more == "" {
			return rest == more
		}
		pattern, p = rest, more
	}
}

func unescape(segment string) string {
	if strings.IndexByte(segment, '%') < 0 {
		return segment
	}
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
}

// cutSegment splits "/a/b" into "a" and "/b".
func cutSegment(p string) (segment, rest string) {
	p = p[1:]
	if i := strings.IndexByte(p, '/'); i >= 0 {
		return p[:i], p[i:]
	}
	return p, ""
}

// isCatchAll reports whether a pattern's path is "/" or "/{name...}".
func isCatchAll(p string) bool {
	segment, rest := cutSegment(p)
	return segment == "" || rest == "" && strings.HasSuffix(segment, "...}")
}
