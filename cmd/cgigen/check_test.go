package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

// The names in a diff are read by git as they are meant, whatever is in them.
func TestGitReadsTheNamesOfADiff(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("git is not installed")
	}
	for _, name := range []string{"plain.go", "two words.go", `"quoted".go`, `back\slash.go`, "tab\there.go", "line\nend.go", "bell\x07.go", "grüße \x7f.go", "ends with space "} {
		dir := t.TempDir()
		file := filepath.Join(dir, name)
		before, after := []byte("a\nb\n"), []byte("a\nc\n")
		if err := os.WriteFile(file, before, 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "git", "apply", "-p1", "--unsafe-paths", "-")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "GIT_DIR="+filepath.Join(dir, "none"))
		cmd.Stdin = bytes.NewReader(diff.Diff(diffName("a/"+name), before, diffName("b/"+name), after))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", name, err, out)
			continue
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != string(after) {
			t.Errorf("%q: got %q, %v", name, got, err)
		}
	}
}
