// Command config is the program as cgigen generates it, with ten fields of
// configuration, of which the site's file holds six. With BENCH_LOAD=no it does
// not load them, which shows what loading costs: another program has its code in
// other pages, and may need one more or less of them.
package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/bench/coldstart/programs/handler"
)

type settings struct {
	Name, DSN, Theme, From, Key string
	Port, Limit                 int
	Debug                       bool
	Timeout, Age                time.Duration
}

func main() {
	runtime.Main("config", build, cgi.Gateway)
}

func build(ctx context.Context, app *runtime.App) error {
	if os.Getenv("BENCH_LOAD") != "no" {
		load(app.Config())
	}
	if err := app.Config().Err(); err != nil {
		return err
	}
	app.Handle("/{$}", http.HandlerFunc(handler.Serve))
	app.Handle("/out", http.HandlerFunc(handler.Serve))
	app.Handle("/in", http.HandlerFunc(handler.Serve))
	return nil
}

func load(v *config.Values) settings {
	var c settings
	config.Load(v, &c.Name, config.String, config.Var{Name: "BENCH_NAME", Field: "Name", Options: config.Required})
	config.Load(v, &c.DSN, config.String, config.Var{Name: "BENCH_DSN", Field: "DSN", Options: config.Required | config.Secret})
	config.Load(v, &c.Theme, config.String, config.Var{Name: "BENCH_THEME", Field: "Theme", Default: "plain"})
	config.Load(v, &c.From, config.String, config.Var{Name: "BENCH_FROM", Field: "From", Default: "nobody@example.com"})
	config.Load(v, &c.Key, config.String, config.Var{Name: "BENCH_KEY", Field: "Key", Options: config.Secret})
	config.Load(v, &c.Port, config.Int, config.Var{Name: "BENCH_PORT", Field: "Port", Default: "25"})
	config.Load(v, &c.Limit, config.Int, config.Var{Name: "BENCH_LIMIT", Field: "Limit"})
	config.Load(v, &c.Debug, config.Bool, config.Var{Name: "BENCH_DEBUG", Field: "Debug"})
	config.Load(v, &c.Timeout, config.Duration, config.Var{Name: "BENCH_TIMEOUT", Field: "Timeout", Default: "5s"})
	config.Load(v, &c.Age, config.Duration, config.Var{Name: "BENCH_AGE", Field: "Age", Default: "24h"})
	return c
}
