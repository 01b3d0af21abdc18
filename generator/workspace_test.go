package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/model"
)

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

// stepNames returns what the steps of a program load or call.
func stepNames(p model.Program) []string {
	var names []string
	for _, s := range p.Steps {
		symbol := s.Func
		if s.Kind == model.LoadConfig {
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

func TestOutsideOfAnyModule(t *testing.T) {
	t.Parallel()
	_, err := Plan(t.Context(), Options{Dir: t.TempDir(), Env: goEnv()})
	if err == nil || !strings.Contains(err.Error(), "go mod init") {
		t.Errorf("got %v, want the command that makes a module", err)
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
	want := "users/users.go:3:8: no required module provides package example.com/missing; to add it:\n\t\tgo get example.com/missing\n" +
		"go.mod:1:1: example.com/shop does not require github.com/cgigen/cgigen, whose runtime the programs import (no-requirement)\n" +
		"\thint: go get -tool github.com/cgigen/cgigen/cmd/cgigen"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
