// Command floor calls the handler with a writer that does nothing but write:
// what a Go process with net/http costs before a gateway does anything.
package main

import (
	"net/http"
	"net/url"
	"os"

	"github.com/cgigen/cgigen/runtime/internal/coldstart/programs/handler"
)

type writer struct{ header http.Header }

func (w writer) Header() http.Header         { return w.header }
func (w writer) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (w writer) WriteHeader(int)             {}

func main() {
	var h http.Handler = http.HandlerFunc(handler.Serve)
	h.ServeHTTP(writer{http.Header{}}, &http.Request{URL: &url.URL{Path: "/"}})
}
