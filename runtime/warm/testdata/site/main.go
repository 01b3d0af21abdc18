// Command site answers with what its process is, for the tests of warm CGI.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/logger"
	"github.com/cgigen/cgigen/runtime/warm"
)

func main() { runtime.Main("site", build, cgi.Gateway, warm.Seconds(3)) }

func build(_ context.Context, app *runtime.App) error {
	var title string
	config.Load(app.Config(), &title, config.String, config.Var{Name: "SITE_TITLE", Field: "Title", Default: "none"})
	if err := app.Config().Err(); err != nil {
		return err
	}
	log := logger.New(app)
	var served atomic.Int64
	app.Handle("/show", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		dir, _ := os.Getwd()
		fmt.Fprintf(w, "%s n=%d pid=%d title=%s body=%d dir=%s user=%s", runtime.Variable(r, "CGIGEN_GATEWAY"), served.Add(1), os.Getpid(), title, len(body), dir, runtime.Variable(r, "REMOTE_USER"))
	}))
	app.Handle("/log", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Info("by slog")
		fmt.Println("by fmt")
		fmt.Fprintln(os.Stderr, "by hand")
	}))
	app.Handle("/panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("oh") }))
	app.Handle("/wait", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s pid=%d begun\n", runtime.Variable(r, "CGIGEN_GATEWAY"), os.Getpid())
		http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
			os.WriteFile(os.Getenv("SITE_MARK"), []byte("cancelled"), 0o600)
		case <-time.After(20 * time.Second):
		}
	}))
	return nil
}
