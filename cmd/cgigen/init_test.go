package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/goproxytest"
)

// A release of cgigen, as a module proxy has it.
const release = `-- .mod --
module github.com/cgigen/cgigen

go 1.26.0
-- .info --
{"Version": "v1.2.3", "Time": "2026-01-02T03:04:05Z"}
-- go.mod --
module github.com/cgigen/cgigen

go 1.26.0
-- cmd/cgigen/main.go --
package main

func main() {}
`

func TestStarterOfAReleaseRequiresItAsATool(t *testing.T) {
	proxy := t.TempDir()
	name := filepath.Join(proxy, "github.com_cgigen_cgigen_v1.2.3.txtar")
	if err := os.WriteFile(name, []byte(release), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", goproxytest.NewTestServer(t, proxy, "").URL)
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw")
	t.Setenv("GOMODCACHE", t.TempDir())
	project := starter{dir: filepath.Join(t.TempDir(), "hello"), module: "example.com/hello", version: "v1.2.3"}
	if err := project.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{".gitignore", "README.md", "go.mod", "go.sum", "hello.go", "page.html"}
	if diff := cmp.Diff(want, namesIn(t, project.dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	text, err := os.ReadFile(filepath.Join(project.dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod := "module example.com/hello\n\ngo 1.26.0\n\ntool github.com/cgigen/cgigen/cmd/cgigen\n\n" +
		"require github.com/cgigen/cgigen v1.2.3 // indirect\n"
	if diff := cmp.Diff(mod, string(text)); diff != "" {
		t.Errorf("go.mod (-want +got):\n%s", diff)
	}
}

func TestStarterLeavesNothingBehindWithoutItsRelease(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOMODCACHE", t.TempDir())
	parent := t.TempDir()
	project := starter{dir: filepath.Join(parent, "new", "hello"), module: "example.com/hello", version: "v1.2.3"}
	err := project.write(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), "adding cgigen v1.2.3 to the project: ") {
		t.Errorf("got the error %v", err)
	}
	if got := namesIn(t, parent); len(got) > 0 {
		t.Errorf("there is %q", got)
	}
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
