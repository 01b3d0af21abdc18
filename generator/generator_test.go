package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/model"
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

// generate returns the paths of the changes, relative to the folder, with what
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
	dir := newModule(t, "-- users/users.go --\n"+list+"-- cgi-bin/list/main.go --\n"+mainfile.HeaderBegin+"example.com/shop/users"+mainfile.HeaderEnd+"\nthis is no Go\n")
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
	want := []model.Main{{Name: "list", Dir: filepath.Join(dir, "cgi-bin", "list"), ImportPath: "example.com/shop/cgi-bin/list", Gateways: model.DefaultGateways()}}
	if diff := cmp.Diff(want, result.Programs); diff != "" {
		t.Errorf("programs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
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

func TestMistakesOutsideOfThePatternsAreNotReported(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+`
-- orders/orders.go --
package orders

import "net/http"

//cgigen:handler GET /a name=x
//cgigen:handler GET /b name=y
func NewA() int { return undefined }

//cgigen:handler GET /c name=z
func C(w http.ResponseWriter, r *http.Request) {}

//cgigen:handler GET /c name=z
func D(w http.ResponseWriter, r *http.Request) {}

//cgigen:hander
`)
	wantChanges(t, generate(t, Options{Dir: dir, Patterns: []string{"./users"}}), "created cgi-bin/list/main.go")
}

func TestConflictsWithHandlersOutsideOfThePatternsAreReported(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list+"-- a/a.go --\n"+strings.Replace(list, "package users", "package a", 1))
	_, err := Plan(t.Context(), Options{Dir: dir, Patterns: []string{"./users"}, Env: goEnv()})
	want := "users/users.go:5:1: two programs are called \"list\" (same-program)\n" +
		"\thint: name one of them with name=, or put both into one program with binary=list on each\n" +
		"\ta/a.go:6:6: the other one is that of List\n" +
		"users/users.go:5:18: pattern \"GET /users\" conflicts with \"GET /users\": GET /users matches the same requests as GET /users (pattern-conflict)\n" +
		"\thint: give one of them another method, path or host, so that every request belongs to one of them\n" +
		"\ta/a.go:5:18: the other pattern is that of List"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// A run that remembers keeps the gateways that programs link, whatever they were
// when it was remembered.
func TestProgramsKeepTheirGateways(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	cache := t.TempDir()
	keep := Options{Dir: dir, Env: goEnv(), Cache: cache, KeepGateways: true}
	for _, gateways := range [][]string{{"cgi", "http"}, {"scgi"}, model.DefaultGateways()} {
		generate(t, Options{Dir: dir, Cache: cache, Gateways: gateways})
		for range 2 {
			result, err := Plan(t.Context(), keep)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(gateways, result.Programs[0].Gateways); diff != "" || len(result.Changes) > 0 {
				t.Errorf("gateways (-want +got):\n%s%d changes", diff, len(result.Changes))
			}
		}
	}
}

// Where no program is on disk that could say more, the site has the say.
func TestNewProgramsLinkWhatTheSiteSays(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	wantChanges(t, generate(t, Options{Dir: dir, Output: "other"}), "created other/list/main.go")
	result, err := Plan(t.Context(), Options{Dir: dir, Env: goEnv(), KeepGateways: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(model.DefaultGateways(), result.Programs[0].Gateways); diff != "" {
		t.Errorf("gateways (-want +got):\n%s", diff)
	}
	program, _ := os.ReadFile(filepath.Join(dir, "other/list/main.go"))
	if diff := cmp.Diff(string(program), string(result.Changes[0].New)); diff != "" {
		t.Errorf("the program (-without +with KeepGateways):\n%s", diff)
	}
}
