package runtime

import (
	"net/http"
	"strings"
)

// A route is a pattern of net/http.ServeMux with its handler.
type route struct {
	pattern      string
	method, host string // the parts of the pattern in front of its path
	steps        []step // the path
	handler      http.Handler
}

// A step is what a pattern says of one segment of the path, or, the last, of
// several.
type step struct {
	kind kind
	text string // a literal without escapes, or the name of a wildcard
}

// A kind of step. The most specific comes first.
type kind uint8

const (
	literal kind = iota
	single
	multi
)

// splitPattern splits a pattern, [METHOD ][HOST]/PATH. The generator has checked
// it.
func splitPattern(pattern string) (method, host, path string) {
	rest := pattern
	if i := strings.IndexAny(pattern, " \t"); i >= 0 {
		method, rest = pattern[:i], strings.TrimLeft(pattern[i+1:], " \t")
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	return method, host, path
}

// appendSteps adds the steps of a pattern's path.
func appendSteps(steps []step, path string) []step {
	for path != "" {
		var segment string
		segment, path = cutSegment(path)
		steps = append(steps, newStep(segment))
	}
	return steps
}

// newStep returns what a segment of a pattern stands for: {name} for one
// segment, {name...} and the empty one behind a last slash for several, {$} for
// the end, which is the literal "/", and anything else for itself.
func newStep(segment string) step {
	switch {
	case segment == "":
		return step{multi, ""}
	case segment == "{$}":
		return step{literal, "/"}
	case segment[0] != '{':
		return step{literal, unescape(segment)}
	}
	name := segment[1 : len(segment)-1]
	if name, ok := strings.CutSuffix(name, "..."); ok {
		return step{multi, name}
	}
	return step{single, name}
}

// serve calls the handler as ServeMux would, for a path that matches.
func (rt *route) serve(w http.ResponseWriter, r *http.Request, p *path) {
	r.Pattern = rt.pattern
	for i, step := range rt.steps {
		switch {
		case step.kind == single:
			r.SetPathValue(step.text, p.segments[i].text)
		case step.kind == multi && step.text != "":
			r.SetPathValue(step.text, unescape(p.escaped[p.segments[i].at+1:]))
		}
	}
	rt.handler.ServeHTTP(w, r)
}

// match reports whether the pattern's path fits.
func (rt *route) match(p *path) bool {
	for i := range rt.steps {
		if i == len(p.segments) {
			return false
		}
		switch step, segment := &rt.steps[i], p.segments[i].text; {
		case step.kind == multi:
			return true
		case step.kind == single && segment == "/", step.kind == literal && segment != step.text:
			return false
		}
	}
	return len(rt.steps) == len(p.segments)
}

// exact reports whether a path that the pattern matches leaves nothing to a
// wildcard for several segments.
func (rt *route) exact(p *path) bool {
	return rt.steps[len(rt.steps)-1].kind != multi || p.isFolder && len(rt.steps) == len(p.segments)
}

// claims reports whether the pattern's first segment is literal: such a pattern
// shows where the program is mounted, because it fits nowhere else.
func (rt *route) claims() bool { return rt.steps[0].kind == literal }

// rank reports whether the pattern is for a host and a method, and how well: the
// lower, the better.
func (rt *route) rank(host, method string) (rank int, answers bool) {
	switch rt.host {
	case host:
	case "":
		rank = 3
	default:
		return 0, false
	}
	switch {
	case rt.method == method:
		return rank, true
	case rt.method == http.MethodGet && method == http.MethodHead:
		return rank + 1, true
	}
	return rank + 2, rt.method == ""
}

// moreSpecific reports whether the pattern goes before another one that fits
// the same path: in the first segment in which they differ in kind, a literal
// before a wildcard, and a wildcard for one segment before one for several.
func (rt *route) moreSpecific(than *route) bool {
	for i := range min(len(rt.steps), len(than.steps)) {
		if a, b := rt.steps[i].kind, than.steps[i].kind; a != b {
			return a < b
		}
	}
	return false
}
