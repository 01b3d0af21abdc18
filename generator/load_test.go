package generator

import (
	"go/token"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"
)

func TestErrorsOfTheCompilerAreShownAsItSaysThem(t *testing.T) {
	at := positions{token.NewFileSet(), "/shop"}
	for name, test := range map[string]struct {
		errors []packages.Error
		want   string
	}{
		"the compiler and the checker": {[]packages.Error{
			{Msg: "# example.com/shop/users\nusers/users.go:6:34: undefined: x\n\tmore about it", Kind: packages.ListError},
			{Pos: "/shop/users/users.go:6:34", Msg: "undefined: x", Kind: packages.TypeError},
		}, "users/users.go:6:34: undefined: x\n\tmore about it"},
		"a compiler that stopped": {[]packages.Error{
			{Msg: "# example.com/shop/users\nusers/users.go:6:34: undefined: x\nusers/users.go:7:1: too many errors", Kind: packages.ListError},
			{Pos: "/shop/users/users.go:6:34", Msg: "undefined: x", Kind: packages.TypeError},
			{Pos: "/shop/users/users.go:9:1", Msg: "undefined: y", Kind: packages.TypeError},
		}, "users/users.go:6:34: undefined: x\nusers/users.go:9:1: undefined: y"},
		"no position": {[]packages.Error{{Pos: "-", Msg: "found packages a and b"}}, "found packages a and b"},
		"no column":   {[]packages.Error{{Pos: "users/users.go:3", Msg: "import cycle not allowed"}}, "users/users.go:3: import cycle not allowed"},
		"newer export data": {[]packages.Error{{Pos: "/shop/a.go:1:1", Msg: "export data version 4 is greater than maximum supported version 2"}},
			"a.go:1:1: export data version 4 is greater than maximum supported version 2\n" +
				"\thint: this cgigen was built with an older Go: rebuild it, for example with go get -tool github.com/cgigen/cgigen/cmd/cgigen@latest"},
	} {
		got := packageErrors(&packages.Package{Errors: test.errors}, at).Error()
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDiagnosticsAreSortedAndEachStandsThereOnce(t *testing.T) {
	var ds Diagnostics
	at := func(file string, line, column int) token.Position {
		return token.Position{Filename: file, Line: line, Column: column}
	}
	ds.add(at("b.go", 1, 1), "code", "last")
	ds.add(at("a.go", 10, 1), "code", "third")
	ds.add(at("a.go", 2, 5), "code", "second").Related = []Related{{at("b.go", 1, 1), "see here"}}
	ds.add(at("a.go", 2, 1), "code", "first\nand more").Hint = "do something\nelse"
	ds.add(at("a.go", 10, 1), "code", "third")
	want := "a.go:2:1: first (code)\n\tand more\n\thint: do something\n\telse\na.go:2:5: second (code)\n\tb.go:1:1: see here\na.go:10:1: third (code)\nb.go:1:1: last (code)"
	if diff := cmp.Diff(want, ds.sorted().Error()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Reading the source costs several times as much, so that nobody would notice
// in the tests if export data was never enough.
func TestExportDataIsEnoughForASoundModule(t *testing.T) {
	t.Parallel()
	dir := newModule(t, wired)
	o := Options{Dir: dir, Env: goEnv()}
	loaded, ok := loadExports(t.Context(), command{dir: o.Dir, env: o.Env}, token.NewFileSet(), []string{"example.com/shop/users"}, nil)
	if !ok || loaded["example.com/shop/users"].types.Scope().Lookup("NewOrders") == nil {
		t.Errorf("got %v, %t", loaded, ok)
	}
	writeFile(t, filepath.Join(dir, "store/broken.go"), []byte("package store\n\nvar x int = \"\"\n"))
	if _, ok := loadExports(t.Context(), command{dir: o.Dir, env: o.Env}, token.NewFileSet(), []string{"example.com/shop/users"}, nil); ok {
		t.Error("a package that imports a broken one is sound")
	}
}
