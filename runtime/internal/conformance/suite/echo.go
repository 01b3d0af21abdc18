package suite

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Echo returns a whole application for the pattern "/": it answers every target with what it sees of it. below says where
// the application is mounted, a text of the caller's on a server that mounts nothing.
func Echo(below func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b strings.Builder
		fmt.Fprintf(&b, "method %q\n", r.Method)
		fmt.Fprintf(&b, "uri %q\n", r.RequestURI)
		fmt.Fprintf(&b, "path %q escaped %q query %q\n", r.URL.Path, r.URL.EscapedPath(), r.URL.RawQuery)
		fmt.Fprintf(&b, "pattern %q\n", r.Pattern)
		fmt.Fprintf(&b, "below %q\n", below(r))
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if r.Method == http.MethodHead { // nobody would see the body, and its length depends on where the application is
			w.Header().Set("Path", r.URL.EscapedPath())
			return
		}
		io.WriteString(w, b.String())
	})
}

// Mounted is what below says of a program at its right place, so that the answers of all places can be compared.
const Mounted = "where it is mounted"
