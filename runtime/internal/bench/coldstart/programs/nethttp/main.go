// Command nethttp is the same handler on net/http/cgi.
package main

import (
	"net/http"
	"net/http/cgi"

	"github.com/cgigen/cgigen/runtime/internal/bench/coldstart/programs/handler"
)

func main() {
	if err := cgi.Serve(http.HandlerFunc(handler.Serve)); err != nil {
		panic(err)
	}
}
