package generator

import (
	"go/types"
	"slices"
	"strings"
)

// A wiring is one program while its steps are found.
type wiring struct {
	*world
	program *Program
	made    []madeStep           // values that the program has
	pending []*callable          // calls whose arguments are being found, outermost first
	used    map[*annotation]bool // declarations that it uses
}

// A madeStep is a value of the program and the step that makes it.
type madeStep struct {
	typ  types.Type
	step int
}

// handler adds the steps for a handler and gives that of the handler itself.
func (w *wiring) handler(c *callable) (step int, ok bool) {
	if c.plain {
		return w.add(Step{Kind: PlainHandler, Func: c.symbol()}, c.annotation), true
	}
	return w.call(CallHandler, c)
}

// call adds the steps that a call needs, and then the call.
func (w *wiring) call(kind StepKind, c *callable) (step int, ok bool) {
	w.pending = append(w.pending, c)
	defer func() { w.pending = w.pending[:len(w.pending)-1] }()
	args, ok := w.args(c)
	if !ok {
		return 0, false
	}
	return w.add(Step{Kind: kind, Func: c.symbol(), Args: args, Result: c.result}, c.annotation), true
}

func (w *wiring) add(s Step, a *annotation) int {
	w.used[a] = true
	w.program.Steps = append(w.program.Steps, s)
	return len(w.program.Steps) - 1
}

// args finds the arguments of a call, and reports every parameter for which
// there is none.
func (w *wiring) args(c *callable) (args []Arg, ok bool) {
	ok = true
	for i, p := range c.params {
		if j := slices.IndexFunc(c.params[:i], func(q parameter) bool { return w.sameValue(p.typ, q.typ) }); j >= 0 {
			w.reportTwice(c, p, c.params[j])
			ok = false
			continue
		}
		arg, found := w.arg(c, p)
		args, ok = append(args, arg), ok && found
	}
	return args, ok
}

// sameValue tells types that get one value: Config and *Config are one type.
func (w *wiring) sameValue(a, b types.Type) bool {
	if isInvalid(a) || !types.Identical(dereferenced(a), dereferenced(b)) {
		return false
	}
	_, config := w.configFor(a)
	return config != nil || types.Identical(a, b)
}

func dereferenced(t types.Type) types.Type {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		return pointer.Elem()
	}
	return t
}

func (w *wiring) reportTwice(c *callable, second, first parameter) {
	d := w.errorf(second.pos, "%s takes %s twice", c.fn.Name.Name, shortType(second.typ))
	d.Hint = "take it once, or declare a named type for one of the two"
	d.Related = []Related{{w.at(first.pos), "the first one is here"}}
}

// arg finds the value for one parameter.
func (w *wiring) arg(c *callable, p parameter) (Arg, bool) {
	t := p.typ
	switch {
	case isInvalid(t): // the compiler has said so
		return Arg{}, false
	case isContext(t):
		return Arg{Kind: ContextArg}, true
	case isLogger(t):
		return Arg{Kind: LoggerArg}, true
	}
	if named, a := w.configFor(t); a != nil {
		_, pointer := types.Unalias(t).(*types.Pointer)
		step, ok := w.configStep(named, a, c)
		return Arg{Kind: StepArg, Step: step, Pointer: pointer}, ok
	}
	step, ok := w.provided(c, p)
	return Arg{Kind: StepArg, Step: step}, ok
}

// configStep gives the step that loads a configuration struct, once in the
// program.
func (w *wiring) configStep(named *types.Named, a *annotation, needed *callable) (step int, ok bool) {
	if step, ok := w.existing(named); ok {
		return step, true
	}
	config, ok := w.config(named, a)
	if !ok || !w.importable(a, needed) {
		return 0, false
	}
	step = w.add(Step{Kind: LoadConfig, Config: config}, a)
	w.made = append(w.made, madeStep{named, step})
	return step, true
}

func (w *wiring) existing(t types.Type) (step int, ok bool) {
	for _, m := range w.made {
		if types.Identical(m.typ, t) {
			return m.step, true
		}
	}
	return 0, false
}

// provided gives the step that calls the provider of a parameter's type, once
// in the program.
func (w *wiring) provided(c *callable, p parameter) (step int, ok bool) {
	if step, ok := w.existing(p.typ); ok {
		return step, true
	}
	provider := w.provider(c, p)
	if provider == nil || w.reportCycle(provider, p) || !w.importable(provider.annotation, c) {
		return 0, false
	}
	provider.used = true
	if step, ok = w.call(CallProvider, provider); ok {
		w.made = append(w.made, madeStep{p.typ, step})
	}
	return step, ok
}

