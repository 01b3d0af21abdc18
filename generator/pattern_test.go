package generator

import (
	"testing"

	"github.com/cgigen/cgigen/generator/diag"
)

func TestFoldersThatTheGoCommandSkipsAreSkipped(t *testing.T) {
	t.Parallel()
	bad := "package bad\n\n//cgigen:frobnicate\n"
	dir := newModule(t, "-- users/users.go --\n"+list+
		"-- testdata/a.go --\n"+bad+"-- _x/a.go --\n"+bad+"-- .x/a.go --\n"+bad+"-- node_modules/x/a.go --\n"+bad+"-- web/dist/a.go --\n"+bad+
		"-- nested/go.mod --\nmodule example.com/nested\n-- nested/a.go --\n"+bad+"-- users/_a.go --\n"+bad+
		"-- go.mod --\nmodule example.com/shop\n\ngo 1.26.0\n\nignore (\n\tnode_modules\n\t./web/dist\n)\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => $REPOSITORY\n")
	wantChanges(t, generate(t, Options{Dir: dir}), "created cgi-bin/list/main.go")
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+"-- nested/go.mod --\nmodule example.com/nested\n")
	for name, o := range map[string]Options{
		"unknown gateway":            {Gateways: []string{"smtp"}},
		"no such folder":             {Patterns: []string{"./nope"}},
		"no such package":            {Patterns: []string{"example.com/shop/nope"}},
		"a folder without ./":        {Patterns: []string{"users"}},
		"a file":                     {Patterns: []string{"users/users.go"}},
		"another module's package":   {Patterns: []string{"net/http"}},
		"output outside the module":  {Output: ".."},
		"output in a nested module":  {Output: "nested/cgi-bin"},
		"a folder outside of module": {Patterns: []string{".."}},
	} {
		t.Run(name, func(t *testing.T) {
			o.Dir, o.Env = dir, goEnv()
			_, err := Plan(t.Context(), o)
			if _, ok := err.(*diag.UsageError); !ok {
				t.Errorf("got %T %v, want a *UsageError", err, err)
			}
		})
	}
}
