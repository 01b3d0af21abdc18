package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator"
)

// goBlock is a block of Go in a Markdown file.
var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

func TestReadmeShowsWhatIsGenerated(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := goBlock.FindAllSubmatch(readme, 2)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/shop\n\ngo 1.26.0\n\n"+
		"require github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => "+filepath.ToSlash(root)+"\n")
	write(t, filepath.Join(dir, "users", "users.go"), string(blocks[0][1]))
	env := append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-mod=mod")
	result, err := generator.Plan(t.Context(), generator.Options{Dir: dir, Env: env})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(blocks[1][1]), string(result.Changes[0].New)); diff != "" {
		t.Errorf("the README's second block is not what its first one gives (-README +generated):\n%s", diff)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
