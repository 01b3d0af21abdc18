package load

import (
	"go/token"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"

	"github.com/cgigen/cgigen/generator/diag"
)

func TestErrorsOfTheCompilerAreShownAsItSaysThem(t *testing.T) {
	at := diag.Positions{Fset: token.NewFileSet(), Dir: "/shop"}
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
