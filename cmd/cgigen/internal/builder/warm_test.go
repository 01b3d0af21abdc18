package builder

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/generator/model"
)

// warmSite is a program of a site with warm CGI.
func warmSite(t *testing.T, seconds int) model.Main {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "runtime", "warm", "testdata", "site"))
	if err != nil {
		t.Fatal(err)
	}
	return model.Main{Name: "site", Dir: dir, ImportPath: model.WarmPath + "/testdata/site", Warm: seconds}
}

func TestWarmProgramsBeginInTheEntry(t *testing.T) {
	for target, warm := range map[string]bool{"linux/amd64": true, "linux/arm64": true, "linux/386": false, "freebsd/amd64": false} {
		t.Run(target, func(t *testing.T) {
			to, err := ParseTarget(target)
			if err != nil {
				t.Fatal(err)
			}
			if to.HasEntry() != warm {
				t.Errorf("HasEntry is %t", to.HasEntry())
			}
			built, err := Build(t.Context(), Options{Programs: []model.Main{warmSite(t, 45)}, Dir: t.TempDir(), Target: to, Identify: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := checkEntry(built[0].Path); (err == nil) != warm {
				t.Errorf("the entry: %v", err)
			}
		})
	}
}

// A program of a site without warm= begins where all programs do, whatever it imports.
func TestOtherProgramsBeginAsEver(t *testing.T) {
	to, err := ParseTarget("linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	built, err := Build(t.Context(), Options{Programs: []model.Main{warmSite(t, 0)}, Dir: t.TempDir(), Target: to})
	if err != nil {
		t.Fatal(err)
	}
	if err := checkEntry(built[0].Path); err == nil || !strings.Contains(err.Error(), "the linker has ignored -E") {
		t.Errorf("the entry: %v", err)
	}
}

// What is no program of Go is said, and nothing panics.
func TestEntryOfSomethingElse(t *testing.T) {
	file, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell")
	}
	if err := checkEntry(file); err == nil {
		t.Errorf("%s has an entry", file)
	}
}
