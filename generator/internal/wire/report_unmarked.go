package wire

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// unmarkedHint names a function that returns a type and lacks the directive
// that would make it a provider; "" if there is none.
func (w *declarations) unmarkedHint(t types.Type) string {
	if !injectable(t) || looksLikeConfig(t) {
		return ""
	}
	for _, p := range w.scopesFor(t) {
		for _, name := range p.Scope().Names() {
			fn, ok := p.Scope().Lookup(name).(*types.Func)
			if !ok || !fn.Exported() || !makes(fn, t) || !w.own(fn) || w.annotated(fn) {
				continue
			}
			at := w.report.At(fn.Pos())
			if hasInjectableParams(fn.Signature()) {
				return fmt.Sprintf("%s.%s returns it: put //cgigen:provide above it, %s:%d", p.Name(), name, at.Filename, at.Line)
			}
			return fmt.Sprintf("%s.%s returns it, %s:%d: write a //cgigen:provide function that calls it with what it takes", p.Name(), name, at.Filename, at.Line)
		}
	}
	return ""
}

// scopesFor returns the packages where a provider of a type may be: the type's
// own, and the annotated ones.
func (w *declarations) scopesFor(t types.Type) []*types.Package {
	var scopes []*types.Package
	if named, ok := types.Unalias(load.Dereferenced(t)).(*types.Named); ok && named.Obj().Pkg() != nil {
		scopes = append(scopes, named.Obj().Pkg())
	}
	for _, path := range slices.Sorted(maps.Keys(w.packages)) {
		if p := w.packages[path]; p != nil && p.Types != nil && !slices.Contains(scopes, p.Types) {
			scopes = append(scopes, p.Types)
		}
	}
	return slices.DeleteFunc(scopes, func(p *types.Package) bool { return p.Name() == "main" })
}

// makes recognizes a function that returns a type as a provider does, and makes it
// out of something else.
func makes(fn *types.Func, t types.Type) bool {
	sig := fn.Signature()
	value, _, ok := splitResults(sig.Results())
	return ok && types.Identical(value, t) && sig.TypeParams() == nil && !sig.Variadic() && !takes(sig, func(p types.Type) bool {
		return types.Identical(load.Dereferenced(p), load.Dereferenced(t)) || load.IsNamed(load.Dereferenced(p), "net/http", "Request")
	})
}

func hasInjectableParams(sig *types.Signature) bool {
	return !takes(sig, func(p types.Type) bool { return !injectable(p) })
}

func takes(sig *types.Signature, what func(types.Type) bool) bool {
	return slices.ContainsFunc(slices.Collect(sig.Params().Variables()), func(v *types.Var) bool { return what(v.Type()) })
}

// annotated recognizes a function with directives, which may have been reported.
func (w *declarations) annotated(fn *types.Func) bool {
	for _, src := range w.sources {
		if src.Pkg == fn.Pkg().Path() && slices.ContainsFunc(src.Annotations, func(a *scan.Annotation) bool { return a.Fn != nil && a.Fn.Recv == nil && a.Fn.Name.Name == fn.Name() }) {
			return true
		}
	}
	return false
}

// looksLikeConfig recognizes a struct with env tags, which is to be loaded and not
// made.
func looksLikeConfig(t types.Type) bool {
	fields, ok := load.Dereferenced(t).Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for i := range fields.NumFields() {
		if strings.Contains(fields.Tag(i), `env:"`) {
			return true
		}
	}
	return false
}
