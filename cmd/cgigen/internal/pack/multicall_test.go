package pack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/model"
)

// generated is the source of a program as generate writes it.
func generated(name, gateways string) []byte {
	return []byte(`package main

import (
	"context"

	"example.com/shop"
	"github.com/cgigen/cgigen/runtime"
	"github.com/cgigen/cgigen/runtime/cgi"
	"github.com/cgigen/cgigen/runtime/fastcgi"
)

func main() {
	runtime.Main("` + name + `", build, ` + gateways + `)
}

// build wires the program.
func build(ctx context.Context, app *runtime.App) error {
	app.Handle("GET /` + name + `", shop.New(load(app.Config().String())))
	return nil
}

func load(text string) string { return text }
`)
}

// joined returns the files of a joined program by their names.
func joined(t *testing.T, mode JoinMode) (*Joined, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	result := &generator.Result{}
	for _, name := range []string{"home", "shop"} {
		main := model.Main{Name: name, Dir: filepath.Join(dir, name), ImportPath: "example.com/shop/cgi-bin/" + name}
		result.Programs = append(result.Programs, main)
		result.Changes = append(result.Changes, model.Change{Kind: model.Created, Path: filepath.Join(main.Dir, "main.go"), New: generated(name, "cgi.Gateway, fastcgi.Gateway")})
	}
	j, err := Join("shop", mode, result)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Remove)
	text, err := os.ReadFile(j.Overlay)
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string }
	if err := json.Unmarshal(text, &overlay); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for name, actual := range overlay.Replace {
		source, err := os.ReadFile(actual)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(name) != j.Main.Dir {
			t.Errorf("%s does not lie in %s", name, j.Main.Dir)
		}
		files[filepath.Base(name)] = string(source)
	}
	return j, files
}

// Several programs in one file keep their functions apart, and the one main has the
// gateways that they have.
func TestJoinedProgramsKeepApart(t *testing.T) {
	all := []string{"cgi.Gateway", "fastcgi.Gateway", `"github.com/cgigen/cgigen/runtime/cgi"`, `"github.com/cgigen/cgigen/runtime/fastcgi"`, "buildP0", "buildP1"}
	byName := []string{`case "home":` + "\n\t\tmainP0()", `case "shop":` + "\n\t\tmainP1()"}
	for mode, main := range map[JoinMode][]string{ByName: byName, AllRoutes: all} {
		j, files := joined(t, mode)
		if j.Main.Name != "shop-site" || j.Main.ImportPath != "example.com/shop/cgi-bin/shop-site" {
			t.Errorf("the program is %+v", j.Main)
		}
		for file, wants := range map[string][]string{
			"p0.go":   {"package main", "func buildP0(", `app.Handle("GET /home", shop.New(loadP0(app.Config().String())))`, "func loadP0("},
			"p1.go":   {"package main", "func buildP1(", "func loadP1("},
			"main.go": main,
		} {
			for _, want := range wants {
				if !strings.Contains(files[file], want) {
					t.Errorf("mode %d: there is no %s in %s:\n%s", mode, want, file, files[file])
				}
			}
		}
	}
}

func TestJoinLeavesNothingBehindWhenItFails(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	main := model.Main{Name: "home", Dir: t.TempDir(), ImportPath: "example.com/shop/cgi-bin/home"}
	for name, source := range map[string]string{"no call of Main": "package main\n\nfunc main() {}\n", "not Go": "packag main\n"} {
		result := &generator.Result{Programs: []model.Main{main}, Changes: []model.Change{{Kind: model.Created, Path: filepath.Join(main.Dir, "main.go"), New: []byte(source)}}}
		if _, err := Join("shop", ByName, result); err == nil || !strings.HasPrefix(err.Error(), "joining the programs: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	entries, err := os.ReadDir(os.TempDir())
	if err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "cgigen-join-") }) {
		t.Errorf("%v, %v", entries, err)
	}
}

// mod_fcgid starts the programs of its layout, and no other handler does.
func TestLayoutsChooseTheirHandler(t *testing.T) {
	for layout, want := range map[string]string{"fcgid": "SetHandler fcgid-script", "subdir": "SetHandler cgi-script"} {
		tree, err := New(options(t, "apache", layout))
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(tree.Blocks, func(b Block) bool { return !b.Site && strings.Contains(string(b.Data), want) })
		if !found {
			t.Errorf("layout %s has no %s", layout, want)
		}
	}
}
