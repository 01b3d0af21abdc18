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
	for name, test := range map[string]struct{ given, want diag.List }{
		"both":                      {diag.List{echo, other, command}, diag.List{other, placed}},
		"the go command alone":      {diag.List{command, other}, diag.List{unplaced, other}},
		"the type checker alone":    {diag.List{echo, other}, diag.List{echo, other}},
		"neither":                   {diag.List{other}, diag.List{other}},
		"several echoes, one cycle": {diag.List{echo, echo, command}, diag.List{placed}},
	} {
		if diff := cmp.Diff(test.want, placeCycles(test.given)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
