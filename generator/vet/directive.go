package vet

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/wire"
)

// directiveAnalyzer reports mistakes in directives, as far as one package shows
// them. cgigen vet has no need of it: it reports what generate would report.
func directiveAnalyzer() *analysis.Analyzer {
	const name = "cgigendirective"
	return &analysis.Analyzer{
		Name: name, Doc: "find mistakes in //cgigen: directives and in what they stand above", URL: documentation + name,
		Run: func(p *analysis.Pass) (any, error) {
			for _, d := range wire.CheckPackage(p.Fset, p.Files, p.Pkg) {
				p.Report(directiveDiagnostic(p, d))
			}
			return nil, nil
		},
	}
}

func directiveDiagnostic(p *analysis.Pass, d diag.Diagnostic) analysis.Diagnostic {
	found := analysis.Diagnostic{Pos: position(p, d.Position), Message: d.Message}
	if d.Hint != "" {
		found.Message += " (" + d.Hint + ")"
	}
	for _, r := range d.Related {
		found.Related = append(found.Related, analysis.RelatedInformation{Pos: position(p, r.Position), Message: r.Message})
	}
	return found
}

// position finds a place in the files of a package. What lies elsewhere, such
// as a field of a struct of another package, is reported at the package clause.
func position(p *analysis.Pass, at token.Position) token.Pos {
	for _, file := range p.Files {
		if f := p.Fset.File(file.FileStart); f.Name() == at.Filename && at.Line <= f.LineCount() {
			return f.LineStart(at.Line) + token.Pos(max(at.Column, 1)-1)
		}
	}
	return packageClause(p.Files)
}

func packageClause(files []*ast.File) token.Pos {
	if len(files) == 0 {
		return token.NoPos
	}
	return files[0].Package
}
