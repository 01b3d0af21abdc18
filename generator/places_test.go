package generator

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// list is a package with one handler.
const list = `package users

import "net/http"

//cgigen:handler GET /users
func List(w http.ResponseWriter, r *http.Request) {}
`

// newModule writes the files of a txtar archive, with a go.mod if it has none.
func newModule(t *testing.T, files string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	extract(t, dir, "shop", txtar.Parse([]byte(files)).Files)
	return dir
}

// generate gives the paths of the changes, relative to the folder, with what
// was done.
func generate(t *testing.T, o Options) (changes []string) {
	t.Helper()
	if o.Env == nil {
		o.Env = goEnv()
	}
	result, err := Generate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range result.Changes {
		rel, _ := filepath.Rel(o.Dir, c.Path)
		changes = append(changes, c.Kind.String()+" "+filepath.ToSlash(rel))
	}
	return changes
}

func wantChanges(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestSecondRunLeavesFilesUntouched(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	wantChanges(t, generate(t, Options{Dir: dir}), "created cgi-bin/list/main.go")
	file := filepath.Join(dir, "cgi-bin/list/main.go")
	before, _ := os.Stat(file)
	wantChanges(t, generate(t, Options{Dir: dir}))
	after, _ := os.Stat(file)
	if before.ModTime() != after.ModTime() || !os.SameFile(before, after) {
		t.Error("the file was written again")
	}
}

func TestLineEndsOfACheckoutDoNotCount(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+strings.ReplaceAll(list, "\n", "\r\n"))
	generate(t, Options{Dir: dir})
	file := filepath.Join(dir, "cgi-bin/list/main.go")
	content, _ := os.ReadFile(file)
	writeFile(t, file, []byte(strings.ReplaceAll(string(content), "\n", "\r\n")))
	wantChanges(t, generate(t, Options{Dir: dir}))
}

func TestBrokenOutputIsReplaced(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+"-- cgi-bin/list/main.go --\n"+headerBegin+"example.com/shop/users"+headerEnd+"\nthis is no Go\n")
	wantChanges(t, generate(t, Options{Dir: dir}), "updated cgi-bin/list/main.go")
}

func TestEmptiedFoldersGoAndOthersStay(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	generate(t, Options{Dir: dir})
	writeFile(t, filepath.Join(dir, "users/users.go"), []byte("package users\n"))
	wantChanges(t, generate(t, Options{Dir: dir}), "removed cgi-bin/list/main.go")
	if _, err := os.Stat(filepath.Join(dir, "cgi-bin")); !os.IsNotExist(err) {
		t.Errorf("the empty folder is still there: %v", err)
	}

	writeFile(t, filepath.Join(dir, "users/users.go"), []byte(list))
	generate(t, Options{Dir: dir})
	writeFile(t, filepath.Join(dir, "cgi-bin/list/notes.txt"), []byte("mine"))
	writeFile(t, filepath.Join(dir, "users/users.go"), []byte("package users\n"))
	generate(t, Options{Dir: dir})
	want := map[string]string{"notes.txt": "mine"}
	if diff := cmp.Diff(want, snapshot(t, filepath.Join(dir, "cgi-bin/list"))); diff != "" {
		t.Errorf("the user's file (-want +got):\n%s", diff)
	}
}

