package scan

import (
	"go/ast"
	"path/filepath"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
)

// takeSite reads a //cgigen:site line, unless it stands where it means nothing.
func (src *Source) takeSite(d ast.Directive, o owner, at diag.Positions) {
	r := &diag.Reporter{Positions: at}
	switch {
	case src.siteMisplaced(d, o, r):
	case src.Site != nil:
		r.Errorf(d.Slash, "second-directive", "a second //cgigen:site on one package clause").Hint = "keep one of them"
	default:
		src.Site = directive.ParseSite(d, filepath.Dir(src.Path), r)
	}
	src.SiteErrors = append(src.SiteErrors, r.Errors...)
}

// siteMisplaced reports a //cgigen:site that stands elsewhere than above a
// package clause, or in a file that is not always part of its package.
func (src *Source) siteMisplaced(d ast.Directive, o owner, r *diag.Reporter) bool {
	switch constraints := src.Constraints(); {
	case strings.HasSuffix(src.Path, "_test.go"):
		r.Errorf(d.Slash, "test-file", "//cgigen:site in a test file, which is no part of the site").Hint = "move it to a file whose name does not end in _test.go"
	case o == owner{}:
		at := r.Errorf(d.Slash, "detached", "//cgigen:site is detached: it stands in no declaration's doc comment")
		at.Hint = "put it directly above the package clause, with no blank line between"
		at.Related = []diag.Related{{Position: r.At(src.Ast.Package), Message: "the package clause is here"}}
	case !o.clause:
		at := r.Errorf(d.Slash, "wrong-declaration", "//cgigen:site belongs to the package clause, not to %s", o.what)
		at.Hint = "put it directly above the package clause"
		at.Related = []diag.Related{{Position: r.At(src.Ast.Package), Message: "the package clause is here"}}
	case constraints != "":
		r.Errorf(d.Slash, "site-constraint", "//cgigen:site in a file that is built for %s alone", constraints).Hint = "a site is the same for all systems: put it into a file that is always built, such as doc.go"
	default:
		return false
	}
	return true
}
