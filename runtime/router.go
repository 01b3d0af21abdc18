package runtime

import (
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/gateway"
)

// A router is the program's ServeMux below the prefix at which the web server
// has mounted it. The prefix is not configured: the request and the patterns
// show it, so that one program answers alike when it is called directly
// (/cgi-bin/user.cgi/users/7), through a rewrite (/users/7), below a folder
// (/~alice/users/7), and where the server puts the whole path in SCRIPT_NAME.
type router struct {
	routes []route
	values *config.Values
	mux    func() *http.ServeMux // made when a request needs it
}

func (rt *router) handle(pattern string, h http.Handler, values *config.Values) {
	rt.routes = append(rt.routes, newRoute(pattern, h))
	if rt.mux == nil {
		rt.values = values
		rt.mux = sync.OnceValue(rt.makeMux)
	}
}

func (rt *router) makeMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range rt.routes {
		// A function, so that the only redirects in it are ServeMux's own.
		mux.HandleFunc(route.pattern, route.handler.ServeHTTP)
	}
	return mux
}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if info := gateway.InfoOf(r.Context()); info != nil && r.URL.Path != "*" {
		info.Prefix = rt.mount(r, info.Vars.Get("SCRIPT_NAME"))
		if info.Prefix != "" {
			rt.serveBelow(w, r, info.Prefix)
			return
		}
	}
	if route := only(rt.routes, r); route != nil {
		route.serve(w, r)
		return
	}
	rt.mux().ServeHTTP(w, r)
}

// serveBelow serves a request whose path begins with the prefix.
func (rt *router) serveBelow(w http.ResponseWriter, r *http.Request, prefix string) {
	r.URL = below(r.URL, prefix)
	if route := only(rt.routes, r); route != nil {
		route.serve(w, r)
		return
	}
	if h, _ := rt.mux().Handler(r); isRedirect(h) {
		w = &mountedRedirect{w, prefix}
	}
	rt.mux().ServeHTTP(w, r)
}

// mount finds the prefix of a request. Candidates are the prefixes that its
// path has in common with SCRIPT_NAME, folder by folder; the first below which
// a pattern fits is the one. Patterns that fit everywhere are asked last.
func (rt *router) mount(r *http.Request, script string) string {
	candidates := prefixes(r.URL.Path, script)
	if len(candidates) == 1 {
		return candidates[0]
	}
	var anywhere []string
	for _, prefix := range candidates {
		switch rt.fit(r, trimEscaped(r.URL.EscapedPath(), len(prefix))) {
		case fitsExactly:
			return prefix
		case fitsAnywhere:
			anywhere = append(anywhere, prefix)
		}
	}
	if base, ok := rt.base(r.URL.Path); ok {
		return base
	}
	if len(anywhere) > 0 {
		return anywhere[0]
	}
	return ""
}

// prefixes lists the prefixes of path that may be the mount point, the
// likeliest first: the program itself if more follows, none, and the folders
// that path and script share. Where the server has put the whole path into
// SCRIPT_NAME, that comes last.
func prefixes(path, script string) []string {
	script = strings.TrimSuffix(script, "/")
	var list []string
	if rest, ok := strings.CutPrefix(path, script); ok && script != "" && strings.HasPrefix(rest, "/") {
		list = append(list, script)
	}
	list = append(list, "")
	for i := 1; i < len(path) && i < len(script) && path[i] == script[i]; i++ {
		if path[i] == '/' {
			list = append(list, path[:i])
		}
	}
	if path == script && script != "" {
		list = append(list, script)
	}
	return list
}

// base is the setting CGIGEN_BASE, if the path lies below it.
func (rt *router) base(path string) (string, bool) {
	base, ok := rt.values.Setting("CGIGEN_BASE")
	base = strings.TrimSuffix(base, "/")
	rest, below := strings.CutPrefix(path, base)
	return base, ok && below && (rest == "" || rest[0] == '/')
}

type fit int

const (
	fitsNot fit = iota
	fitsAnywhere
	fitsExactly
)

// fit reports how well the patterns fit a path. The method does not count: the
// wrong one is answered by ServeMux.
func (rt *router) fit(r *http.Request, path string) fit {
	best := fitsNot
	if path == "" {
		path = "/"
	}
	for i := range rt.routes {
		route := &rt.routes[i]
		switch {
		case route.host != "" && route.host != hostname(r.Host):
		case !matchPath(route.path, path, nil) && !matchPath(route.path, path+"/", nil):
		case !isCatchAll(route.path):
			return fitsExactly
		default:
			best = fitsAnywhere
		}
	}
	return best
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// below returns u without the prefix of its path. The rest keeps its escapes.
func below(u *url.URL, prefix string) *url.URL {
	cut := *u
	cut.Path = strings.TrimPrefix(u.Path, prefix)
	cut.RawPath = ""
	if u.RawPath != "" {
		cut.RawPath = trimEscaped(u.RawPath, len(prefix))
	}
	if cut.Path == "" {
		cut.Path, cut.RawPath = "/", ""
	}
	return &cut
}

// trimEscaped removes as many characters from an escaped path as n bytes of
// the path itself are.
func trimEscaped(raw string, n int) string {
	i := 0
	for ; n > 0 && i < len(raw); n-- {
		if raw[i] == '%' {
			i += 2
		}
		i++
	}
	return raw[min(i, len(raw)):]
}

// isRedirect reports whether h is a redirect of ServeMux to a cleaner path.
func isRedirect(h http.Handler) bool {
	return reflect.TypeOf(h) == reflect.TypeOf(http.RedirectHandler("/", http.StatusMovedPermanently))
}

// A mountedRedirect adds the prefix to a redirect within the program.
type mountedRedirect struct {
	http.ResponseWriter
	prefix string
}

func (w *mountedRedirect) WriteHeader(code int) {
	if to := w.Header().Get("Location"); strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		w.Header().Set("Location", w.prefix+to)
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *mountedRedirect) Unwrap() http.ResponseWriter { return w.ResponseWriter }
