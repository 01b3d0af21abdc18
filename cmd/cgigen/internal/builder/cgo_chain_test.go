package builder

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestChainToIsTheShortestWayOfImports(t *testing.T) {
	listed := map[string]cgoPackage{
		"shop": {ImportPath: "shop", Imports: []string{"a", "b"}}, "a": {ImportPath: "a", Imports: []string{"c"}},
		"b": {ImportPath: "b", Imports: []string{"sqlite"}}, "c": {ImportPath: "c", Imports: []string{"sqlite"}},
	}
	for path, want := range map[string][]string{"sqlite": {"shop", "b", "sqlite"}, "shop": {"shop"}, "unreachable": {"unreachable"}} {
		if got := chainTo(path, []string{"shop"}, listed); !slices.Equal(got, want) {
			t.Errorf("to %s: %q, want %q", path, got, want)
		}
	}
}

// A file with mistakes, which the compiler reports, does not hide the import in another.
func TestImportOfLooksIntoEveryFile(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.go": "packag shop\n", "b.go": "package shop\n\nimport _ \"b\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listed := map[string]cgoPackage{"shop": {Dir: dir, GoFiles: []string{"a.go", "b.go"}}}
	if got := importOf([]string{"shop", "b", "sqlite"}, listed); filepath.Base(got.Filename) != "b.go" || got.Line != 3 {
		t.Errorf("got %v", got)
	}
}
