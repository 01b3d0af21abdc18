package wire

import (
	"go/types"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/naming"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/model"
)

const middlewareForms = "a middleware is func(http.Handler) http.Handler, or a constructor that returns M, (M, error), " +
	"(M, func()), (M, func(), error) or the same with func() error, where M is such a function"

// A middleware is a callable with the name by which handlers use it.
type middleware struct {
	make *callable
	name string
}

// addMiddleware takes a middleware apart.
func (w *declarations) addMiddleware(a *scan.Annotation, fn *types.Func) {
	if fn == nil || a.Unsound || !checkDeclaration(a, &diag.Reporter{Positions: w.report.Positions}) {
		return
	}
	m := middleware{name: a.Middleware.Name.Value, make: &callable{of: a}}
	if m.name == "" {
		m.name = naming.MiddlewareDefault(a.Fn.Name.Name, a.Source.Ast.Name.Name)
	}
	if !naming.ValidName.MatchString(m.name) {
		w.report.Errorf(a.Pos, "middleware-name", "cannot name a middleware %q after %s", m.name, a.Fn.Name.Name).Hint = "name it with name="
		return
	}
	results := fn.Signature().Results()
	m.make.value, m.make.result, _ = splitResults(results)
	switch {
	case wraps(fn.Signature()):
		m.make.plain = true
	case m.make.value != nil && isWrapper(m.make.value):
		m.make.params = parametersOf(a, fn)
	default:
		if !load.HasInvalid(results) {
			w.report.Errorf(a.Fn.Name.Pos(), "middleware-results", "%s returns %s, which is not a middleware", a.Fn.Name.Name, load.DescribeResults(fn.Signature())).Hint = middlewareForms
		}
		return
	}
	w.middleware = append(w.middleware, m)
}

// wraps recognises func(http.Handler) http.Handler.
func wraps(sig *types.Signature) bool {
	return sig.Params().Len() == 1 && sig.Results().Len() == 1 && !sig.Variadic() && sig.TypeParams() == nil &&
		load.IsNamed(sig.Params().At(0).Type(), "net/http", "Handler") && load.IsNamed(sig.Results().At(0).Type(), "net/http", "Handler")
}

func isWrapper(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	return ok && wraps(sig)
}

// allUses returns the middleware of all lines of a function. What it needs
// counts as needed by the program.
func (w *programWiring) allUses(a *scan.Annotation) (used [][]middleware, ok bool) {
	ok = true
	for _, line := range a.Handlers {
		list, usable := w.uses(a, line)
		for _, m := range list {
			w.findEager(m.make)
		}
		used, ok = append(used, list), ok && usable
	}
	return used, ok
}

// uses returns the middleware of a line, outermost first: that of the whole
// package, in the order of the source, and then that of use=. What use= names
// stands where it is named.
func (w *programWiring) uses(a *scan.Annotation, line directive.HandlerLine) (used []middleware, ok bool) {
	ok = true
	var named []middleware
	for _, use := range line.Use {
		m, found := w.named(a, use)
		if named = append(named, m); !found {
			named, ok = named[:len(named)-1], false
		}
	}
	for _, m := range w.decls.middleware {
		if m.make.of.Middleware.All && m.make.of.Source.Pkg == a.Source.Pkg && !slices.ContainsFunc(named, m.same) {
			used = append(used, m)
		}
	}
	return append(used, named...), ok
}

// checkSameNames reports what no use can tell apart: two middlewares of one
// name, or two providers of one type, in one package.
func (w *declarations) checkSameNames(chosen func(*scan.Annotation) bool) {
	for i, m := range w.middleware {
		for _, first := range w.middleware[:i] {
			if m.name == first.name && m.make.of.Source.Pkg == first.make.of.Source.Pkg && chosen(m.make.of) {
				d := w.report.Errorf(m.make.of.Fn.Name.Pos(), "same-middleware", "two middlewares of the package are called %q", m.name)
				d.Hint = "give one of them another name with //cgigen:middleware name="
				d.Related = []diag.Related{{Position: w.report.At(first.make.of.Fn.Name.Pos()), Message: "the other one is " + first.make.of.Fn.Name.Name}}
				break
			}
		}
	}
	for i, p := range w.providers {
		for _, first := range w.providers[:i] {
			if types.Identical(p.value, first.value) && p.of.Source.Pkg == first.of.Source.Pkg && chosen(p.of) {
				d := w.report.Errorf(p.of.Fn.Name.Pos(), "same-provider", "two functions of the package provide %s", load.ShortType(p.value))
				d.Hint = "keep //cgigen:provide on one of them, or declare a named type for each value"
				d.Related = []diag.Related{{Position: w.report.At(first.of.Fn.Name.Pos()), Message: "the other one is " + first.of.Fn.Name.Name}}
				break
			}
		}
	}
}

func (m middleware) same(other middleware) bool { return m.make.of == other.make.of }

// wraps returns the steps that make the middleware of all lines of a function.
func (w *programWiring) wraps(used [][]middleware) (wraps [][]int, ok bool) {
	ok = true
	for _, list := range used {
		var steps []int
		for _, m := range list {
			step, made := w.middlewareStep(m)
			steps, ok = append(steps, step), ok && made
		}
		wraps = append(wraps, steps)
	}
	return wraps, ok
}

// middlewareStep returns the step that makes a middleware, once in the program.
func (w *programWiring) middlewareStep(m middleware) (step int, ok bool) {
	for i, s := range w.program.Steps {
		if (s.Kind == model.CallMiddleware || s.Kind == model.PlainMiddleware) && s.Func == m.make.of.Symbol() {
			return i, true
		}
	}
	if !w.importable(m.make.of, m.make) {
		return 0, false
	}
	if m.make.plain {
		return w.add(model.Step{Kind: model.PlainMiddleware, Func: m.make.of.Symbol()}, m.make.of), true
	}
	return w.call(model.Step{Kind: model.CallMiddleware, Type: load.ShortType(m.make.value)}, m.make, parameter{})
}

// named finds a middleware: that of the handler's package, or of its site, or
// else the only one of its name.
func (w *programWiring) named(a *scan.Annotation, use directive.Text) (middleware, bool) {
	w.decls.findForeign()
	var all []middleware
	for _, m := range w.decls.middleware {
		if m.name == use.Value {
			all = append(all, m)
		}
	}
	all = nearestTo(w.decls, a.Source, all, func(m middleware) *scan.Source { return m.make.of.Source })
	switch len(all) {
	case 1:
		return all[0], true
	case 0:
		w.reportNoMiddleware(a, use)
	default:
		d := w.decls.report.Errorf(use.Pos, "middleware-ambiguous", "%d functions are a middleware called %q", len(all), use.Value)
		d.Hint = "give one of them another name with //cgigen:middleware name="
		for _, m := range all {
			d.Related = append(d.Related, diag.Related{Position: w.decls.report.At(m.make.of.Fn.Name.Pos()), Message: m.make.of.Fn.Name.Name + " is one"})
		}
	}
	return middleware{}, false
}

func (w *programWiring) reportNoMiddleware(a *scan.Annotation, use directive.Text) {
	var names []string
	for _, m := range w.decls.middleware {
		names = append(names, m.name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	d := w.decls.report.Errorf(use.Pos, "middleware-missing", "%s uses unknown middleware %q", a.Fn.Name.Name, use.Value)
	switch near := diag.DidYouMean(use.Value, names); {
	case near != "":
		d.Hint = near
	case len(names) > 0:
		d.Hint = "there is " + strings.Join(names, ", ")
	default:
		d.Hint = "put //cgigen:middleware above a func(http.Handler) http.Handler"
	}
}
