package site

import (
	"go/ast"
	"testing"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// Export data shows no mistakes, and nothing that is not exported.
func TestExportDataIsReadOfSoundFilesAlone(t *testing.T) {
	function := func(name string) []*scan.Annotation {
		return []*scan.Annotation{{Fn: &ast.FuncDecl{Name: ast.NewIdent(name)}}}
	}
	const shop = "example.com/shop"
	sound := &scan.Source{Pkg: shop, Annotations: function("New")}
	for name, test := range map[string]struct {
		source *scan.Source
		paths  []string
		want   bool
	}{
		"sound":                 {sound, []string{shop}, true},
		"nothing to load":       {sound, nil, false},
		"mistake in the syntax": {&scan.Source{Pkg: shop, ParseErr: diag.List{}}, []string{shop}, false},
		"mistake in directives": {&scan.Source{Pkg: shop, Errors: make(diag.List, 1)}, []string{shop}, false},
		"unexported":            {&scan.Source{Pkg: shop, Annotations: function("newPage")}, []string{shop}, false},
		"mistake elsewhere":     {&scan.Source{Pkg: "example.com/shop/old", ParseErr: diag.List{}}, []string{shop}, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := &Layout{Sources: []*scan.Source{sound, test.source}}
			if got := l.SoundDirectives(test.paths); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
