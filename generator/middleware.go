package generator

import (
	"go/types"
	"slices"
	"strings"
)

const middlewareForms = "a middleware is func(http.Handler) http.Handler, or a constructor that returns M, (M, error), " +
	"(M, func()), (M, func(), error) or the same with func() error, where M is such a function"

// A middleware is a callable with the name by which handlers use it.
type middleware struct {
	*callable
	name string
}

// addMiddleware takes a middleware apart.
func (w *world) addMiddleware(a *annotation, fn *types.Func) {
	if fn == nil || a.unsound || !a.checkDeclaration(&reporter{positions: w.positions}) {
		return
	}
	m := middleware{name: a.middleware.name.value, callable: &callable{annotation: a}}
	if m.name == "" {
		m.name = middlewareDefault(a.fn.Name.Name, a.source.ast.Name.Name)
	}
	if !validName.MatchString(m.name) {
		w.errorf(a.pos, "middleware-name", "no middleware can be called %q, after %s", m.name, a.fn.Name.Name).Hint = "name it with name="
		return
	}
	results := fn.Signature().Results()
	m.value, m.result, _ = splitResults(results)
	switch {
	case wraps(fn.Signature()):
		m.plain = true
	case m.value != nil && isWrapper(m.value):
		m.params = a.parameters(fn)
	default:
		if !hasInvalid(results) {
			w.errorf(a.fn.Name.Pos(), "middleware-results", "%s returns %s, which is no middleware", a.fn.Name.Name, describeResults(fn.Signature())).Hint = middlewareForms
		}
		return
	}
	w.middleware = append(w.middleware, m)
}

// wraps recognises func(http.Handler) http.Handler.
func wraps(sig *types.Signature) bool {
	return sig.Params().Len() == 1 && sig.Results().Len() == 1 && !sig.Variadic() && sig.TypeParams() == nil &&
		isNamed(sig.Params().At(0).Type(), "net/http", "Handler") && isNamed(sig.Results().At(0).Type(), "net/http", "Handler")
}

func isWrapper(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	return ok && wraps(sig)
}

// allUses gives the middleware of all lines of a function. What it needs
// counts as needed by the program.
func (w *wiring) allUses(a *annotation) (used [][]middleware, ok bool) {
	ok = true
	for _, line := range a.handlers {
		list, usable := w.uses(a, line)
		for _, m := range list {
			w.findEager(m.callable)
		}
		used, ok = append(used, list), ok && usable
	}
	return used, ok
}

// uses gives the middleware of a line, outermost first: that of the whole
// package, in the order of the source, and then that of use=. What use= names
// stands where it is named.
func (w *wiring) uses(a *annotation, line handlerDirective) (used []middleware, ok bool) {
	ok = true
	var named []middleware
	for _, use := range line.use {
		m, found := w.named(a, use)
		if named = append(named, m); !found {
			named, ok = named[:len(named)-1], false
		}
	}
	for _, m := range w.middleware {
		if m.annotation.middleware.all && m.source.pkg == a.source.pkg && !slices.ContainsFunc(named, m.same) {
			used = append(used, m)
		}
	}
	return append(used, named...), ok
}

// checkSameNames reports what no use can tell apart: two middlewares of one
// name, or two providers of one type, in one package.
func (w *world) checkSameNames(chosen func(*annotation) bool) {
	for i, m := range w.middleware {
		for _, first := range w.middleware[:i] {
			if m.name == first.name && m.source.pkg == first.source.pkg && chosen(m.annotation) {
				d := w.errorf(m.fn.Name.Pos(), "same-middleware", "two middlewares of the package are called %q", m.name)
				d.Hint = "give one of them another name with //cgigen:middleware name="
				d.Related = []Related{{w.at(first.fn.Name.Pos()), "the other one is " + first.fn.Name.Name}}
				break
			}
		}
	}
	for i, p := range w.providers {
		for _, first := range w.providers[:i] {
			if types.Identical(p.value, first.value) && p.source.pkg == first.source.pkg && chosen(p.annotation) {
				d := w.errorf(p.fn.Name.Pos(), "same-provider", "two functions of the package provide %s", shortType(p.value))
				d.Hint = "keep //cgigen:provide on one of them, or declare a named type for each value"
				d.Related = []Related{{w.at(first.fn.Name.Pos()), "the other one is " + first.fn.Name.Name}}
				break
			}
		}
	}
}

func (m middleware) same(other middleware) bool { return m.annotation == other.annotation }

// wraps gives the steps that make the middleware of all lines of a function.
func (w *wiring) wraps(used [][]middleware) (wraps [][]int, ok bool) {
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

// middlewareStep gives the step that makes a middleware, once in the program.
func (w *wiring) middlewareStep(m middleware) (step int, ok bool) {
	for i, s := range w.program.Steps {
		if (s.Kind == CallMiddleware || s.Kind == PlainMiddleware) && s.Func == m.symbol() {
			return i, true
		}
	}
	if !w.importable(m.annotation, m.callable) {
		return 0, false
	}
	if m.plain {
		return w.add(Step{Kind: PlainMiddleware, Func: m.symbol()}, m.annotation), true
	}
	return w.call(Step{Kind: CallMiddleware, Type: shortType(m.value)}, m.callable, parameter{})
}

// named finds a middleware: that of the handler's package, or of its site, or
// else the only one of its name.
func (w *wiring) named(a *annotation, use text) (middleware, bool) {
	w.findForeign()
	var all []middleware
	for _, m := range w.middleware {
		if m.name == use.value {
			all = append(all, m)
		}
	}
	all = nearestTo(w.world, a.source, all, func(m middleware) *source { return m.source })
	switch len(all) {
	case 1:
		return all[0], true
	case 0:
		w.reportNoMiddleware(a, use)
	default:
		d := w.errorf(use.pos, "middleware-ambiguous", "%d functions are a middleware called %q", len(all), use.value)
		d.Hint = "give one of them another name with //cgigen:middleware name="
		for _, m := range all {
			d.Related = append(d.Related, Related{w.at(m.fn.Name.Pos()), m.fn.Name.Name + " is one"})
		}
	}
	return middleware{}, false
}

func (w *wiring) reportNoMiddleware(a *annotation, use text) {
	var names []string
	for _, m := range w.middleware {
		names = append(names, m.name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	d := w.errorf(use.pos, "middleware-missing", "%s uses %q, and no middleware is called so", a.fn.Name.Name, use.value)
	switch near := didYouMean(use.value, names); {
	case near != "":
		d.Hint = near
	case len(names) > 0:
		d.Hint = "there is " + strings.Join(names, ", ")
	default:
		d.Hint = "put //cgigen:middleware above a func(http.Handler) http.Handler"
	}
}
