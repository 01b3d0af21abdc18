// Command floor calls the handler with a writer that does nothing but write:
// what a Go process with net/http costs before a gateway does anything.
//
// The handler stands in a variable, as a gateway has it. If the compiler knew
// which one is called, the linker would leave out what comes with a request.
package main

import (
	"net/http"
	"net/url"
	"os"

	"github.com/cgigen/cgigen/runtime/internal/bench/coldstart/programs/handler"
)

type writer struct{ header http.Header }

func (w writer) Header() http.Header         { return w.header }
func (w writer) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (w writer) WriteHeader(int)             {}

var handlers = []http.Handler{http.HandlerFunc(handler.Serve)}

func main() {
	handlers[0].ServeHTTP(writer{http.Header{}}, &http.Request{URL: &url.URL{Path: "/"}})
}
