package wire

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/naming"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

func (w *programWiring) reportTwice(c *callable, second, first parameter) {
	d := w.decls.report.Errorf(second.pos, "parameter-twice", "%s takes %s twice", c.of.Fn.Name.Name, load.ShortType(second.typ))
	d.Hint = "take it once, or declare a named type for one of the two"
	d.Related = []diag.Related{{Position: w.decls.report.At(first.pos), Message: "the first one is here"}}
}

func (w *programWiring) reportMissing(c *callable, p parameter) {
	d := w.decls.report.Errorf(p.pos, "provider-missing", "%s needs %s, and nothing provides it", c.of.Fn.Name.Name, load.ShortType(p.typ))
	d.Hint = w.missingHint(p.typ)
	near := w.near(p.typ)
	d.Related = append(w.neededBy(), near...)
	unmarked := w.decls.unmarkedHint(p.typ)
	switch {
	case unmarked != "":
		d.Hint = unmarked
		return
	case len(near) > 0 && types.IsInterface(p.typ):
		d.Hint = "which type implements an interface is never guessed: take the type that is provided, or let a provider return " + load.ShortType(p.typ)
		return
	case len(near) > 0:
		d.Hint = "take what is provided, or provide what is taken"
		return
	}
	if named, ok := types.Unalias(load.Dereferenced(p.typ)).(*types.Named); ok && w.decls.own(named.Obj()) {
		d.Related = append(d.Related, diag.Related{Position: w.decls.report.At(named.Obj().Pos()), Message: named.Obj().Name() + " is declared here"})
	}
}

// missingHint says how a value of a type can come about.
func (w *programWiring) missingHint(t types.Type) string {
	if load.IsNamed(load.Dereferenced(t), "net/http", "Request") || load.IsNamed(load.Dereferenced(t), "net/http", "ResponseWriter") {
		return "a constructor runs before there is a request: return a handler that takes it, such as an http.HandlerFunc"
	}
	if value, ok := makerOf(t); ok {
		return fmt.Sprintf("write a //cgigen:provide function that returns %s: it is then called at the first use", load.ShortType(value))
	}
	if sig, ok := types.Unalias(t).(*types.Signature); ok && sig.Params().Len() == 0 && sig.Results().Len() == 1 {
		return fmt.Sprintf("for a value that is made at its first use, take func() (%s, error)", load.ShortType(sig.Results().At(0).Type()))
	}
	if !injectable(t) {
		return "put it into a struct with //cgigen:config, or declare a named type for it and a //cgigen:provide function that returns one"
	}
	named, ok := types.Unalias(load.Dereferenced(t)).(*types.Named)
	if !ok || !w.decls.own(named.Obj()) {
		return "write a //cgigen:provide function that returns " + load.ShortType(t) + ", such as " + providerExample(t) + "; " + parameterForms
	}
	switch named.Underlying().(type) {
	case *types.Struct:
		return "for a configuration struct, put //cgigen:config above its declaration; otherwise write a //cgigen:provide function that returns it " +
			"(fields are not filled one by one: take as parameters what they hold)"
	case *types.Interface:
		return "write a //cgigen:provide function that returns the interface: which type implements it is never guessed"
	}
	return "write a //cgigen:provide function that returns " + load.ShortType(t)
}

// providerExample returns the head of a function that provides a type.
func providerExample(t types.Type) string {
	return "func New" + naming.UpperFirst(cmp.Or(naming.TypeName(load.ShortType(t)), "Value")) + "() (" + load.ShortType(t) + ", error)"
}

// near returns providers of types that are nearly the wanted one: a pointer to
// it, or what implements it.
func (w *programWiring) near(t types.Type) []diag.Related {
	var related []diag.Related
	for _, provider := range w.decls.providers {
		iface, isInterface := t.Underlying().(*types.Interface)
		implements := isInterface && iface.NumMethods() > 0 && types.Implements(provider.value, iface)
		if implements || types.Identical(load.Dereferenced(provider.value), load.Dereferenced(t)) {
			text := provider.of.Fn.Name.Name + " provides " + load.ShortType(provider.value)
			if implements {
				text += ", which implements it"
			}
			related = append(related, diag.Related{Position: w.decls.report.At(provider.of.Fn.Name.Pos()), Message: text})
		}
	}
	return related
}

