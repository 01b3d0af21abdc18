package site

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// What is looked at for providers are packages of other modules: not the standard
// library, and not the workspace's own, whose names may begin like those of others.
func TestForeignImportsAreThoseOfOtherModules(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "shop.go")
	text := "package shop\n\nimport (\n\t_ \"net/http\"\n\t_ \"example.com/shop\"\n\t_ \"example.com/shop/store\"\n\t_ \"example.com/shopping/cart\"\n\t_ \"example.com/tools\"\n\t_ \"github.com/other/db\"\n)\n"
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &Layout{
		Modules: []*gocmd.Module{{Path: "example.com/shop"}, {Path: "example.com/tools"}},
		Sources: []*scan.Source{{Path: source, Pkg: "example.com/shop"}, {Path: filepath.Join(dir, "more.go"), Pkg: "example.com/shop"}},
	}
	if got, want := l.ForeignImports([]string{"example.com/shop"}), []string{"example.com/shopping/cart", "github.com/other/db"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := l.ForeignImports([]string{"example.com/blog"}); len(got) != 0 {
		t.Errorf("imports of a package that was not asked for: %q", got)
	}
}
