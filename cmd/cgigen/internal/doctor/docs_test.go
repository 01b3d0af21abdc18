package doctor

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docs/reference/doctor.md describes every finding, and no other names.
func TestEveryFindingIsDocumented(t *testing.T) {
	docs, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "reference", "doctor.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*) \\|").FindAllStringSubmatch(string(docs), -1) {
		for id := range strings.SplitSeq(row[1], ", ") {
			documented = append(documented, strings.Trim(id, "`"))
		}
	}
	slices.Sort(documented)
	if diff := cmp.Diff(found(t), slices.Compact(documented)); diff != "" {
		t.Errorf("-findings +documented\n%s", diff)
	}
	if len(documented) < 50 {
		t.Errorf("only %d findings: is the page still read as it is written?", len(documented))
	}
}

// found returns the names of findings that stand in the source.
func found(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`(?:Finding\{|report\(|id, what :?= )"([a-z0-9-]+)"`)
	var ids []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range id.FindAllStringSubmatch(string(text), -1) {
			ids = append(ids, m[1])
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
