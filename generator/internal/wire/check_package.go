package wire

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// CheckPackage returns what is wrong with the directives of one package, as far
// as the package alone shows it: how they are written, where they stand, the
// declarations below them, and the names and patterns of its programs. What
// depends on other packages, such as a missing provider, is left to Plan. File
// names in positions are those of the file set.
func CheckPackage(fset *token.FileSet, files []*ast.File, p *types.Package) diag.List {
	w := &declarations{
		report:   &diag.Reporter{Positions: diag.Positions{Fset: fset}},
		packages: map[string]*load.Package{p.Path(): {Types: p, Imports: p.Imports()}},
		foreign:  map[string]*scan.Source{}, configs: map[*types.TypeName]*model.Config{},
	}
	var handlers []*scan.Annotation
	for _, file := range files {
		src := &scan.Source{Path: fset.PositionFor(file.FileStart, false).Filename, Pkg: p.Path(), Ast: file}
		src.Annotations = scan.Annotations(src, w.report)
		w.sources = append(w.sources, src)
		w.report.Errors = append(w.report.Errors, src.SiteErrors...)
		w.checkOneSite(src)
		for _, a := range src.Annotations {
			w.checkAlone(a)
			if site.IsHandler(a) {
				handlers = append(handlers, a)
			}
		}
	}
	w.findProviders()
	everybody := func(*scan.Annotation) bool { return true }
	w.checkSameNames(everybody)
	sound := slices.DeleteFunc(handlers, func(a *scan.Annotation) bool { return a.Unsound })
	site.Groups(sound, everybody, w.report)
	site.CheckConflicts(sound, everybody, w.report)
	return w.report.Errors.Sorted()
}

// checkOneSite reports a //cgigen:site in a folder that has one in an earlier
// file.
func (w *declarations) checkOneSite(src *scan.Source) {
	for _, earlier := range w.sources {
		if earlier != src && earlier.Site != nil && src.Site != nil {
			site.ReportSecondSite(earlier, src, w.report)
			return
		}
	}
}

// checkAlone reports what is wrong with one declaration.
func (w *declarations) checkAlone(a *scan.Annotation) {
	switch {
	case a.Fn == nil:
		w.checkConfig(a)
	case checkDeclaration(a, w.report) && site.IsHandler(a):
		w.handlerOf(a)
	}
}
