package doctor

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every finding is described in docs/doctor.md, and nothing that is none.
func TestEveryFindingIsDocumented(t *testing.T) {
	docs, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "doctor.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`(?:Finding\{|report\(|id, what :?= )"([a-z0-9-]+)"`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range id.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(string(docs), "`"+m[1]+"`") {
				t.Errorf("%s: %s is not in docs/doctor.md", file, m[1])
			}
		}
	}
}
