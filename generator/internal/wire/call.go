package wire

import (
	"go/types"
	"slices"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// A programWiring is one program while its steps are found.
type programWiring struct {
	decls   *declarations
	site    *site.Site
	program *model.Program
	root    diag.Positions            // relative to the module, for the model
	made    []madeStep                // values that the program has
	pending []pendingCall             // calls whose arguments are being found, outermost first
	used    map[*scan.Annotation]bool // declarations that it uses
	eager   map[*callable]bool        // providers whose values are there before the first request
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
	call     *callable
	forParam parameter
}

// handler adds the steps for a handler and returns that of the handler itself.
func (w *programWiring) handler(c *callable) (step int, ok bool) {
	if c.plain {
		return w.add(model.Step{Kind: model.PlainHandler, Func: c.of.Symbol()}, c.of), true
	}
	return w.call(model.Step{Kind: model.CallHandler, Type: load.ShortType(c.value)}, c, parameter{})
}

// call adds the steps that a call needs, and then the call.
func (w *programWiring) call(s model.Step, c *callable, forParam parameter) (step int, ok bool) {
	w.pending = append(w.pending, pendingCall{c, forParam})
	defer func() { w.pending = w.pending[:len(w.pending)-1] }()
	if s.Args, ok = w.args(c); !ok {
		return 0, false
	}
	s.Func, s.Result = c.of.Symbol(), c.result
	return w.add(s, c.of), true
}

func (w *programWiring) add(s model.Step, a *scan.Annotation) int {
	w.used[a] = true
	s.Position = w.root.At(a.Ident().Pos())
	w.program.Steps = append(w.program.Steps, s)
	return len(w.program.Steps) - 1
}

// args finds the arguments of a call, and reports every parameter that
// nothing provides.
func (w *programWiring) args(c *callable) (args []model.Arg, ok bool) {
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

// sameValue recognizes types that get one value: Config and *Config are one type.
func (w *programWiring) sameValue(a, b types.Type) bool {
	if load.IsInvalid(a) || !types.Identical(load.Dereferenced(a), load.Dereferenced(b)) {
		return false
	}
	_, config := w.decls.configFor(a)
	return config != nil || types.Identical(a, b)
}

// arg finds the value for one parameter.
func (w *programWiring) arg(c *callable, p parameter) (model.Arg, bool) {
	switch {
	case load.IsInvalid(p.typ): // the compiler has said so
		return model.Arg{}, false
	case load.IsContext(p.typ):
		return model.Arg{Kind: model.ContextArg}, true
	case load.IsLogger(p.typ):
		return model.Arg{Kind: model.LoggerArg}, true
	}
	if named, a := w.decls.configFor(p.typ); a != nil {
		_, pointer := types.Unalias(p.typ).(*types.Pointer)
		step, ok := w.configStep(named, a, c)
		return model.Arg{Kind: model.StepArg, Step: step, Pointer: pointer}, ok
	}
	if value, lazy := w.lazyValue(c, p.typ); lazy {
		return w.lazyArg(c, parameter{value, p.pos})
	}
	step, ok := w.provided(c, p)
	return model.Arg{Kind: model.StepArg, Step: step}, ok
}

// configStep returns the step that loads a configuration struct, once in the
// program.
func (w *programWiring) configStep(named *types.Named, a *scan.Annotation, needed *callable) (step int, ok bool) {
	if made := w.existing(named); made != nil {
		return made.step, true
	}
	config, ok := w.decls.config(named, a)
	if !ok || !w.importable(a, needed) {
		return 0, false
	}
	step = w.add(model.Step{Kind: model.LoadConfig, Config: config, Type: load.ShortType(named)}, a)
	w.made = append(w.made, madeStep{typ: named, step: step})
	return step, true
}

func (w *programWiring) existing(t types.Type) *madeStep {
	i := slices.IndexFunc(w.made, func(m madeStep) bool { return types.Identical(m.typ, t) })
	if i < 0 {
		return nil
	}
	return &w.made[i]
}

// provided returns the step that calls the provider of a parameter's type, once
// in the program.
func (w *programWiring) provided(c *callable, p parameter) (step int, ok bool) {
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
	if w.reportCycle(c, provider, p) || !w.importable(provider.of, c) {
		return 0, false
	}
	provider.used = true
	s := model.Step{Kind: model.CallProvider, Type: load.ShortType(p.typ), Lazy: !w.eager[provider]}
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
