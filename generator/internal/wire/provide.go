package wire

import (
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// findProviders finds the providers and the middleware of the main modules.
func (w *declarations) findProviders() {
	for _, src := range w.sources {
		for _, a := range src.Annotations {
			if !w.excluded[src] && site.IsProvider(a) {
				w.provide(a, w.function(a))
			}
		}
	}
}

// provide adds a provider or a middleware.
func (w *declarations) provide(a *scan.Annotation, fn *types.Func) {
	if a.Kind == directive.ProvideName {
		w.addProvider(a, fn)
	} else {
		w.addMiddleware(a, fn)
	}
}

// addProvider takes a provider apart.
func (w *declarations) addProvider(a *scan.Annotation, fn *types.Func) {
	if fn == nil || a.Unsound || !checkDeclaration(a, &diag.Reporter{Positions: w.report.Positions}) {
		return
	}
	results := fn.Signature().Results()
	value, result, ok := splitResults(results)
	switch {
	case load.HasInvalid(results):
	case !ok:
		w.report.Errorf(a.Fn.Name.Pos(), "provider-results", "%s returns %s, which cannot be provided", a.Fn.Name.Name, load.DescribeResults(fn.Signature())).Hint = providerForms
	case !injectable(value):
		w.report.Errorf(a.Fn.Name.Pos(), "provider-type", "%s provides %s, a type that says nothing about the value", a.Fn.Name.Name, load.ShortType(value)).Hint = "declare a named type for it"
	case load.IsContext(value) || load.IsLogger(value):
		w.report.Errorf(a.Fn.Name.Pos(), "provider-type", "%s provides %s, which every program has", a.Fn.Name.Name, load.ShortType(value)).Hint = "take it as a parameter where it is needed"
	default:
		w.providers = append(w.providers, &callable{
			of: a, value: value, result: result, params: parametersOf(a, fn),
		})
	}
}

// injectable refuses types that two unrelated values may well have.
func injectable(t types.Type) bool {
	switch types.Unalias(t).(type) {
	case *types.Basic:
		return false
	case *types.Signature:
		return cleanupForm(t) == model.NoCleanup
	}
	return !load.IsError(t)
}

// warnUnused warns about providers of the chosen packages that no program
// calls.
func (w *declarations) warnUnused(chosen func(*scan.Annotation) bool) {
	for _, p := range w.providers {
		if !p.used && chosen(p.of) {
			w.report.Warnf(p.of.Pos, "provider-unused", "no program needs %s, which %s provides", load.ShortType(p.value), p.of.Fn.Name.Name).
				Hint = "take it as a parameter of a handler, or remove the directive"
		}
	}
}

// findForeign looks for providers and middleware in the packages of other modules that
// annotated packages import directly. It does so once, when the first one is
// needed, because the files of those packages are only known from the
// positions of everything that they declare.
func (w *declarations) findForeign() {
	if w.foreignFound {
		return
	}
	w.foreignFound = true
	imports := map[string]*types.Package{}
	for _, p := range w.packages {
		for _, imported := range p.Imports {
			if first, _, _ := strings.Cut(imported.Path(), "/"); strings.Contains(first, ".") {
				imports[imported.Path()] = imported
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		w.foreignProviders(imports[path])
	}
}

// own reports whether a declaration belongs to one of the main modules. What
// they vendor, or hold as the replacement of another module, does not.
func (w *declarations) own(obj types.Object) bool {
	dir := filepath.Dir(w.report.Fset.Position(obj.Pos()).Filename)
	return slices.ContainsFunc(w.modules, func(m *gocmd.Module) bool {
		return m.Contains(dir) && m.ImportPath(dir) == obj.Pkg().Path()
	})
}

func (w *declarations) foreignProviders(p *types.Package) {
	functions := map[string]*types.Func{}
	files := map[string]*scan.Source{}
	for _, name := range p.Scope().Names() {
		obj := p.Scope().Lookup(name)
		if file := w.report.Fset.Position(obj.Pos()).Filename; filepath.IsAbs(file) && !w.own(obj) {
			files[file] = w.foreignSource(obj)
		}
		if fn, ok := obj.(*types.Func); ok {
			functions[name] = fn
		}
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if files[file] == nil {
			continue
		}
		for _, a := range files[file].Annotations {
			if site.IsProvider(a) {
				w.provide(a, functions[a.Fn.Name.Name])
			}
		}
	}
}
