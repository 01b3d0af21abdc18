package generator

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/internal/cache"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
)

// wired is a module whose program depends on a second package and an embedded
// file.
const wired = `-- users/users.go --
package users

import (
	_ "embed"
	"net/http"

	"example.com/shop/store"
)

//go:embed page.html
var page string

//cgigen:handler GET /users
func List(w http.ResponseWriter, r *http.Request) {}

//cgigen:handler GET /orders
func NewOrders(db *store.DB) http.Handler { return nil }
-- users/page.html --
hello
-- store/store.go --
package store

type DB = db

type db struct{}

//cgigen:provide
func Open() *DB { return nil }
`

// outcomeOf plans, and gives the result or the error as text.
func outcomeOf(t *testing.T, o Options) string {
	t.Helper()
	result, err := Plan(t.Context(), o)
	if err != nil {
		return err.Error()
	}
	text := ""
	for _, c := range result.Changes {
		text += c.Kind.String() + " " + c.Path + "\n" + string(c.New)
	}
	return text + result.Warnings.Error()
}

// With a cache every answer is that of a run without one, whatever has changed
// since the last run.
func TestTheCacheIsNeverStale(t *testing.T) {
	t.Parallel()
	dir := newModule(t, wired)
	with := Options{Dir: dir, Env: goEnv(), Cache: t.TempDir()}
	without := with
	without.Cache = ""
	file := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	write := func(name, content string) { writeFile(t, file(name), []byte(content)) }
	users, _ := os.ReadFile(file("users/users.go"))
	store, _ := os.ReadFile(file("store/store.go"))
	gomod, _ := os.ReadFile(file("go.mod"))
	before := outcomeOf(t, with) // fills the cache
	for _, change := range []struct {
		name     string
		do, undo func()
	}{
		{"nothing", func() {}, func() {}},
		{"a handler", func() {
			write("users/users.go", string(users)+"\n//cgigen:handler GET /new\nfunc New(w http.ResponseWriter, r *http.Request) {}\n")
		},
			func() { write("users/users.go", string(users)) }},
		{"the type of an import", func() { write("store/store.go", "package store\n\ntype DB struct{}\n") }, func() { write("store/store.go", string(store)) }},
		{"a new file", func() { write("store/more.go", "package store\n\n//cgigen:provide\nfunc Again() *DB { return nil }\n") }, func() { os.Remove(file("store/more.go")) }},
		{"a new folder", func() { write("new/new.go", list) }, func() { os.RemoveAll(file("new")) }},
		{"a test file with a directive", func() { write("users/x_test.go", list) }, func() { os.Remove(file("users/x_test.go")) }},
		{"a missing embedded file", func() { os.Remove(file("users/page.html")) }, func() { write("users/page.html", "hello") }},
		{"go.mod", func() { write("go.mod", "module example.com/shop\n\ngo 1.26.0\n") }, func() { write("go.mod", string(gomod)) }},
		{"a nested module", func() { write("store/go.mod", "module example.com/nested\n") }, func() { os.Remove(file("store/go.mod")) }},
		{"a program by hand", func() { write("cgi-bin/list/main.go", "package main\n") }, func() { os.Remove(file("cgi-bin/list/main.go")) }},
		{"a stale program", func() {
			write("cgi-bin/gone/main.go", mainfile.HeaderBegin+"example.com/shop/users"+mainfile.HeaderEnd+"\n")
		}, func() { os.RemoveAll(file("cgi-bin")) }},
		{"a package that does not compile", func() { write("users/broken.go", "package users\n\nvar x int = \"\"\n") }, func() { os.Remove(file("users/broken.go")) }},
	} {
		change.do()
		if diff := cmp.Diff(outcomeOf(t, without), outcomeOf(t, with)); diff != "" {
			t.Errorf("after a change of %s, without and with the cache (-without +with):\n%s", change.name, diff)
		}
		change.undo()
		if diff := cmp.Diff(before, outcomeOf(t, with)); diff != "" {
			t.Errorf("with the change of %s taken back (-before +after):\n%s", change.name, diff)
		}
	}
}

func TestOptionsAndEnvironmentAreRememberedApart(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+"-- users/tagged.go --\n//go:build special\n\npackage users\n\nimport \"net/http\"\n\n//cgigen:handler GET /x\nfunc X(w http.ResponseWriter, r *http.Request) {}\n"+
		"-- users/users_windows.go --\npackage users\n\nimport \"net/http\"\n\n//cgigen:handler GET /w\nfunc W(w http.ResponseWriter, r *http.Request) {}\n")
	cache := t.TempDir()
	for _, o := range []Options{
		{}, {Tags: "special"}, {Output: "programs"}, {Gateways: []string{"cgi"}}, {Patterns: []string{"./users"}},
		{Env: append(goEnv(), "GOOS=windows", "CGO_ENABLED=0")}, {Env: append(goEnv(), "GOFLAGS=-tags=special")},
	} {
		o.Dir = dir
		if o.Env == nil {
			o.Env = goEnv()
		}
		want := outcomeOf(t, o)
		o.Cache = cache
		for range 2 {
			if diff := cmp.Diff(want, outcomeOf(t, o)); diff != "" {
				t.Errorf("%v (-without +with the cache):\n%s", o.Tags, diff)
			}
		}
	}
}

func TestAnUnchangedTreeIsNotLoadedAgain(t *testing.T) {
	t.Parallel()
	dir := newModule(t, wired+"-- go.mod --\nmodule example.com/shop\n\ngo 1.26.0\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => ./stand-in\n"+
		"-- stand-in/go.mod --\nmodule github.com/cgigen/cgigen\n-- stand-in/runtime/runtime.go --\npackage runtime\n"+
		"-- stand-in/runtime/cgi/cgi.go --\npackage cgi\n-- stand-in/runtime/fastcgi/fastcgi.go --\npackage fastcgi\n-- stand-in/runtime/scgi/scgi.go --\npackage scgi\n")
	o := Options{Dir: dir, Env: goEnv(), Cache: t.TempDir()}
	if _, err := Generate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if c := cacheFor(t, o); c == nil || c.Recall(t.Context()) == nil {
		t.Error("nothing is remembered, although only our own programs are new")
	}
}

func TestWhatDependsOnMoreIsNotRemembered(t *testing.T) {
	t.Parallel()
	dir := newModule(t, wired+"-- c/c.go --\npackage c\n\nimport \"C\"\n")
	o := Options{Dir: dir, Env: goEnv(), Cache: t.TempDir()}
	outcomeOf(t, o)
	if entries, _ := os.ReadDir(filepath.Join(o.Cache, "plan")); len(entries) > 0 {
		t.Error("a module with cgo is remembered")
	}
	o.Env = append(slices.Clone(o.Env), "GOFLAGS=-overlay="+filepath.Join(dir, "overlay.json"))
	if cacheFor(t, o) != nil {
		t.Error("a run with an overlay is remembered")
	}
}

// cacheFor opens the cache as a run with these options does.
func cacheFor(t *testing.T, o Options) *cache.Entry {
	t.Helper()
	r := &run{Options: o, command: gocmd.Command{Dir: o.Dir, Env: o.Env, Tags: o.Tags}}
	return r.cache(t.Context())
}
