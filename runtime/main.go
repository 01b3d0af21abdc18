package runtime

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// Main runs a generated program and does not return. The name is the program's,
// which is also that of its configuration file, private/<name>.env. build makes
// the handlers; it is called once, before the first request is served. The
// gateways are those that the program can be started through.
func Main(name string, build func(context.Context, *App) error, gateways ...gateway.Gateway) {
	var choices gateway.LinkedGateways
	for _, add := range gateways {
		add(&choices)
	}
	if choices.IsRequest != nil && choices.IsRequest() {
		p := newProgram(name, build, true)
		if choices.After != nil {
			p.Reason = choices.Reason()
			p.After = func() func() { return choices.After(p) }
		}
		os.Exit(choices.Request(p))
	}
	if choices.Worker != nil {
		if code, found := choices.Worker(func() gateway.Program { return newProgram(name, build, true) }); found {
			os.Exit(code)
		}
	}
	if choices.Daemon != nil {
		if code, found := choices.Daemon(newProgram(name, build, false), &choices); found {
			os.Exit(code)
		}
	}
	printUsage(name, &choices)
	os.Exit(2)
}

// linkedBuild is set by the linker: 32 hexadecimal digits that stand for what the
// program was built from. A request whose field Cgigen-Probe has the same value
// asks which program answers, and through which gateway.
var linkedBuild string

// newProgram joins the parts of a generated program for a gateway.
func newProgram(name string, build func(context.Context, *App) error, isCGI bool) gateway.Program {
	app := &App{name: name, values: config.Open(name, settings()...)}
	m := &app.router.mount
	m.name, m.isCGI, m.values = name, isCGI, app.values
	if len(os.Args) > 0 {
		m.program.name = filepath.Base(os.Args[0])
	}
	app.life.stop = app.stop
	return gateway.Program{
		Name:        name,
		Build:       linkedBuild,
		Context:     &app.life,
		Cancel:      func() { app.life.Cancel(context.Canceled) },
		KeepSignals: app.life.ignore,
		Start:       func() (http.Handler, error) { return app.start(build) },
		HasCleanups: app.hasCleanups,
		Stop:        app.stop,
		Setting:     app.setting,
		Depends:     app.values.Depends,
		Misspelt:    app.values.Misspelt,
	}
}

// setting looks up a setting by its name without CGIGEN_. BASE is what routing
// goes by, once the program is built.
func (a *App) setting(key string) (string, bool) {
	if key == "BASE" {
		return a.router.mount.base(nil)
	}
	return a.values.Setting("CGIGEN_" + key)
}

// start builds the program. A constructor that panics has failed.
func (a *App) start(build func(context.Context, *App) error) (h http.Handler, err error) {
	defer func() {
		if v := recover(); v != nil {
			stack := make([]byte, 64<<10)
			h, err = nil, errors.New("panic: "+gateway.PanicText(v)+"\n"+string(stack[:runtime.Stack(stack, false)]))
		}
	}()
	if err := build(&a.life, a); err != nil {
		return nil, err
	}
	return &a.router, a.router.check()
}
