package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// go generate runs a command in the folder of the file with the comment. Without
// patterns the whole module is meant; by hand, what lies in and below the folder.
func TestGoGenerateMeansTheWholeModule(t *testing.T) {
	module := t.TempDir()
	deep := filepath.Join(module, "pages", "deep")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte("module example.com/shop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	t.Setenv("GOFILE", "")
	t.Setenv("GOPACKAGE", "")
	var f generateFlags
	if got := f.options(nil).Patterns; len(got) != 0 {
		t.Errorf("by hand: %q", got)
	}
	t.Setenv("GOFILE", "deep.go")
	t.Setenv("GOPACKAGE", "deep")
	if got, want := f.options(nil).Patterns, []string{"./../../..."}; !slices.Equal(got, want) {
		t.Errorf("by go generate: %q, want %q", got, want)
	}
	if got, want := f.options([]string{"./x"}).Patterns, []string{"./x"}; !slices.Equal(got, want) {
		t.Errorf("with a pattern: %q, want %q", got, want)
	}
	t.Chdir(t.TempDir())
	if got := f.options(nil).Patterns; len(got) != 0 {
		t.Errorf("outside of a module: %q", got)
	}
}
