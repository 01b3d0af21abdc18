package generator

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"
	"strings"
)

func (w *wiring) reportTwice(c *callable, second, first parameter) {
	d := w.errorf(second.pos, "parameter-twice", "%s takes %s twice", c.fn.Name.Name, shortType(second.typ))
	d.Hint = "take it once, or declare a named type for one of the two"
	d.Related = []Related{{w.at(first.pos), "the first one is here"}}
}

func (w *wiring) reportMissing(c *callable, p parameter) {
	d := w.errorf(p.pos, "provider-missing", "%s needs %s, and nothing provides it", c.fn.Name.Name, shortType(p.typ))
	d.Hint = w.missingHint(p.typ)
	near := w.near(p.typ)
	d.Related = append(w.neededBy(), near...)
	unmarked := w.unmarkedHint(p.typ)
	switch {
	case unmarked != "":
		d.Hint = unmarked
		return
	case len(near) > 0 && types.IsInterface(p.typ):
		d.Hint = "which type implements an interface is never guessed: take the type that is provided, or let a provider return " + shortType(p.typ)
		return
	case len(near) > 0:
		d.Hint = "take what is provided, or provide what is taken"
		return
	}
	if named, ok := types.Unalias(dereferenced(p.typ)).(*types.Named); ok && w.own(named.Obj()) {
		d.Related = append(d.Related, Related{w.at(named.Obj().Pos()), named.Obj().Name() + " is declared here"})
	}
}

// missingHint says how a value of a type can come about.
func (w *wiring) missingHint(t types.Type) string {
	if isNamed(dereferenced(t), "net/http", "Request") || isNamed(dereferenced(t), "net/http", "ResponseWriter") {
		return "a constructor runs before there is a request: return a handler that takes it, such as an http.HandlerFunc"
	}
	if value, ok := makerOf(t); ok {
		return fmt.Sprintf("write a //cgigen:provide function that returns %s: it is then called at the first use", shortType(value))
	}
	if sig, ok := types.Unalias(t).(*types.Signature); ok && sig.Params().Len() == 0 && sig.Results().Len() == 1 {
		return fmt.Sprintf("for a value that is made at its first use, take func() (%s, error)", shortType(sig.Results().At(0).Type()))
	}
	if !injectable(t) {
		return "put it into a struct with //cgigen:config, or declare a named type for it and a //cgigen:provide function that returns one"
	}
	named, ok := types.Unalias(dereferenced(t)).(*types.Named)
	if !ok || !w.own(named.Obj()) {
		return "write a //cgigen:provide function that returns " + shortType(t) + ", such as " + providerExample(t) + "; " + parameterForms
	}
	switch named.Underlying().(type) {
	case *types.Struct:
		return "for a configuration struct, put //cgigen:config above its declaration; otherwise write a //cgigen:provide function that returns it " +
			"(fields are not filled one by one: take as parameters what they hold)"
	case *types.Interface:
		return "write a //cgigen:provide function that returns the interface: which type implements it is never guessed"
	}
	return "write a //cgigen:provide function that returns " + shortType(t)
}

// providerExample gives the head of a function that provides a type.
func providerExample(t types.Type) string {
	return "func New" + upperFirst(cmp.Or(typeName(shortType(t)), "Value")) + "() (" + shortType(t) + ", error)"
}

// near gives providers of types that are nearly the wanted one: a pointer to
// it, or what implements it.
func (w *wiring) near(t types.Type) []Related {
	var related []Related
	for _, provider := range w.providers {
		iface, isInterface := t.Underlying().(*types.Interface)
		implements := isInterface && iface.NumMethods() > 0 && types.Implements(provider.value, iface)
		if implements || types.Identical(dereferenced(provider.value), dereferenced(t)) {
			text := provider.fn.Name.Name + " provides " + shortType(provider.value)
			if implements {
				text += ", which implements it"
			}
			related = append(related, Related{w.at(provider.fn.Name.Pos()), text})
		}
	}
	return related
}

