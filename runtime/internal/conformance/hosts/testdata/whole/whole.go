// Package whole is an application with a router of its own, which takes every path.
package whole

import (
	"fmt"
	"net/http"

	"github.com/cgigen/cgigen/runtime"
)

// Echo says what it sees, in the lines of the suite.
//
//cgigen:handler / name=whole
func Echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if r.Method == http.MethodHead {
		w.Header().Set("Path", r.URL.EscapedPath())
		return
	}
	fmt.Fprintf(w, "method %q\nuri %q\npath %q escaped %q query %q\npattern %q\nbelow %q\n",
		r.Method, r.RequestURI, r.URL.Path, r.URL.EscapedPath(), r.URL.RawQuery, r.Pattern, runtime.Prefix(r))
}
