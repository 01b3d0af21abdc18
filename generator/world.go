package generator

import (
	"go/types"
	"os"
	"path/filepath"
	"slices"
)

// A world is everything that programs may be wired from: the scanned
// declarations and the types of their packages.
type world struct {
	*reporter
	modules      []*module
	siteOf       func(*source) *site // nil where sites do not matter
	sources      []*source
	packages     map[string]*typedPackage // loaded ones, by import path
	providers    []*callable
	middleware   []middleware
	foreignFound bool               // those of other modules are among the providers
	foreign      map[string]*source // files of other modules that have been looked at, by path
	configs      map[*types.TypeName]*Config
}

// configFor gives the configuration struct that a parameter asks for, by value
// or by pointer, and its declaration; nil if the type is none.
func (w *world) configFor(t types.Type) (named *types.Named, a *annotation) {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return nil, nil
	}
	return named, w.configAnnotation(named.Obj())
}

// configAnnotation finds the //cgigen:config of a type: in the main modules,
// or in a package of another one that an annotated package imports directly.
func (w *world) configAnnotation(obj *types.TypeName) *annotation {
	for _, src := range w.sources {
		if src.pkg == obj.Pkg().Path() && !src.excluded {
			if a := src.config(obj.Name()); a != nil {
				return a
			}
		}
	}
	if !w.importedDirectly(obj.Pkg()) {
		return nil
	}
	if src := w.foreignSource(obj); src != nil {
		return src.config(obj.Name())
	}
	return nil
}

func (src *source) config(name string) *annotation {
	i := slices.IndexFunc(src.annotations, func(a *annotation) bool {
		return a.kind == configName && a.ident().Name == name
	})
	if i < 0 {
		return nil
	}
	return src.annotations[i]
}

// importedDirectly tells whether one of the annotated packages has the import.
func (w *world) importedDirectly(p *types.Package) bool {
	for _, annotated := range w.packages {
		if slices.Contains(annotated.imports, p) {
			return true
		}
	}
	return false
}

// foreignSource reads the file that declares an object of another module. The
// position in its export data names the file.
func (w *world) foreignSource(obj types.Object) *source {
	file := w.fset.Position(obj.Pos()).Filename
	src, seen := w.foreign[file]
	if seen || !filepath.IsAbs(file) || slices.ContainsFunc(w.sources, func(s *source) bool { return s.path == file }) {
		return src
	}
	content, err := os.ReadFile(file)
	if err == nil && mentionsTool(content) {
		src = &source{path: file, pkg: obj.Pkg().Path()}
		src.parse(content, w.positions)
		w.errors = append(w.errors, src.errors...)
	}
	w.foreign[file] = src
	return src
}

// checkConfig reports what is wrong with a chosen configuration struct, also
// if no program needs it.
func (w *world) checkConfig(a *annotation) {
	if a.config.spec.Assign.IsValid() {
		w.errorf(a.pos, "config-alias", "%s is an alias", a.ident().Name).Hint = "put //cgigen:config above the declaration of the type itself"
		return
	}
	p := w.packages[a.source.pkg]
	if p == nil || p.types == nil {
		return
	}
	if obj, ok := p.types.Scope().Lookup(a.ident().Name).(*types.TypeName); ok {
		if named, ok := obj.Type().(*types.Named); ok {
			w.config(named, a)
		}
	}
}

// config analyses a configuration struct, once in a run.
func (w *world) config(named *types.Named, a *annotation) (*Config, bool) {
	if config, seen := w.configs[named.Obj()]; seen {
		return config, config != nil
	}
	config, ds := configOf(named, a.config, w.positions)
	w.errors = append(w.errors, ds...)
	if len(ds) > 0 || a.unsound {
		config = nil
	}
	w.configs[named.Obj()] = config
	return config, config != nil
}
