package runtime

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The settings that the runtime reads, those that it knows (an unknown one in a file is an error), and those of the table
// in the package's documentation are the same.
func TestSettingsAreReadKnownAndDocumented(t *testing.T) {
	read := regexp.MustCompile(`(?:(?:\.Setting|\bsetting)\("(?:CGIGEN_)?|read\(p, ")([A-Z_]+)"`)
	var inCode []string
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "programs" || entry.Name() == "suite" || entry.Name() == "servers" || entry.Name() == "hosts") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(name)
		for _, m := range read.FindAllSubmatch(text, -1) {
			if string(m[1]) == "CGIGEN_" {
				continue // a name is added to it
			}
			inCode = append(inCode, "CGIGEN_"+string(m[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile(`(?m)^//\t(CGIGEN_[A-Z_]+) `).FindAllSubmatch(page, -1) {
		documented = append(documented, string(m[1]))
	}
	known := sorted(settings())
	if len(known) < 10 {
		t.Errorf("only %d settings are known", len(known))
	}
	if got := sorted(inCode); !slices.Equal(got, known) {
		t.Errorf("read and not known, or known and not read: %s", difference(got, known))
	}
	if got := sorted(documented); !slices.Equal(got, known) {
		t.Errorf("documented and not known, or known and not documented: %s", difference(got, known))
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// difference lists what only one of two lists has.
func difference(a, b []string) string {
	onlyA := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
	onlyB := slices.DeleteFunc(slices.Clone(b), func(s string) bool { return slices.Contains(a, s) })
	return fmt.Sprint(onlyA, " ", onlyB)
}