func TestPlanChangesNothing(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	before := snapshot(t, dir)
	result, err := Plan(t.Context(), Options{Dir: dir, Env: goEnv()})
	if err != nil {
		t.Fatal(err)
	}
	want := []Main{{Name: "list", Dir: filepath.Join(dir, "cgi-bin", "list"), ImportPath: "example.com/shop/cgi-bin/list"}}
	if diff := cmp.Diff(want, result.Programs); diff != "" {
		t.Errorf("programs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
}

// workspace has two sites, a module that both use, and one that is nested in
// the first and not part of the workspace.
const workspace = `
-- go.work --
go 1.26.0

use (
	./shop
	./blog
	./lib
)

replace github.com/cgigen/cgigen v0.0.0 => $REPOSITORY
-- shop/go.mod --
module example.com/shop

go 1.26.0

require github.com/cgigen/cgigen v0.0.0
-- shop/users/users.go --
package users

import (
	"net/http"

	"example.com/lib/mail"
)

//cgigen:handler GET /users
func NewList(m *mail.Sender) http.Handler { return http.NotFoundHandler() }
-- shop/nested/go.mod --
module example.com/nested
-- shop/nested/users/users.go --
package users

//cgigen:handler
-- blog/go.mod --
module example.com/blog

go 1.26.0

require github.com/cgigen/cgigen v0.0.0
-- blog/posts/posts.go --
package posts

import "net/http"

//cgigen:handler GET /users
func List(w http.ResponseWriter, r *http.Request) {}
-- lib/go.mod --
module example.com/lib

go 1.26.0
-- lib/mail/mail.go --
package mail

// Config says which server to use.
//
//cgigen:config prefix=MAIL_
type Config struct {
	Host string ` + "`env:\"HOST\"`" + `
}

// A Sender sends mail.
type Sender struct{}

//cgigen:provide
func NewSender(c Config) *Sender { return &Sender{} }
`

func TestWorkspaceModulesAreSitesOfTheirOwn(t *testing.T) {
	t.Parallel()
	dir := newModule(t, workspace)
	env := append(goEnv(), "GOWORK=")
	shop, blog := filepath.Join(dir, "shop"), filepath.Join(dir, "blog")
	wantChanges(t, generate(t, Options{Dir: shop, Env: env}), "created cgi-bin/list/main.go")
	wantChanges(t, generate(t, Options{Dir: dir, Patterns: []string{"./blog/..."}, Env: env}), "created blog/cgi-bin/list/main.go")
	wantChanges(t, generate(t, Options{Dir: blog, Env: env}))

	_, err := Generate(t.Context(), Options{Dir: shop, Patterns: []string{"./...", "example.com/blog/..."}, Env: env})
	want := "the packages have handlers of several modules: example.com/blog, example.com/shop\n" +
		"\thint: a module is one site: run cgigen once for each, with -C"
	if err == nil || err.Error() != want {
		t.Errorf("two sites at once: got %v, want %s", err, want)
	}
}

func TestProgramsOfAWorkspaceAreWiredAcrossModules(t *testing.T) {
	t.Parallel()
	dir := newModule(t, workspace)
	result, err := Plan(t.Context(), Options{Dir: filepath.Join(dir, "shop"), Env: append(goEnv(), "GOWORK=")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"mail.Config", "mail.NewSender", "users.NewList"}, stepNames(result.Model.Programs[0])); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// stepNames gives what the steps of a program load or call.
func stepNames(p Program) []string {
	var names []string
	for _, s := range p.Steps {
		symbol := s.Func
		if s.Kind == LoadConfig {
			symbol = s.Config.Type
		}
		names = append(names, symbol.PackageName+"."+symbol.Name)
	}
	return names
}

// framework is a module of somebody else, with configuration and a provider.
const framework = `
-- go.mod --
module example.com/shop

go 1.26.0

require (
	example.com/framework v1.0.0
	github.com/cgigen/cgigen v0.0.0
)

replace (
	example.com/framework => ./_framework
	github.com/cgigen/cgigen => $REPOSITORY
)
-- users/users.go --
package users

import (
	"net/http"

	"example.com/framework/session"
)

//cgigen:handler GET /users
func NewList(s *session.Store, c session.Config) http.Handler { return http.NotFoundHandler() }
-- _framework/go.mod --
module example.com/framework

go 1.26.0
-- _framework/session/session.go --
package session

// Config says where sessions are kept.
//
//cgigen:config prefix=SESSION_
type Config struct {
	Dir string ` + "`env:\"DIR\" envDefault:\"/tmp\"`" + `
}

// A Store keeps sessions.
type Store struct{}

//cgigen:provide
func NewStore(c *Config) (*Store, error) { return &Store{}, nil }

//cgigen:handler GET /framework
func Ignored() {}
`

func TestOtherModulesBringProvidersAndConfiguration(t *testing.T) {
	t.Parallel()
	for _, flags := range []string{"", "-mod=mod", "-trimpath"} {
		t.Run("GOFLAGS="+flags, func(t *testing.T) {
			t.Parallel()
			dir := newModule(t, framework)
			result, err := Plan(t.Context(), Options{Dir: dir, Env: append(goEnv(), "GOFLAGS="+flags)})
			if err != nil {
				t.Fatal(err)
			}
			p := result.Model.Programs[0]
			if diff := cmp.Diff([]string{"session.Config", "session.NewStore", "users.NewList"}, stepNames(p)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if got := p.Steps[0].Config.Fields[0].Name; got != "SESSION_DIR" {
				t.Errorf("the field is called %s, want SESSION_DIR", got)
			}
		})
	}
}

func TestVendoredModule(t *testing.T) {
	t.Parallel()
	dir := newModule(t, framework)
	vendor(t, dir)
	want := []string{"created cgi-bin/list/main.go"}
	wantChanges(t, generate(t, Options{Dir: dir}), want...)
}

// vendor does by hand what go mod vendor would do: the runtime is not imported
// yet, and so it is not vendored.
func vendor(t *testing.T, dir string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "_framework/session/session.go"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "vendor/example.com/framework/session/session.go"), content)
	writeFile(t, filepath.Join(dir, "vendor/modules.txt"), []byte(`# example.com/framework v1.0.0 => ./_framework
## explicit; go 1.26.0
example.com/framework/session
# github.com/cgigen/cgigen v0.0.0 => `+repository(t)+`
## explicit; go 1.26.0
# example.com/framework => ./_framework
# github.com/cgigen/cgigen => `+repository(t)+"\n"))
}

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
			if _, ok := err.(*UsageError); !ok {
				t.Errorf("got %T %v, want a *UsageError", err, err)
			}
		})
	}
}

