package runtime

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A router finds the handler of a request as net/http.ServeMux does, which the
// tests hold it against. It is not one, because ServeMux looks up a source
// position for each pattern and brings package fmt along: together a tenth of
// what a small program costs in all.
type router struct {
	routes []route
	steps  []step   // of the routes' patterns, one after the other
	depth  int      // the most segments of a path that a pattern looks at
	room   [6]route // for the routes of most programs
	sites  [24]step // and their steps
	mount  mount
}

// handle adds a route, whose pattern is split and unescaped here and never again.
func (rt *router) handle(pattern string, h http.Handler) {
	if rt.routes == nil {
		rt.routes, rt.steps = rt.room[:0], rt.sites[:0]
	}
	method, host, path := splitPattern(pattern)
	begin := len(rt.steps)
	rt.steps = appendSteps(rt.steps, path)
	end := len(rt.steps)
	rt.depth = max(rt.depth, end-begin+1)
	rt.routes = append(rt.routes, route{pattern, method, host, rt.steps[begin:end:end], h})
}

// check finds the handlers that are not there.
func (rt *router) check() error {
	for i := range rt.routes {
		if route := &rt.routes[i]; route.handler == nil {
			return errors.New("the handler of " + strconv.Quote(route.pattern) + " is nil: its constructor returns nothing to serve with, and no error")
		}
	}
	return nil
}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.RequestURI == "*" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	t := newTarget(r)
	if info := gateway.InfoOf(r.Context()); info != nil {
		if t.isAmbiguous() {
			fail(w, "400 bad request: dot segments in the path are escaped", http.StatusBadRequest)
			return
		}
		t.prefix = rt.locate(r, info, t.clean)
		info.Prefix = unescape(t.prefix)
		r.URL = t.below(r.URL)
	}
	rt.serve(w, r, &t)
}

// Names reports whether a pattern has exactly this path, without a wildcard. A
// gateway asks before it takes a path for itself.
func (rt *router) Names(path string) bool {
	var room [8]segment
	p := splitPath(path, rt.depth, room[:])
	return slices.ContainsFunc(rt.routes, func(r route) bool {
		isWild := slices.ContainsFunc(r.steps, func(s step) bool { return s.kind != literal })
		return !isWild && r.match(&p)
	})
}

// serve answers a request for a path below the prefix.
func (rt *router) serve(w http.ResponseWriter, r *http.Request, t *target) {
	var room [8]segment // on the stack, for the paths of most programs
	path := splitPath(t.path(), rt.depth, room[:])
	host, from := hostname(r.Host), hostname(r.Host)
	if r.Method == http.MethodConnect { // not cleaned, but redirected by the target's host
		host, from = r.Host, r.URL.Host
	}
	found := rt.find(from, r.Method, &path)
	if (found == nil || !found.exact(&path)) && path.escaped != "" && !path.isFolder {
		folder := path.asFolder()
		if tree := rt.find(from, r.Method, &folder); tree != nil && tree.exact(&folder) {
			redirect(w, r, cleanPath(t.clean)+"/")
			return
		}
	}
	if r.Method == http.MethodConnect {
		found = rt.find(host, r.Method, &path)
	}
	switch {
	case t.clean != t.escaped:
		redirect(w, r, t.clean)
	case found != nil:
		found.serve(w, r, &path)
	default:
		rt.refuse(w, host, &path)
	}
}

// find returns the route with the most specific pattern that matches. One with
// the host goes before one without; one with the method before one with GET,
// for HEAD, and this before one without.
func (rt *router) find(host, method string, p *path) *route {
	var best *route
	var lowest int
	for i := range rt.routes {
		r := &rt.routes[i]
		if !r.match(p) {
			continue
		}
		rank, answers := r.rank(host, method)
		if answers && (best == nil || rank < lowest || rank == lowest && r.moreSpecific(best)) {
			best, lowest = r, rank
		}
	}
	return best
}

// refuse answers a request that no pattern matches: with 405 if only the
// method is wrong.
func (rt *router) refuse(w http.ResponseWriter, host string, p *path) {
	allowed := rt.methods(host, p)
	if len(allowed) == 0 {
		fail(w, "404 page not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	fail(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
}

// methods lists the methods that patterns have for a path.
func (rt *router) methods(host string, p *path) []string {
	var list []string
	folder := p.asFolder()
	for i := range rt.routes {
		r := &rt.routes[i]
		if !r.match(p) && !r.match(&folder) || r.method == "" || r.host != "" && r.host != host {
			continue
		}
		list = append(list, r.method)
		if r.method == http.MethodGet {
			list = append(list, http.MethodHead)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// fail is http.Error without package fmt.
func fail(w http.ResponseWriter, text string, code int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	w.Write([]byte(text + "\n"))
}

// redirect is http.Redirect, to an escaped path. The query stays.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	target := to
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", escapeNonASCII(target))
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	}
	const code = http.StatusTemporaryRedirect
	w.WriteHeader(code)
	if r.Method == http.MethodGet {
		w.Write([]byte(`<a href="` + escapeHTML(target) + `">` + http.StatusText(code) + "</a>.\n\n"))
	}
}

func escapeNonASCII(s string) string {
	var escaped []byte
	for i := range len(s) {
		if s[i] < 0x80 {
			escaped = append(escaped, s[i])
			continue
		}
		const hex = "0123456789abcdef"
		escaped = append(escaped, '%', hex[s[i]>>4], hex[s[i]&15])
	}
	return string(escaped)
}

func escapeHTML(s string) string {
	var escaped []byte
	for i := range len(s) {
		switch s[i] {
		case '&':
			escaped = append(escaped, "&amp;"...)
		case '<':
			escaped = append(escaped, "&lt;"...)
		case '>':
			escaped = append(escaped, "&gt;"...)
		case '"':
			escaped = append(escaped, "&#34;"...)
		case '\'':
			escaped = append(escaped, "&#39;"...)
		default:
			escaped = append(escaped, s[i])
		}
	}
	return string(escaped)
}

// hostname is a host without its port.
func hostname(host string) string {
	if !strings.Contains(host, ":") {
		return host
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
