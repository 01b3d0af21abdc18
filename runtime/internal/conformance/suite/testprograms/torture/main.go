// Command torture serves the suite's handler as a generated program does.
package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// A runtime too old for this program lacks the constant: update github.com/cgigen/cgigen.
const _ = runtime.UpdateCgigenForContract1

func main() {
	runtime.Main("torture", build, gateways...)
}

// build wires the program.
func build(_ context.Context, app *runtime.App) error {
	for pattern, handler := range suite.Routes() {
		app.Handle(pattern, handler)
	}
	app.Handle("/variables", http.HandlerFunc(variables))
	app.Handle("/mount/", http.HandlerFunc(mount))
	app.Handle("/gateway", http.HandlerFunc(gatewayName))
	return nil
}

// mount shows what net/http cannot: where the program is mounted, and the gateway's variables.
func mount(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "prefix %q\n", runtime.Prefix(r))
	fmt.Fprintf(w, "method %q\n", runtime.Variable(r, "REQUEST_METHOD"))
}

// variables shows those of the gateway that are asked for, and what the request makes of the client.
func variables(w http.ResponseWriter, r *http.Request) {
	for _, name := range r.URL.Query()["n"] {
		fmt.Fprintf(w, "%s %q\n", name, runtime.Variable(r, name))
	}
	fmt.Fprintf(w, "remote %s tls %t host %s\n", r.RemoteAddr, r.TLS != nil, r.Host)
}

// gatewayName shows how the request has reached the program.
func gatewayName(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "gateway %s\n", runtime.Variable(r, "CGIGEN_GATEWAY"))
}
