package runtime

import (
	"net/http"
	"net/url"
	"strings"
)

// mount finds the prefix below which the web server has mounted the program.
// It is not configured: the request and the patterns show it, so that one
// program answers alike when it is called directly (/cgi-bin/user.cgi/users/7),
// through a rewrite (/users/7), below a folder (/~alice/users/7), and where the
// server puts the whole path in SCRIPT_NAME.
//
// Candidates are the prefixes that the path has in common with SCRIPT_NAME,
// folder by folder; the first below which a pattern fits is the one. Patterns
// that fit everywhere are asked last.
func (rt *router) mount(r *http.Request, script string) string {
	escaped := r.URL.EscapedPath()
	var anywhere []string
	for _, prefix := range prefixes(r.URL.Path, script) {
		if hasEmptySegment(prefix) {
			continue
		}
		switch rt.fit(r, trimEscaped(escaped, len(prefix))) {
		case fitsExactly:
			if prefix == r.URL.Path { // the whole path may be in SCRIPT_NAME
				if base, ok := rt.base(prefix); ok {
					return base
				}
			}
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

// isCalled reports whether the path names the program, and then goes on.
func isCalled(path, script string) bool {
	rest, ok := strings.CutPrefix(path, script)
	return ok && script != "" && strings.HasPrefix(rest, "/")
}

// prefixes lists the prefixes of path that may be the mount point, the
// likeliest first: the program itself if more follows, none, and the folders
// that path and script share. Nothing of it may be the client's invention:
// where the server has put the whole path into SCRIPT_NAME, a folder in front
// of a route would pass by what guards the route.
func prefixes(path, script string) []string {
	script = strings.TrimSuffix(script, "/")
	var list []string
	if isCalled(path, script) {
		list = append(list, script)
	}
	list = append(list, "")
	if strings.TrimSuffix(cleanPath(path), "/") == cleanPath(script) {
		if path == script && script != "" {
			list = append(list, script)
		}
		return list
	}
	if rest, ok := strings.CutPrefix(script, path); ok && strings.HasSuffix(path, "/") && !strings.Contains(rest, "/") {
		// The server has put the name of an index file behind the path. Only
		// the folder itself can be one of the site's.
		return append(list, strings.TrimSuffix(path, "/"))
	}
	for i := 1; i < len(path) && i < len(script) && path[i] == script[i] && len(list) < maxPrefixes; i++ {
		if path[i] == '/' {
			list = append(list, path[:i])
		}
	}
	return list
}

// maxPrefixes bounds what a long path can cost: each prefix is tried with each
// pattern.
const maxPrefixes = 16

// hasEmptySegment is true for //host, which a browser takes for another site.
func hasEmptySegment(prefix string) bool { return strings.Contains(prefix, "//") || prefix == "/" }

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

// fit reports how well the patterns fit an escaped path. The method does not
// count: a wrong one is answered with 405.
func (rt *router) fit(r *http.Request, path string) fit {
	best := fitsNot
	if path == "" {
		path = "/"
	}
	clean, folder := cleanPath(path), cleanPath(path+"/")
	for i := range rt.routes {
		route := &rt.routes[i]
		switch {
		case route.host != "" && route.host != hostname(r.Host):
		case !route.match(clean, nil) && !route.match(folder, nil):
		case !route.catchesAll():
			return fitsExactly
		default:
			best = fitsAnywhere
		}
	}
	return best
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