// neededBy gives the parameters for which the innermost call is made, from the
// inside out.
func (w *wiring) neededBy() []Related {
	var related []Related
	for i := len(w.pending) - 1; i > 0; i-- {
		outer, inner := w.pending[i-1], w.pending[i]
		related = append(related, Related{w.at(inner.forParam.pos), outer.fn.Name.Name + " needs " + shortType(inner.value)})
	}
	return related
}

func (w *wiring) reportAmbiguous(c *callable, p parameter, candidates []*callable) {
	d := w.errorf(p.pos, "provider-ambiguous", "%s needs %s, and %d functions provide it", c.fn.Name.Name, shortType(p.typ), len(candidates))
	d.Hint = "keep one of them, or write one in the package of " + c.fn.Name.Name + ", or declare a named type"
	for _, candidate := range candidates {
		d.Related = append(d.Related, Related{w.at(candidate.fn.Name.Pos()), candidate.qualifiedName() + " provides it"})
	}
	d.Related = append(d.Related, w.neededBy()...)
}

// reportTwoInstances reports a program whose packages each have a provider of
// one type: a program has one value of a type.
func (w *wiring) reportTwoInstances(c *callable, p parameter, first, second *callable) {
	d := w.errorf(p.pos, "provider-instances", "%s needs %s from %s, and the program %s already has one from %s", c.fn.Name.Name, shortType(p.typ),
		second.qualifiedName(), w.program.Name, first.qualifiedName())
	d.Hint = "keep one of the two providers, declare a named type for one of the values, or make two programs"
	d.Related = []Related{
		{w.at(first.fn.Name.Pos()), first.qualifiedName() + " is here"},
		{w.at(second.fn.Name.Pos()), second.qualifiedName() + " is here"},
	}
}

// reportCycle reports a provider that is needed in order to call itself, with
// the path that leads back to it.
func (w *wiring) reportCycle(c, provider *callable, p parameter) bool {
	start := slices.IndexFunc(w.pending, func(call pendingCall) bool { return call.callable == provider })
	if start < 0 {
		return false
	}
	var path []string
	var related []Related
	for i, call := range w.pending[start:] {
		path = append(path, call.fn.Name.Name)
		if i > 0 {
			before := w.pending[start+i-1]
			related = append(related, Related{w.at(call.forParam.pos), fmt.Sprintf("%s needs %s from %s", before.fn.Name.Name, shortType(call.value), call.fn.Name.Name)})
		}
	}
	path = append(path, provider.fn.Name.Name)
	d := w.errorf(p.pos, "provider-cycle", "providers need each other: %s", strings.Join(path, " needs "))
	d.Hint = "let one of them take less, or merge them into one"
	d.Related = append(related, Related{w.at(p.pos), fmt.Sprintf("%s needs %s from %s", c.fn.Name.Name, shortType(p.typ), provider.fn.Name.Name)})
	return true
}

// qualifiedName is how another package calls the function.
func (c *callable) qualifiedName() string {
	return c.source.ast.Name.Name + "." + c.fn.Name.Name
}

// importable reports a package that the program cannot import. The position is
// that of the directive; the functions that need it are related.
func (w *wiring) importable(a *annotation, needed *callable) bool {
	if w.canImport(a.source.pkg) {
		return true
	}
	parent, _ := internalParent(a.source.pkg)
	d := w.errorf(a.pos, "internal-package", "%s is internal to %s: programs in %s cannot import it", a.source.pkg, parent, w.site.OutPath)
	d.Hint = "move it out of internal, or give an output folder (-o) below that of " + parent
	if needed.annotation != a {
		d.Related = []Related{{w.at(needed.fn.Name.Pos()), needed.fn.Name.Name + " needs it"}}
	}
	return false
}

// canImport tells whether the programs can import a package.
func (w *wiring) canImport(pkg string) bool {
	parent, internal := internalParent(pkg)
	return !internal || w.site.OutPath == parent || strings.HasPrefix(w.site.OutPath, parent+"/")
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