// provider finds the provider for a parameter: that of the package that needs
// it, or else the only one. It reports that there is none, or more than one.
func (w *wiring) provider(c *callable, p parameter) *callable {
	w.findForeign()
	var all, own []*callable
	for _, provider := range w.providers {
		if types.Identical(provider.value, p.typ) {
			all = append(all, provider)
			if provider.source.pkg == c.source.pkg {
				own = append(own, provider)
			}
		}
	}
	candidates := all
	if len(own) > 0 {
		candidates = own
	}
	switch len(candidates) {
	case 1:
		return candidates[0]
	case 0:
		w.reportMissing(c, p)
	default:
		w.reportAmbiguous(c, p, candidates)
	}
	return nil
}

func (w *wiring) reportMissing(c *callable, p parameter) {
	d := w.errorf(p.pos, "%s needs %s, and nothing provides it", c.fn.Name.Name, shortType(p.typ))
	d.Hint = parameterForms
	near := w.near(p.typ)
	d.Related = append(w.neededBy(), near...)
	if len(near) > 0 {
		d.Hint = "take what is provided, or provide what is taken"
		return
	}
	if named, ok := types.Unalias(dereferenced(p.typ)).(*types.Named); ok && w.own(named.Obj()) {
		if _, isStruct := named.Underlying().(*types.Struct); isStruct {
			d.Hint = "for a configuration struct, put //cgigen:config above its declaration; otherwise write a //cgigen:provide function that returns it"
		}
		d.Related = append(d.Related, Related{w.at(named.Obj().Pos()), named.Obj().Name() + " is declared here"})
	}
}

// near gives providers of types that only a pointer tells from the wanted one.
func (w *wiring) near(t types.Type) []Related {
	var related []Related
	for _, provider := range w.providers {
		if types.Identical(dereferenced(provider.value), dereferenced(t)) {
			related = append(related, Related{w.at(provider.fn.Name.Pos()), provider.fn.Name.Name + " provides " + shortType(provider.value)})
		}
	}
	return related
}

// neededBy gives the calls for which the innermost one is made.
func (w *wiring) neededBy() []Related {
	var related []Related
	for i := len(w.pending) - 1; i > 0; i-- {
		outer, inner := w.pending[i-1], w.pending[i]
		related = append(related, Related{w.at(outer.fn.Name.Pos()), outer.fn.Name.Name + " needs " + shortType(inner.value)})
	}
	return related
}

func (w *wiring) reportAmbiguous(c *callable, p parameter, candidates []*callable) {
	d := w.errorf(p.pos, "%s needs %s, and %d functions provide it", c.fn.Name.Name, shortType(p.typ), len(candidates))
	d.Hint = "keep one of them, or write one in the package of " + c.fn.Name.Name + ", or declare a named type"
	for _, candidate := range candidates {
		d.Related = append(d.Related, Related{w.at(candidate.fn.Name.Pos()), candidate.fn.Name.Name + " provides it"})
	}
	d.Related = append(d.Related, w.neededBy()...)
}

// reportCycle reports a provider that is needed in order to call itself.
func (w *wiring) reportCycle(provider *callable, p parameter) bool {
	start := slices.Index(w.pending, provider)
	if start < 0 {
		return false
	}
	var path []string
	for _, c := range w.pending[start:] {
		path = append(path, c.fn.Name.Name)
	}
	path = append(path, provider.fn.Name.Name)
	d := w.errorf(p.pos, "providers need each other: %s", strings.Join(path, " needs "))
	d.Hint = "let one of them take less, or merge them into one"
	d.Related = w.neededBy()
	return true
}

// importable reports a package that the program cannot import. The position is
// that of the directive; the functions that need it are related.
func (w *wiring) importable(a *annotation, needed *callable) bool {
	parent, ok := internalParent(a.source.pkg)
	if !ok || w.output == parent || strings.HasPrefix(w.output, parent+"/") {
		return true
	}
	d := w.errorf(a.pos, "%s is internal to %s: programs in %s cannot import it", a.source.pkg, parent, w.output)
	d.Hint = "move it out of internal, or give an output folder (-o) below that of " + parent
	if needed.annotation != a {
		d.Related = []Related{{w.at(needed.fn.Name.Pos()), needed.fn.Name.Name + " needs it"}}
	}
	return false
}

// internalParent gives the parent of the last folder called internal in an
// import path, below which alone the package can be imported, see go help
// packages.
func internalParent(pkg string) (parent string, ok bool) {
	rooted := "/" + pkg + "/"
	i := strings.LastIndex(rooted, "/internal/")
	if i < 0 {
		return "", false
	}
	return strings.TrimPrefix(rooted[:i], "/"), true
}
