//go:build unix

package doctor

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The doctor finds the lines that programs refuse, and no others: both read files
// that are put together at random.
func TestSettingsAreReadAsProgramsReadThem(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	dir := t.TempDir()
	private := filepath.Join(dir, "private")
	program := filepath.Join(dir, "readenv")
	must(t, os.Mkdir(private, 0o700))
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "-ldflags=-X=github.com/cgigen/cgigen/runtime/config.fixedDir="+private, ".")
	build.Dir = filepath.Join("..", "..", "..", "..", "generator", "configdoc", "testdata", "readenv")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	parts := []string{"A", "B", "=", " ", "\t", "#", "'", `"`, "export ", "export\t", "x", "-", "\r", "\n", "\n", "\n", "é", "1", "=x", "='x'", "A=", "B=x\n", "-----BEGIN K-----", `\n`}
	random := rand.New(rand.NewPCG(1, 2))
	position := regexp.MustCompile(`site\.env:(\d+): `)
	for range 500 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(parts[random.IntN(len(parts))])
		}
		text := b.String()
		must(t, os.WriteFile(filepath.Join(private, "site.env"), []byte(text), 0o600))
		cmd := exec.CommandContext(t.Context(), program, "ANY")
		cmd.Env = []string{}
		out, _ := cmd.CombinedOutput() // its exit code says no more than its lines
		refused := map[int]bool{}
		for _, m := range position.FindAllStringSubmatch(string(out), -1) {
			line, err := strconv.Atoi(m[1])
			must(t, err)
			refused[line] = true
		}
		tree := &tree{Report: &Report{}, dir: dir}
		tree.readSettings("private/site.env")
		found := map[int]bool{}
		for _, f := range tree.Findings {
			var line int
			_, err := fmt.Sscanf(f.Where, "private/site.env:%d", &line)
			must(t, err)
			found[line] = true
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(refused)), slices.Sorted(maps.Keys(found))); diff != "" {
			t.Errorf("%q: -program +doctor:\n%s\n%s", text, diff, out)
		}
	}
}
