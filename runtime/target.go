package runtime

import (
	"net/http"
	"net/url"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A target is the path that the client asks for, escaped, and how much of it
// lies in front of the routes.
type target struct {
	escaped string // as it was sent
	clean   string // without empty segments and dot segments
	prefix  string // of clean
	method  string
}

// newTarget takes the path of a request. Like net/http's, that of CONNECT is not
// cleaned.
func newTarget(r *http.Request) target {
	t := target{escaped: gateway.EscapedPath(r.URL), method: r.Method}
	t.clean = t.escaped
	if r.Method != http.MethodConnect {
		t.clean = cleanPath(t.escaped)
	}
	return t
}

// isAmbiguous reports whether the web server may have taken the target for
// another path than the router would. Dot segments as they are get a redirect.
func (t *target) isAmbiguous() bool {
	return hidesDots(t.escaped) || t.method == http.MethodConnect && hasDots(t.escaped)
}

// path is what the routes are asked for.
func (t *target) path() string {
	if rest := t.clean[len(t.prefix):]; rest != "" || t.prefix == "" {
		return rest
	}
	return "/"
}

// below returns u, whose path is the target, without the prefix. Escapes stay.
func (t *target) below(u *url.URL) *url.URL {
	rest := t.escaped
	if t.prefix != "" {
		rest = t.path()
	} else if u.EscapedPath() == rest {
		return u
	}
	cut := *u
	cut.Path, cut.RawPath = unescape(rest), ""
	if cut.EscapedPath() != rest {
		cut.RawPath = rest
	}
	return &cut
}
