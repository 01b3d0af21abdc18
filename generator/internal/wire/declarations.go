package wire

import (
	"go/types"
	"os"
	"path/filepath"
	"slices"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/envconfig"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// A declarations is everything that programs may be wired from: the scanned
// declarations and the types of their packages.
type declarations struct {
	report       *diag.Reporter
	modules      []*gocmd.Module
	layout       *site.Layout          // nil where sites do not matter
	excluded     map[*scan.Source]bool // files that belong to no build
	sources      []*scan.Source
	packages     map[string]*load.Package // loaded ones, by import path
	providers    []*callable
	middleware   []middleware
	foreignFound bool                    // those of other modules are among the providers
	foreign      map[string]*scan.Source // files of other modules that have been looked at, by path
	configs      map[*types.TypeName]*model.Config
}

// configFor returns the configuration struct that a parameter asks for, by value
// or by pointer, and its declaration; nil if the type is not such a struct.
func (w *declarations) configFor(t types.Type) (named *types.Named, a *scan.Annotation) {
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
func (w *declarations) configAnnotation(obj *types.TypeName) *scan.Annotation {
	for _, src := range w.sources {
		if src.Pkg == obj.Pkg().Path() && !w.excluded[src] {
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

func configOfType(src *scan.Source, name string) *scan.Annotation {
	i := slices.IndexFunc(src.Annotations, func(a *scan.Annotation) bool {
		return a.Kind == directive.ConfigName && a.Ident().Name == name
	})
	if i < 0 {
		return nil
	}
	return src.Annotations[i]
}

// importedDirectly reports whether one of the annotated packages has the import.
func (w *declarations) importedDirectly(p *types.Package) bool {
	for _, annotated := range w.packages {
		if slices.Contains(annotated.Imports, p) {
			return true
		}
	}
	return false
}

// foreignSource reads the file that declares an object of another module. The
// position in its export data names the file.
func (w *declarations) foreignSource(obj types.Object) *scan.Source {
	file := w.report.Fset.Position(obj.Pos()).Filename
	src, seen := w.foreign[file]
	if seen || !filepath.IsAbs(file) || slices.ContainsFunc(w.sources, func(s *scan.Source) bool { return s.Path == file }) {
		return src
	}
	content, err := os.ReadFile(file)
	if err == nil && directive.MentionsTool(content) {
		src = &scan.Source{Path: file, Pkg: obj.Pkg().Path()}
		src.Parse(content, w.report.Positions)
		w.report.Errors = append(w.report.Errors, src.Errors...)
	}
	w.foreign[file] = src
	return src
}

// checkConfig reports what is wrong with a chosen configuration struct, also
// if no program needs it.
func (w *declarations) checkConfig(a *scan.Annotation) {
	if a.Config.Spec.Assign.IsValid() {
		w.report.Errorf(a.Pos, "config-alias", "%s is an alias", a.Ident().Name).Hint = "put //cgigen:config above the declaration of the type itself"
		return
	}
	p := w.packages[a.Source.Pkg]
	if p == nil || p.Types == nil {
		return
	}
	if obj, ok := p.Types.Scope().Lookup(a.Ident().Name).(*types.TypeName); ok {
		if named, ok := obj.Type().(*types.Named); ok {
			w.config(named, a)
		}
	}
}

// config analyses a configuration struct, once in a run.
func (w *declarations) config(named *types.Named, a *scan.Annotation) (*model.Config, bool) {
	if config, seen := w.configs[named.Obj()]; seen {
		return config, config != nil
	}
	config, ds := envconfig.Read(named, a.Config, w.report.Positions)
	w.report.Errors = append(w.report.Errors, ds...)
	if len(ds) > 0 || a.Unsound {
		config = nil
	}
	w.configs[named.Obj()] = config
	return config, config != nil
}
