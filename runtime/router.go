package runtime

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/gateway"
)

// A router finds the handler of a request as net/http.ServeMux does, which the
// tests hold it against. It is not one, because ServeMux looks up a source
// position for each pattern and brings package fmt along: together a tenth of
// what a small program costs in all.
type router struct {
	routes []route
	room   [6]route // for the routes of most programs
	values *config.Values
}

func (rt *router) handle(pattern string, h http.Handler, values *config.Values) {
	rt.values = values
	if rt.routes == nil {
		rt.routes = rt.room[:0]
	}
	rt.routes = append(rt.routes, newRoute(pattern, h))
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
	var prefix string
	if info := gateway.InfoOf(r.Context()); info != nil {
		prefix = rt.mount(r, info.Vars.Get("SCRIPT_NAME"))
		info.Prefix = prefix
		if prefix != "" {
			r.URL = below(r.URL, prefix)
		}
	}
	rt.serve(w, r, prefix)
}

// serve answers a request from which the prefix has been cut off.
func (rt *router) serve(w http.ResponseWriter, r *http.Request, prefix string) {
	escaped := r.URL.EscapedPath()
	clean, host, from := cleanPath(escaped), hostname(r.Host), hostname(r.Host)
	if r.Method == http.MethodConnect { // not cleaned, but redirected by the target's host
		clean, host, from = escaped, r.Host, r.URL.Host
	}
	found := rt.find(from, r.Method, clean)
	if (found == nil || !found.exact(clean)) && clean != "" && !strings.HasSuffix(clean, "/") {
		if tree := rt.find(from, r.Method, clean+"/"); tree != nil && tree.exact(clean+"/") {
			redirect(w, r, prefix, cleanPath(r.URL.Path)+"/")
			return
		}
	}
	if r.Method == http.MethodConnect {
		found = rt.find(host, r.Method, clean)
	}
	switch {
	case clean != escaped:
		redirect(w, r, prefix, clean)
	case found != nil:
		found.serve(w, r, clean)
	default:
		rt.refuse(w, host, clean)
	}
}

// find returns the route with the most specific pattern that matches. One with
// the host goes before one without; one with the method before one with GET,
// for HEAD, and this before one without.
func (rt *router) find(host, method, path string) *route {
	for _, h := range []string{host, ""} {
		for _, m := range []string{method, http.MethodGet, ""} {
			if m == http.MethodGet && method != http.MethodHead && method != http.MethodGet {
				continue
			}
			if found := rt.best(h, m, path); found != nil {
				return found
			}
		}
	}
	return nil
}

func (rt *router) best(host, method, path string) *route {
	var best *route
	for i := range rt.routes {
		r := &rt.routes[i]
		if r.host == host && r.method == method && r.match(path, nil) && (best == nil || r.moreSpecific(best)) {
			best = r
		}
	}
	return best
}

// refuse answers a request that no pattern matches: with 405 if only the
// method is wrong.
func (rt *router) refuse(w http.ResponseWriter, host, path string) {
	allowed := rt.methods(host, path)
	if len(allowed) == 0 {
		fail(w, "404 page not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	fail(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
}

// methods lists the methods that patterns have for a path.
func (rt *router) methods(host, path string) []string {
	var list []string
	for i := range rt.routes {
		r := &rt.routes[i]
		fits := r.match(path, nil) || !strings.HasSuffix(path, "/") && r.match(path+"/", nil)
		if !fits || r.method == "" || r.host != "" && r.host != host {
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

// redirect is http.Redirect, to another path below the prefix.
func redirect(w http.ResponseWriter, r *http.Request, prefix, to string) {
	target := (&url.URL{Path: prefix}).EscapedPath() + (&url.URL{Path: to, RawQuery: r.URL.RawQuery}).String()
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

// cleanPath removes empty segments and those of dots, and keeps a last slash.
func cleanPath(p string) string {
	clean := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	return clean
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
