// Command torture serves the suite's handler as a generated program does.
package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/internal/suite"
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
	app.Handle("/mount/", http.HandlerFunc(mount))
	return nil
}

// mount shows what net/http cannot: where the program is mounted, and the gateway's variables.
func mount(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "prefix %q\n", runtime.Prefix(r))
	fmt.Fprintf(w, "method %q\n", runtime.Variable(r, "REQUEST_METHOD"))
}
