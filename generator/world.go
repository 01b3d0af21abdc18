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
	report       *reporter
	modules      []*module
	layout       *layout          // nil where sites do not matter
	excluded     map[*source]bool // files that belong to no build
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
		if src.pkg == obj.Pkg().Path() && !w.excluded[src] {
			if a := configOfType(src, obj.Name()); a != nil {
				return a
			}
		}
	}
	if !w.importedDirectly(obj.Pkg()) {
		return nil
	}
	if src := w.foreignSource(obj); src != nil {
		return configOfType(src, obj.Name())
	}
	return nil
}

func configOfType(src *source, name string) *annotation {
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
	file := w.report.fset.Position(obj.Pos()).Filename
	src, seen := w.foreign[file]
	if seen || !filepath.IsAbs(file) || slices.ContainsFunc(w.sources, func(s *source) bool { return s.path == file }) {
		return src
	}
	content, err := os.ReadFile(file)
	if err == nil && mentionsTool(content) {
		src = &source{path: file, pkg: obj.Pkg().Path()}
		src.parse(content, w.report.positions)
		w.report.errors = append(w.report.errors, src.errors...)
	}
	w.foreign[file] = src
	return src
}

// checkConfig reports what is wrong with a chosen configuration struct, also
// if no program needs it.
func (w *world) checkConfig(a *annotation) {
	if a.config.spec.Assign.IsValid() {
		w.report.errorf(a.pos, "config-alias", "%s is an alias", a.ident().Name).Hint = "put //cgigen:config above the declaration of the type itself"
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
	config, ds := configOf(named, a.config, w.report.positions)
	w.report.errors = append(w.report.errors, ds...)
	if len(ds) > 0 || a.unsound {
		config = nil
	}
	w.configs[named.Obj()] = config
	return config, config != nil
}
