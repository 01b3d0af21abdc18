package generator

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// candidates gives the providers of a type that are nearest to the package that
// needs it.
func (w *world) candidates(c *callable, t types.Type) []*callable {
	w.findForeign()
	var all []*callable
	for _, provider := range w.providers {
		if types.Identical(provider.value, t) {
			all = append(all, provider)
		}
	}
	return nearestTo(w, c.source, all, func(p *callable) *source { return p.source })
}

// nearestTo gives those of the declarations that lie in the package, or else in
// its site, where the module has several; otherwise all of them.
func nearestTo[T any](w *world, from *source, all []T, sourceOf func(T) *source) []T {
	near := func(is func(*source) bool) []T {
		return slices.DeleteFunc(slices.Clone(all), func(d T) bool { return !is(sourceOf(d)) })
	}
	if own := near(func(src *source) bool { return src.pkg == from.pkg }); len(own) > 0 {
		return own
	}
	if w.siteOf == nil || w.siteOf(from) == nil {
		return all
	}
	if own := near(func(src *source) bool { return w.siteOf(src) == w.siteOf(from) }); len(own) > 0 {
		return own
	}
	return all
}

// provider finds the one provider for a parameter. It reports that there is
// none, or more than one.
func (w *wiring) provider(c *callable, p parameter) *callable {
	candidates := w.candidates(c, p.typ)
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

// findEager finds the providers that handlers and middleware need as values:
// directly, or through other providers. All others are lazy.
func (w *wiring) findEager(c *callable) {
	for _, p := range c.params {
		candidates := w.candidates(c, p.typ)
		if len(candidates) != 1 || w.eager[candidates[0]] {
			continue
		}
		w.eager[candidates[0]] = true
		w.findEager(candidates[0])
	}
}

// lazyValue gives T for a parameter func() (T, error) where only T has a
// provider.
func (w *wiring) lazyValue(c *callable, t types.Type) (types.Type, bool) {
	value, ok := makerOf(t)
	if !ok || len(w.candidates(c, t)) > 0 {
		return nil, false
	}
	return value, len(w.candidates(c, value)) > 0
}

// makerOf takes func() (T, error) apart.
func makerOf(t types.Type) (types.Type, bool) {
	sig, ok := types.Unalias(t).(*types.Signature)
	if !ok || sig.Params().Len() != 0 || sig.Results().Len() != 2 || !isError(sig.Results().At(1).Type()) {
		return nil, false
	}
	return sig.Results().At(0).Type(), true
}

// lazyArg gives the function that makes a value at the first use. A value that
// the program has made anyway is given by a function as well.
func (w *wiring) lazyArg(c *callable, p parameter) (Arg, bool) {
	step, ok := w.provided(c, p)
	if !ok {
		return Arg{}, false
	}
	s := &w.program.Steps[step]
	if s.Expr == nil {
		s.Expr = w.typeExpr(c, p)
	}
	return Arg{Kind: StepArg, Step: step, Lazy: true}, s.Expr != nil
}

// typeMark stands for the name of a package while a type is taken apart.
const typeMark = "\x00"

// typeExpr writes a type as the program will. It reports one that the program
// cannot name.
func (w *wiring) typeExpr(c *callable, p parameter) *TypeExpr {
	expr := &TypeExpr{Zero: zeroOf(p.typ)}
	var packages []*types.Package
	text := types.TypeString(p.typ, func(pkg *types.Package) string {
		packages = append(packages, pkg)
		return typeMark
	})
	for i, piece := range strings.Split(text, typeMark+".") {
		if i > 0 {
			pkg, name := packages[i-1], leadingIdentifier(piece)
			if !ast.IsExported(name) || !w.canImport(pkg.Path()) {
				d := w.errorf(p.pos, "lazy-type", "%s makes %s at its first use, a type that programs in %s cannot name", c.fn.Name.Name, shortType(p.typ), w.site.OutPath)
				d.Hint = "take the value itself instead of a function, or export the type where programs can import it"
				return nil
			}
			expr.Parts = append(expr.Parts, TypePart{Symbol: Symbol{pkg.Path(), pkg.Name(), name}})
			piece = piece[len(name):]
		}
		if piece != "" {
			expr.Parts = append(expr.Parts, TypePart{Text: piece})
		}
	}
	return expr
}

func leadingIdentifier(text string) string {
	end := strings.IndexFunc(text, func(c rune) bool { return c != '_' && !isLetterOrDigit(c) })
	if end < 0 {
		return text
	}
	return text[:end]
}

// zeroOf writes the zero value of a type, with T for the type itself.
func zeroOf(t types.Type) string {
	switch t.Underlying().(type) {
	case *types.Basic, *types.TypeParam:
		return "*new(T)"
	case *types.Struct, *types.Array:
		return "T{}"
	}
	return "nil"
}
