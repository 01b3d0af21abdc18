package load

import (
	"go/token"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/diag"
)

// An import cycle is said once, where one of its imports stands; what the type checker adds to it is left out. Without
// word of the go command the type checker's is all there is.
func TestImportCyclesAreSaidOnceWithTheirPlace(t *testing.T) {
	at := token.Position{Filename: "a/a.go", Line: 3, Column: 8}
	echo := diag.Diagnostic{Position: at, Code: diag.CompilerCode, Message: `could not import b (import cycle: [a b])`}
	other := diag.Diagnostic{Position: token.Position{Filename: "c.go", Line: 1}, Code: diag.CompilerCode, Message: "undefined: x"}
	command := diag.Diagnostic{Code: diag.CompilerCode, Message: "import cycle not allowed: import stack: [main a b a]"}
	placed := diag.Diagnostic{Position: at, Code: diag.CompilerCode, Message: "import cycle not allowed: a imports b imports a",
		Hint: "move what both need into a package of its own, which imports neither"}
	unplaced := placed
	unplaced.Position = token.Position{}
	for name, test := range map[string]struct{ given, want diag.Diagnostics }{
		"both":                      {diag.Diagnostics{echo, other, command}, diag.Diagnostics{other, placed}},
		"the go command alone":      {diag.Diagnostics{command, other}, diag.Diagnostics{unplaced, other}},
		"the type checker alone":    {diag.Diagnostics{echo, other}, diag.Diagnostics{echo, other}},
		"neither":                   {diag.Diagnostics{other}, diag.Diagnostics{other}},
		"several echoes, one cycle": {diag.Diagnostics{echo, echo, command}, diag.Diagnostics{placed}},
	} {
		if diff := cmp.Diff(test.want, placeCycles(test.given)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
