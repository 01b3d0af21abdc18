package generator

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// CheckPackage gives what is wrong with the directives of one package, as far
// as the package alone shows it: how they are written, where they stand, the
// declarations below them, and the names and patterns of its programs. What
// depends on other packages, such as a missing provider, is left to Plan. File
// names in positions are those of the file set.
func CheckPackage(fset *token.FileSet, files []*ast.File, p *types.Package) Diagnostics {
	w := &world{
		reporter: &reporter{positions: positions{fset: fset}},
		packages: map[string]*typedPackage{p.Path(): {types: p, imports: p.Imports()}},
		foreign:  map[string]*source{}, configs: map[*types.TypeName]*Config{},
	}
	var handlers []*annotation
	for _, file := range files {
		src := &source{path: fset.PositionFor(file.FileStart, false).Filename, pkg: p.Path(), ast: file}
		src.annotations = annotations(src, w.reporter)
		w.sources = append(w.sources, src)
		w.errors = append(w.errors, src.siteErrors...)
		w.checkOneSite(src)
		for _, a := range src.annotations {
			w.checkAlone(a)
			if isHandler(a) {
				handlers = append(handlers, a)
			}
		}
	}
	w.findProviders()
	everybody := func(*annotation) bool { return true }
	w.checkSameNames(everybody)
	sound := slices.DeleteFunc(handlers, func(a *annotation) bool { return a.unsound })
	groupPrograms(sound, everybody, w.reporter)
	checkConflicts(sound, everybody, w.reporter)
	return w.errors.sorted()
}

// checkOneSite reports a //cgigen:site in a folder that has one in an earlier
// file.
func (w *world) checkOneSite(src *source) {
	for _, earlier := range w.sources {
		if earlier != src && earlier.site != nil && src.site != nil {
			reportSecondSite(earlier, src, w.reporter)
			return
		}
	}
}

// checkAlone reports what is wrong with one declaration.
func (w *world) checkAlone(a *annotation) {
	switch {
	case a.fn == nil:
		w.checkConfig(a)
	case a.checkDeclaration(w.reporter) && isHandler(a):
		w.handlerOf(a)
	}
}
