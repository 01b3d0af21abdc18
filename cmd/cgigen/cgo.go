package main

import (
	"context"
	"maps"
	"slices"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/generator"
	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/model"
)

// cgoCode names findings about packages that need cgo: docs/reference/vet.md.
const cgoCode = "cgigencgo"

// cgoFindings reports which packages of the programs are stubs without cgo, and
// which of them cannot be built at all.
func cgoFindings(ctx context.Context, result *generator.Result, target builder.Target, tags string) (warnings, mistakes diag.List, err error) {
	uses, err := builder.FindCgo(ctx, target, tags, wiredPackages(result.Model))
	for _, u := range uses {
		at := u.Position
		at.Filename, at.Offset = shown(at.Filename), 0
		d := diag.Diagnostic{Position: at, Code: cgoCode, Message: u.Message(), Hint: "import a package that does the same in Go alone"}
		if u.Missing {
			mistakes = append(mistakes, d)
		} else {
			warnings = append(warnings, d)
		}
	}
	return warnings, mistakes, err
}

// checkCgo warns about packages that are stubs without cgo, before they are
// compiled, and refuses those of which nothing is left.
func (a *app) checkCgo(ctx context.Context, result *generator.Result, target builder.Target, tags string) error {
	warnings, mistakes, err := cgoFindings(ctx, result, target, tags)
	if err != nil {
		return err
	}
	a.warn(&generator.Result{Warnings: warnings})
	if len(mistakes) > 0 {
		return mistakes
	}
	return nil
}

// wiredPackages returns the import paths of everything that programs are wired
// from.
func wiredPackages(model *model.Model) []string {
	paths := map[string]bool{}
	for _, p := range model.Programs {
		for _, s := range p.Steps {
			if s.Config != nil {
				paths[s.Config.Type.Package] = true
			} else {
				paths[s.Func.Package] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(paths))
}
