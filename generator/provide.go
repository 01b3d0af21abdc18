package generator

import (
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// findProviders finds the providers and the middleware of the main modules.
func (w *world) findProviders() {
	for _, src := range w.sources {
		for _, a := range src.annotations {
			if !src.excluded && isProvider(a) {
				w.provide(a, w.function(a))
			}
		}
	}
}

// provide adds a provider or a middleware.
func (w *world) provide(a *annotation, fn *types.Func) {
	if a.kind == provideName {
		w.addProvider(a, fn)
	} else {
		w.addMiddleware(a, fn)
	}
}

// addProvider takes a provider apart.
func (w *world) addProvider(a *annotation, fn *types.Func) {
	if fn == nil || a.unsound || !a.checkDeclaration(&reporter{positions: w.positions}) {
		return
	}
	results := fn.Signature().Results()
	value, result, ok := splitResults(results)
	switch {
	case hasInvalid(results):
	case !ok:
		w.errorf(a.fn.Name.Pos(), "provider-results", "%s returns %s, which is no value to provide", a.fn.Name.Name, describeResults(fn.Signature())).Hint = providerForms
	case !injectable(value):
		w.errorf(a.fn.Name.Pos(), "provider-type", "%s provides %s, a type that says nothing about the value", a.fn.Name.Name, shortType(value)).Hint = "declare a named type for it"
	case isContext(value) || isLogger(value):
		w.errorf(a.fn.Name.Pos(), "provider-type", "%s provides %s, which every program has", a.fn.Name.Name, shortType(value)).Hint = "take it as a parameter where it is needed"
	default:
		w.providers = append(w.providers, &callable{
			annotation: a, value: value, result: result, params: a.parameters(fn),
		})
	}
}

// injectable refuses types that two unrelated values may well have.
func injectable(t types.Type) bool {
	switch types.Unalias(t).(type) {
	case *types.Basic:
		return false
	case *types.Signature:
		return cleanupForm(t) == NoCleanup
	}
	return !isError(t)
}

// warnUnused warns about providers of the chosen packages that no program
// calls.
func (w *world) warnUnused(chosen func(*annotation) bool) {
	for _, p := range w.providers {
		if !p.used && chosen(p.annotation) {
			w.warnf(p.pos, "provider-unused", "no program needs %s, which %s provides", shortType(p.value), p.fn.Name.Name).
				Hint = "take it as a parameter of a handler, or remove the directive"
		}
	}
}

// findForeign looks for providers and middleware in the packages of other modules that
// annotated packages import directly. It does so once, when the first one is
// needed, because the files of those packages are only known from the
// positions of everything that they declare.
func (w *world) findForeign() {
	if w.foreignFound {
		return
	}
	w.foreignFound = true
	imports := map[string]*types.Package{}
	for _, p := range w.packages {
		for _, imported := range p.imports {
			if first, _, _ := strings.Cut(imported.Path(), "/"); strings.Contains(first, ".") {
				imports[imported.Path()] = imported
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		w.foreignProviders(imports[path])
	}
}

// own tells whether a declaration belongs to one of the main modules. What
// they vendor, or hold as the replacement of another module, does not.
func (w *world) own(obj types.Object) bool {
	dir := filepath.Dir(w.fset.Position(obj.Pos()).Filename)
	return slices.ContainsFunc(w.modules, func(m *module) bool {
		return m.contains(dir) && m.importPath(dir) == obj.Pkg().Path()
	})
}

func (w *world) foreignProviders(p *types.Package) {
	functions := map[string]*types.Func{}
	files := map[string]*source{}
	for _, name := range p.Scope().Names() {
		obj := p.Scope().Lookup(name)
		if file := w.fset.Position(obj.Pos()).Filename; filepath.IsAbs(file) && !w.own(obj) {
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
		for _, a := range files[file].annotations {
			if isProvider(a) {
				w.provide(a, functions[a.fn.Name.Name])
			}
		}
	}
}
