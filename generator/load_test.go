package generator

import (
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/load"
)

// Reading the source costs several times as much, so that nobody would notice
// in the tests if export data was never enough.
func TestExportDataIsEnoughForASoundModule(t *testing.T) {
	t.Parallel()
	dir := newModule(t, wired)
	o := Options{Dir: dir, Env: goEnv()}
	loaded, ok := load.Exports(t.Context(), gocmd.Command{Dir: o.Dir, Env: o.Env}, token.NewFileSet(), []string{"example.com/shop/users"}, nil)
	if !ok || loaded["example.com/shop/users"].Types.Scope().Lookup("NewOrders") == nil {
		t.Errorf("got %v, %t", loaded, ok)
	}
	imports := func(p *types.Package) bool { return p.Path() == "example.com/shop/store" }
	if !slices.ContainsFunc(loaded["example.com/shop/users"].Imports, imports) {
		t.Error("the import of the store is unknown: a //cgigen:config of another module would not be found")
	}
	writeFile(t, filepath.Join(dir, "store/broken.go"), []byte("package store\n\nvar x int = \"\"\n"))
	if _, ok := load.Exports(t.Context(), gocmd.Command{Dir: o.Dir, Env: o.Env}, token.NewFileSet(), []string{"example.com/shop/users"}, nil); ok {
		t.Error("a package that imports a broken one is sound")
	}
}