func TestOutsideOfAnyModule(t *testing.T) {
	t.Parallel()
	_, err := Plan(t.Context(), Options{Dir: t.TempDir(), Env: goEnv()})
	if err == nil || !strings.Contains(err.Error(), "go mod init") {
		t.Errorf("got %v, want the command that makes a module", err)
	}
}

func TestPatternsAreThoseOfTheGoCommand(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	m := &module{Path: "example.com/shop", Dir: root}
	for _, dir := range []string{"users/admin", "orders"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	packages := []string{"example.com/shop", "example.com/shop/users", "example.com/shop/users/admin", "example.com/shop/orders"}
	for pattern, want := range map[string][]string{
		"./...":                       packages,
		".":                           packages[:1],
		"./users":                     packages[1:2],
		"./users/...":                 packages[1:3],
		"./...users":                  packages[1:2],
		"example.com/shop/users...":   packages[1:3],
		"example.com/...":             packages,
		"...":                         packages,
		"all":                         packages,
		filepath.Join(root, "orders"): packages[3:],
	} {
		s, err := newSelection(Options{Dir: root, Patterns: []string{pattern}}, []*module{m})
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		got := slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return !s.has(m, p) })
		if len(got) != len(want) || !slices.Equal(got, want) {
			t.Errorf("%s chooses %v, want %v", pattern, got, want)
		}
	}
}

func TestAFileWithBrokenSyntaxNeverCostsItsPrograms(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	generate(t, Options{Dir: dir})
	writeFile(t, filepath.Join(dir, "users/users.go"), []byte("package users }\n\n"+strings.TrimPrefix(list, "package users\n")))
	_, err := Generate(t.Context(), Options{Dir: dir, Env: goEnv()})
	if err == nil || !strings.HasPrefix(err.Error(), "users/users.go:1:15: ") {
		t.Errorf("got %v, want the position of the brace", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "cgi-bin/list/main.go")); err != nil {
		t.Error(err)
	}
}

func TestModuleBehindASymbolicLink(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(newModule(t, "-- users/users.go --\n"+list), link); err != nil {
		t.Skipf("this system makes no symbolic links: %v", err)
	}
	wantChanges(t, generate(t, Options{Dir: link}), "created cgi-bin/list/main.go")
	wantChanges(t, generate(t, Options{Dir: filepath.Join(link, "users"), Patterns: []string{"."}}))
}

func TestMissingRequirementsAreSaidAsTheGoCommandSaysThem(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+strings.Replace(list, "import", "import _ \"example.com/missing\"\nimport", 1)+
		"-- go.mod --\nmodule example.com/shop\n\ngo 1.26.0\n")
	_, err := Plan(t.Context(), Options{Dir: dir, Env: goEnv()})
	want := "go.mod:1:1: example.com/shop does not require github.com/cgigen/cgigen, whose runtime the programs import\n" +
		"\thint: go get github.com/cgigen/cgigen@latest\n" +
		"users/users.go:3:8: no required module provides package example.com/missing; to add it:\n\t\tgo get example.com/missing"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
