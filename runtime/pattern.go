package runtime

import (
	"net/http"
	"net/url"
	"strings"
)

// A route is a pattern of net/http.ServeMux with its handler.
type route struct {
	pattern            string
	method, host, path string // the parts of the pattern
	handler            http.Handler
}

// newRoute splits a pattern, [METHOD ][HOST]/PATH. The generator has checked it.
func newRoute(pattern string, h http.Handler) route {
	rt := route{pattern: pattern, handler: h}
	rest := pattern
	if i := strings.IndexAny(pattern, " \t"); i >= 0 {
		rt.method, rest = pattern[:i], strings.TrimLeft(pattern[i+1:], " \t")
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rt.host, rt.path = rest[:i], rest[i:]
	}
	return rt
}

// serve calls the handler as ServeMux would, for an escaped path that matches.
func (rt *route) serve(w http.ResponseWriter, r *http.Request, path string) {
	r.Pattern = rt.pattern
	rt.match(path, r.SetPathValue)
	rt.handler.ServeHTTP(w, r)
}

// match reports whether the pattern's path fits an escaped path. If value is
// not nil, it is told the values of the wildcards.
func (rt *route) match(path string, value func(name, value string)) bool {
	pattern := rt.path
	for pattern != "" && path != "" {
		var want, got string
		rest := path
		want, pattern = cutSegment(pattern)
		got, path = firstSegment(path)
		switch name, kind := wildcard(want); {
		case kind == multi:
			if name != "" && value != nil {
				value(name, unescape(rest[1:]))
			}
			return true
		case kind == single && got == "/", kind == literal && got != name:
			return false
		case kind == single && value != nil:
			value(name, got)
		}
	}
	return pattern == "" && path == ""
}

// exact reports whether a path that the pattern matches leaves nothing to a
// wildcard for several segments.
func (rt *route) exact(path string) bool {
	last := strings.LastIndexByte(rt.path, '/')
	if _, kind := wildcard(rt.path[last+1:]); kind != multi {
		return true
	}
	return strings.HasSuffix(path, "/") && strings.Count(rt.path, "/") == strings.Count(path, "/")
}

// catchesAll reports whether the pattern fits every path.
func (rt *route) catchesAll() bool {
	segment, rest := cutSegment(rt.path)
	_, kind := wildcard(segment)
	return kind == multi && rest == ""
}

// moreSpecific reports whether the pattern goes before another one that fits
// the same path: in the first segment in which they differ in kind, a literal
// before a wildcard, and a wildcard for one segment before one for several.
func (rt *route) moreSpecific(than *route) bool {
	a, b := rt.path, than.path
	for a != "" && b != "" {
		var x, y string
		x, a = cutSegment(a)
		y, b = cutSegment(b)
		_, kindX := wildcard(x)
		_, kindY := wildcard(y)
		if kindX != kindY {
			return kindX < kindY
		}
	}
	return false
}

// The kinds of a segment, the most specific first.
const (
	literal = iota
	single
	multi
)

// wildcard tells what a segment of a pattern stands for: {name} for one
// segment, {name...} and the empty one behind a last slash for several, {$} for
// the end, which is the literal "/", and anything else for itself.
func wildcard(segment string) (name string, kind int) {
	switch {
	case segment == "":
		return "", multi
	case segment == "{$}":
		return "/", literal
	case segment[0] != '{':
		return unescape(segment), literal
	}
	name = segment[1 : len(segment)-1]
	if name, ok := strings.CutSuffix(name, "..."); ok {
		return name, multi
	}
	return name, single
}

// cutSegment splits "/a/b" into "a" and "/b".
func cutSegment(path string) (segment, rest string) {
	path = path[1:]
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// firstSegment is cutSegment for the path of a request: without escapes, and
// with "/" for the empty segment behind a last slash.
func firstSegment(path string) (segment, rest string) {
	if path == "/" {
		return "/", ""
	}
	segment, rest = cutSegment(path)
	return unescape(segment), rest
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
