package wire

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/naming"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/model"
)

// candidates returns the providers of a type that are nearest to the package that
// needs it.
func (w *declarations) candidates(c *callable, t types.Type) []*callable {
	w.findForeign()
	var all []*callable
	for _, provider := range w.providers {
		if types.Identical(provider.value, t) {
			all = append(all, provider)
		}
	}
	return nearestTo(w, c.of.Source, all, func(p *callable) *scan.Source { return p.of.Source })
}

// nearestTo returns those of the declarations that lie in the package, or else in
// its site, where the module has several; otherwise all of them.
func nearestTo[T any](w *declarations, from *scan.Source, all []T, sourceOf func(T) *scan.Source) []T {
	near := func(is func(*scan.Source) bool) []T {
		return slices.DeleteFunc(slices.Clone(all), func(d T) bool { return !is(sourceOf(d)) })
	}
	if own := near(func(src *scan.Source) bool { return src.Pkg == from.Pkg }); len(own) > 0 {
		return own
	}
	if w.layout == nil || w.layout.SiteOf(from) == nil {
		return all
	}
	if own := near(func(src *scan.Source) bool { return w.layout.SiteOf(src) == w.layout.SiteOf(from) }); len(own) > 0 {
		return own
	}
	return all
}

// provider finds the one provider for a parameter. It reports that there is
// none, or more than one.
func (w *programWiring) provider(c *callable, p parameter) *callable {
	candidates := w.decls.candidates(c, p.typ)
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
func (w *programWiring) findEager(c *callable) {
	for _, p := range c.params {
		candidates := w.decls.candidates(c, p.typ)
		if len(candidates) != 1 || w.eager[candidates[0]] {
			continue
		}
		w.eager[candidates[0]] = true
		w.findEager(candidates[0])
	}
}

// lazyValue returns T for a parameter func() (T, error) where only T has a
// provider.
func (w *programWiring) lazyValue(c *callable, t types.Type) (types.Type, bool) {
	value, ok := makerOf(t)
	if !ok || len(w.decls.candidates(c, t)) > 0 {
		return nil, false
	}
	return value, len(w.decls.candidates(c, value)) > 0
}

// makerOf takes func() (T, error) apart.
func makerOf(t types.Type) (types.Type, bool) {
	sig, ok := types.Unalias(t).(*types.Signature)
	if !ok || sig.Params().Len() != 0 || sig.Results().Len() != 2 || !load.IsError(sig.Results().At(1).Type()) {
		return nil, false
	}
	return sig.Results().At(0).Type(), true
}

// lazyArg returns the function that makes a value at the first use. A value that
// the program has made anyway is given by a function as well.
func (w *programWiring) lazyArg(c *callable, p parameter) (model.Arg, bool) {
	step, ok := w.provided(c, p)
	if !ok {
		return model.Arg{}, false
	}
	s := &w.program.Steps[step]
	if s.Expr == nil {
		s.Expr = w.typeExpr(c, p)
	}
	return model.Arg{Kind: model.StepArg, Step: step, Lazy: true}, s.Expr != nil
}

// typeMark stands for the name of a package while a type is taken apart.
const typeMark = "\x00"

// typeExpr writes a type as the program will. It reports one that the program
// cannot name.
func (w *programWiring) typeExpr(c *callable, p parameter) *model.TypeExpr {
	expr := &model.TypeExpr{Zero: zeroOf(p.typ)}
	var packages []*types.Package
	text := types.TypeString(p.typ, func(pkg *types.Package) string {
		packages = append(packages, pkg)
		return typeMark
	})
	for i, piece := range strings.Split(text, typeMark+".") {
		if i > 0 {
			pkg, name := packages[i-1], leadingIdentifier(piece)
			if !ast.IsExported(name) || !w.canImport(pkg.Path()) {
				d := w.decls.report.Errorf(p.pos, "lazy-type", "%s makes %s at its first use, a type that programs in %s cannot name", c.of.Fn.Name.Name, load.ShortType(p.typ), w.site.OutPath)
				d.Hint = "take the value itself instead of a function, or export the type where programs can import it"
				return nil
			}
			expr.Parts = append(expr.Parts, model.TypePart{Symbol: model.Symbol{Package: pkg.Path(), PackageName: pkg.Name(), Name: name}})
			piece = piece[len(name):]
		}
		if piece != "" {
			expr.Parts = append(expr.Parts, model.TypePart{Text: piece})
		}
	}
	return expr
}

func leadingIdentifier(text string) string {
	end := strings.IndexFunc(text, func(c rune) bool { return c != '_' && !naming.IsLetterOrDigit(c) })
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