// neededBy returns the parameters for which the innermost call is made, from the
// inside out.
func (w *programWiring) neededBy() []diag.Related {
	var related []diag.Related
	for i := len(w.pending) - 1; i > 0; i-- {
		outer, inner := w.pending[i-1], w.pending[i]
		related = append(related, diag.Related{Position: w.decls.report.At(inner.forParam.pos), Message: outer.call.of.Fn.Name.Name + " needs " + load.ShortType(inner.call.value)})
	}
	return related
}

func (w *programWiring) reportAmbiguous(c *callable, p parameter, candidates []*callable) {
	d := w.decls.report.Errorf(p.pos, "provider-ambiguous", "%s needs %s, and %d functions provide it", c.of.Fn.Name.Name, load.ShortType(p.typ), len(candidates))
	d.Hint = "keep one of them, or write one in the package of " + c.of.Fn.Name.Name + ", or declare a named type"
	for _, candidate := range candidates {
		d.Related = append(d.Related, diag.Related{Position: w.decls.report.At(candidate.of.Fn.Name.Pos()), Message: candidate.qualifiedName() + " provides it"})
	}
	d.Related = append(d.Related, w.neededBy()...)
}

// reportTwoInstances reports a program whose packages each have a provider of
// one type: a program has one value of a type.
func (w *programWiring) reportTwoInstances(c *callable, p parameter, first, second *callable) {
	d := w.decls.report.Errorf(p.pos, "provider-instances", "%s needs %s from %s, and the program %s already has one from %s", c.of.Fn.Name.Name, load.ShortType(p.typ),
		second.qualifiedName(), w.program.Name, first.qualifiedName())
	d.Hint = "keep one of the two providers, declare a named type for one of the values, or make two programs"
	d.Related = []diag.Related{
		{Position: w.decls.report.At(first.of.Fn.Name.Pos()), Message: first.qualifiedName() + " is here"},
		{Position: w.decls.report.At(second.of.Fn.Name.Pos()), Message: second.qualifiedName() + " is here"},
	}
}

// reportCycle reports a provider that is needed in order to call itself, with
// the path that leads back to it.
func (w *programWiring) reportCycle(c, provider *callable, p parameter) bool {
	start := slices.IndexFunc(w.pending, func(call pendingCall) bool { return call.call == provider })
	if start < 0 {
		return false
	}
	var path []string
	var related []diag.Related
	for i, call := range w.pending[start:] {
		path = append(path, call.call.of.Fn.Name.Name)
		if i > 0 {
			before := w.pending[start+i-1]
			related = append(related, diag.Related{Position: w.decls.report.At(call.forParam.pos), Message: fmt.Sprintf("%s needs %s from %s", before.call.of.Fn.Name.Name, load.ShortType(call.call.value), call.call.of.Fn.Name.Name)})
		}
	}
	path = append(path, provider.of.Fn.Name.Name)
	d := w.decls.report.Errorf(p.pos, "provider-cycle", "providers need each other: %s", strings.Join(path, " needs "))
	d.Hint = "let one of them take less, or merge them into one"
	d.Related = append(related, diag.Related{Position: w.decls.report.At(p.pos), Message: fmt.Sprintf("%s needs %s from %s", c.of.Fn.Name.Name, load.ShortType(p.typ), provider.of.Fn.Name.Name)})
	return true
}

// qualifiedName is how another package calls the function.
func (c *callable) qualifiedName() string {
	return c.of.Source.Ast.Name.Name + "." + c.of.Fn.Name.Name
}

// importable reports a package that the program cannot import. The position is
// that of the directive; the functions that need it are related.
func (w *programWiring) importable(a *scan.Annotation, needed *callable) bool {
	if w.canImport(a.Source.Pkg) {
		return true
	}
	parent, _ := internalParent(a.Source.Pkg)
	d := w.decls.report.Errorf(a.Pos, "internal-package", "%s is internal to %s: programs in %s cannot import it", a.Source.Pkg, parent, w.site.OutPath)
	d.Hint = "move it out of internal, or give an output folder (-o) below that of " + parent
	if needed.of != a {
		d.Related = []diag.Related{{Position: w.decls.report.At(needed.of.Fn.Name.Pos()), Message: needed.of.Fn.Name.Name + " needs it"}}
	}
	return false
}

// canImport reports whether the programs can import a package.
func (w *programWiring) canImport(pkg string) bool {
	parent, internal := internalParent(pkg)
	return !internal || w.site.OutPath == parent || strings.HasPrefix(w.site.OutPath, parent+"/")
}

// internalParent returns the parent of the last folder called internal in an
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
