// Command cgigen is the program as cgigen generates it.
package main

import (
	"context"
	"net/http"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/internal/bench/coldstart/programs/handler"
)

func main() {
	runtime.Main("cgigen", build, cgi.Gateway)
}

func build(ctx context.Context, app *runtime.App) error {
	app.Handle("/{$}", http.HandlerFunc(handler.Serve))
	app.Handle("/out", http.HandlerFunc(handler.Serve))
	app.Handle("/in", http.HandlerFunc(handler.Serve))
	return nil
}
