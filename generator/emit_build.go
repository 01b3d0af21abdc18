package generator

import (
	"slices"

	"github.com/dave/jennifer/jen"
)

// emitBuild writes
//
//	// build wires the program.
//	func build(ctx context.Context, app *runtime.App) error {
//		app.Base("/shop")
//		…
//		return nil
//	}
//
// Configuration comes first, whatever the order of the steps, so that all its
// problems are found before anything is opened. The base is that of the site, if
// it has one.
func emitBuild(p Program, n names, base string) *jen.Statement {
	return jen.Comment("build wires the program.").Line().
		Func().Id("build").Params(
		jen.Id("ctx").Qual("context", "Context"),
		jen.Id("app").Op("*").Qual(runtimePath, "App"),
	).Error().BlockFunc(func(g *jen.Group) {
		if base != "" {
			g.Id("app").Dot("Base").Call(jen.Lit(base))
		}
		emitConfigs(g, p, n)
		if n.logger != "" {
			g.Add(emitLogger(n))
		}
		for i, s := range p.Steps {
			switch {
			case s.Lazy:
				g.Add(emitLazy(p.Steps, i, n))
			case s.Kind.calls():
				emitCall(g, p.Steps, i, n, jen.Null())
			}
		}
		for _, r := range p.Routes {
			emitRoute(g, r, p.Steps, n)
		}
		g.Return(jen.Nil())
	})
}

// emitConfigs writes
//
//	usersConfig := loadUsersConfig(app.Config())
//	if err := app.Config().Err(); err != nil {
//		return err
//	}
func emitConfigs(g *jen.Group, p Program, n names) {
	loaded := false
	for i, s := range p.Steps {
		if s.Kind == LoadConfig {
			loaded = true
			g.Id(n.values[i]).Op(":=").Id(n.loaders[i]).Call(jen.Id("app").Dot("Config").Call())
		}
	}
	if loaded {
		g.If(
			jen.Err().Op(":=").Id("app").Dot("Config").Call().Dot("Err").Call(),
			jen.Err().Op("!=").Nil(),
		).Block(jen.Return(jen.Err()))
	}
}

// emitLogger writes, if several calls share the logger,
//
//	log := logger.New(app)
func emitLogger(n names) *jen.Statement {
	return jen.Id(n.logger).Op(":=").Qual(loggerPath, "New").Call(jen.Id("app"))
}

// emitCall writes
//
//	handler, cleanup, err := users.NewUser(ctx, usersConfig, logger.New(app))
//	if err != nil {
//		return fmt.Errorf("users.NewUser: %w", err)
//	}
//	app.Cleanup(cleanup)
//
// zero stands before the error where a value is returned as well.
func emitCall(g *jen.Group, steps []Step, i int, n names, zero *jen.Statement) {
	s := steps[i]
	g.ListFunc(func(g *jen.Group) {
		g.Id(n.values[i])
		if s.Result.Cleanup != NoCleanup {
			g.Id(n.cleanups[i])
		}
		if s.Result.Error {
			g.Err()
		}
	}).Op(":=").Add(emitCallee(s, steps, n))
	if s.Result.Error {
		g.If(jen.Err().Op("!=").Nil()).Block(
			jen.Return(zero, jen.Qual("fmt", "Errorf").Call(jen.Lit(s.Func.PackageName+"."+s.Func.Name+": %w"), jen.Err())),
		)
	}
	switch s.Result.Cleanup {
	case CleanupFunc:
		g.Id("app").Dot("Cleanup").Call(jen.Id(n.cleanups[i]))
	case CleanupErrorFunc:
		g.Id("app").Dot("CleanupError").Call(jen.Id(n.cleanups[i]))
	}
}

// emitCallee writes
//
//	users.NewUser(ctx, usersConfig, logger.New(app))
func emitCallee(s Step, steps []Step, n names) *jen.Statement {
	return jen.Qual(s.Func.Package, s.Func.Name).CallFunc(func(g *jen.Group) {
		for _, a := range s.Args {
			g.Add(emitArg(a, steps, n))
		}
	})
}

// emitArg writes one of
//
//	ctx
//	logger.New(app)
//	log
//	usersConfig
//	&usersConfig
//	lazyDB
//	func() (*sql.DB, error) { return db, nil }
func emitArg(a Arg, steps []Step, n names) *jen.Statement {
	switch {
	case a.Kind == ContextArg:
		return jen.Id("ctx")
	case a.Kind == LoggerArg && n.logger != "":
		return jen.Id(n.logger)
	case a.Kind == LoggerArg:
		return jen.Qual(loggerPath, "New").Call(jen.Id("app"))
	case a.Pointer:
		return jen.Op("&").Id(n.values[a.Step])
	case a.Lazy && steps[a.Step].Lazy:
		return jen.Id(n.lazies[a.Step])
	case a.Lazy:
		return emitMaker(steps[a.Step]).Custom(jen.Options{Open: "{ ", Close: " }"}, jen.Return(jen.Id(n.values[a.Step]), jen.Nil()))
	default:
		return jen.Id(n.values[a.Step])
	}
}

// emitRoute writes one of
//
//	app.Handle("GET /users/{id}", handler)
//	app.Handle("GET /users/{id}", http.HandlerFunc(users.Show))
//	app.Handle("GET /old/{id}", http.StripPrefix("/old", handler))
//	app.Handle("GET /users/{id}", auth(users.Log(handler)))
//
// Middleware sees the path as it came.
func emitRoute(g *jen.Group, r Route, steps []Step, n names) {
	s := steps[r.Step]
	handler := jen.Id(n.values[r.Step])
	if s.Kind == PlainHandler {
		handler = jen.Qual("net/http", "HandlerFunc").Call(jen.Qual(s.Func.Package, s.Func.Name))
	}
	if r.Strip != "" {
		handler = jen.Qual("net/http", "StripPrefix").Call(jen.Lit(r.Strip), handler)
	}
	for _, i := range slices.Backward(r.Wrap) {
		wrapper := jen.Id(n.values[i])
		if steps[i].Kind == PlainMiddleware {
			wrapper = jen.Qual(steps[i].Func.Package, steps[i].Func.Name)
		}
		handler = wrapper.Call(handler)
	}
	g.Id("app").Dot("Handle").Call(jen.Lit(r.Pattern), handler)
}
