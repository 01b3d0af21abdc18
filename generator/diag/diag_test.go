package diag

import (
	"go/token"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiagnosticsAreSortedAndEachStandsThereOnce(t *testing.T) {
	var ds List
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	ds.Add(at("b.go", 1, 1), "code", "last")
	ds.Add(at("a.go", 10, 1), "code", "third")
	ds.Add(at("a.go", 2, 5), "code", "second").Related = []Related{{at("b.go", 1, 1), "see here"}}
	ds.Add(at("a.go", 2, 1), "code", "first\nand more").Hint = "do something\nelse"
	ds.Add(at("a.go", 10, 1), "code", "third")
	want := "a.go:2:1: first (code)\n\tand more\n\thint: do something\n\telse\na.go:2:5: second (code)\n\tb.go:1:1: see here\na.go:10:1: third (code)\nb.go:1:1: last (code)"
	if diff := cmp.Diff(want, ds.Sorted().Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
