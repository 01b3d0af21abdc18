package generator

import (
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/wire"
)

// A package alone never shows more than the whole module does: what
// CheckPackage says of a golden is among its errors.
func TestPackagesAloneShowWhatTheModuleShows(t *testing.T) {
	found := 0
	t.Run("case", func(t *testing.T) {
		for _, file := range goldens(t) {
			archive := readGolden(t, file)
			if name := caseName(file); strings.HasPrefix(name, "reject_") && goldenOptions(archive, "").Patterns == nil {
				t.Run(name, func(t *testing.T) {
					dir := t.TempDir()
					extract(t, dir, name, inputs(archive))
					found += checkAlone(t, dir, texts(wanted(archive))["want/errors"])
				})
			}
		}
	})
	if !filtered() && found < 100 {
		t.Errorf("only %d mistakes are found", found)
	}
}

func checkAlone(t *testing.T, dir, said string) (found int) {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: dir, Env: goEnv()}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range loaded {
		if len(p.Errors) > 0 {
			continue
		}
		at := diag.Positions{Fset: p.Fset, Dir: dir}
		for _, d := range wire.CheckPackage(p.Fset, p.Syntax, p.Types) {
			d.Position = at.Relative(d.Position)
			for i, r := range d.Related {
				d.Related[i].Position = at.Relative(r.Position)
			}
			found++
			if !strings.Contains(said+"\n", d.Error()+"\n") {
				t.Errorf("the package alone shows\n%v", d)
			}
		}
	}
	return found
}
