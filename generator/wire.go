package generator

import (
	"go/types"
	"slices"
)

// A wiring is one program while its steps are found.
type wiring struct {
	*world
	site    *site
	program *Program
	root    positions            // relative to the module, for the model
	made    []madeStep           // values that the program has
	pending []pendingCall        // calls whose arguments are being found, outermost first
	used    map[*annotation]bool // declarations that it uses
	eager   map[*callable]bool   // providers whose values are there before the first request
}

// A madeStep is a value of the program, the step that makes it and, unless it
// is configuration, the provider.
type madeStep struct {
	typ      types.Type
	step     int
	provider *callable
}

// A pendingCall is a call for which arguments are being found, and the
// parameter of the call before it that it is for.
type pendingCall struct {
	*callable
	forParam parameter
}

// handler adds the steps for a handler and gives that of the handler itself.
func (w *wiring) handler(c *callable) (step int, ok bool) {
	if c.plain {
		return w.add(Step{Kind: PlainHandler, Func: c.symbol()}, c.annotation), true
	}
	return w.call(Step{Kind: CallHandler, Type: shortType(c.value)}, c, parameter{})
}

// call adds the steps that a call needs, and then the call.
func (w *wiring) call(s Step, c *callable, forParam parameter) (step int, ok bool) {
	w.pending = append(w.pending, pendingCall{c, forParam})
	defer func() { w.pending = w.pending[:len(w.pending)-1] }()
	if s.Args, ok = w.args(c); !ok {
		return 0, false
	}
	s.Func, s.Result = c.symbol(), c.result
	return w.add(s, c.annotation), true
}

func (w *wiring) add(s Step, a *annotation) int {
	w.used[a] = true
	s.Position = w.root.at(a.ident().Pos())
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

// arg finds the value for one parameter.
func (w *wiring) arg(c *callable, p parameter) (Arg, bool) {
	switch {
	case isInvalid(p.typ): // the compiler has said so
		return Arg{}, false
	case isContext(p.typ):
		return Arg{Kind: ContextArg}, true
	case isLogger(p.typ):
		return Arg{Kind: LoggerArg}, true
	}
	if named, a := w.configFor(p.typ); a != nil {
		_, pointer := types.Unalias(p.typ).(*types.Pointer)
		step, ok := w.configStep(named, a, c)
		return Arg{Kind: StepArg, Step: step, Pointer: pointer}, ok
	}
	if value, lazy := w.lazyValue(c, p.typ); lazy {
		return w.lazyArg(c, parameter{value, p.pos})
	}
	step, ok := w.provided(c, p)
	return Arg{Kind: StepArg, Step: step}, ok
}

// configStep gives the step that loads a configuration struct, once in the
// program.
func (w *wiring) configStep(named *types.Named, a *annotation, needed *callable) (step int, ok bool) {
	if made := w.existing(named); made != nil {
		return made.step, true
	}
	config, ok := w.config(named, a)
	if !ok || !w.importable(a, needed) {
		return 0, false
	}
	step = w.add(Step{Kind: LoadConfig, Config: config, Type: shortType(named)}, a)
	w.made = append(w.made, madeStep{typ: named, step: step})
	return step, true
}

func (w *wiring) existing(t types.Type) *madeStep {
	i := slices.IndexFunc(w.made, func(m madeStep) bool { return types.Identical(m.typ, t) })
	if i < 0 {
		return nil
	}
	return &w.made[i]
}

// provided gives the step that calls the provider of a parameter's type, once
// in the program.
func (w *wiring) provided(c *callable, p parameter) (step int, ok bool) {
	provider := w.provider(c, p)
	if provider == nil {
		return 0, false
	}
	if made := w.existing(p.typ); made != nil {
		if made.provider != provider {
			w.reportTwoInstances(c, p, made.provider, provider)
			return 0, false
		}
		return made.step, true
	}
	if w.reportCycle(c, provider, p) || !w.importable(provider.annotation, c) {
		return 0, false
	}
	provider.used = true
	s := Step{Kind: CallProvider, Type: shortType(p.typ), Lazy: !w.eager[provider]}
	if s.Lazy {
		if s.Expr = w.typeExpr(c, p); s.Expr == nil {
			return 0, false
		}
	}
	if step, ok = w.call(s, provider, p); ok {
		w.made = append(w.made, madeStep{p.typ, step, provider})
	}
	return step, ok
}
