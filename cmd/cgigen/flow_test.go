package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	generatorPath = "github.com/cgigen/cgigen/generator"
	runtimePath   = "github.com/cgigen/cgigen/runtime"
)

// dataFlow lists the packages of the generator in the order of the data: each
// may import those before it, and none may reach back.
func dataFlow() []string {
	return []string{
		"diag", "model", // plain data
		"internal/naming", "internal/mainfile", "internal/gocmd", // what several phases ask
		"internal/directive", "internal/scan", "internal/load", "internal/site", "internal/envconfig", "internal/wire", // source → model
		"internal/emit", "internal/disk", // model → files
		"internal/buildcheck", "internal/cache", // around a run
	}
}

// productionImports lists what the files of a package import, without tests.
func productionImports(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no Go files: %v", dir, err)
	}
	imports := map[string][]string{}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			imports[file] = importsOf(t, file)
		}
	}
	return imports
}

func TestNoPhaseReachesBack(t *testing.T) {
	flow := dataFlow()
	for i, phase := range flow {
		for file, imports := range productionImports(t, filepath.Join("..", "..", "generator", phase)) {
			for _, path := range imports {
				below, ours := strings.CutPrefix(path, generatorPath)
				if at := slices.Index(flow, strings.TrimPrefix(below, "/")); ours && (at < 0 || at >= i) {
					t.Errorf("%s imports %s, which is no earlier phase", file, path)
				}
			}
		}
	}
}

func TestEveryPhaseHasItsPlaceInTheDataFlow(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join("..", "..", "generator", "internal", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no folders: %v", err)
	}
	beside := []string{"golangci", "scale"} // commands that test and measure
	for _, folder := range folders {
		name := filepath.Base(folder)
		if !slices.Contains(dataFlow(), "internal/"+name) && !slices.Contains(beside, name) {
			t.Errorf("generator/internal/%s has no place in the data flow", name)
		}
	}
}

// What a package may not import, and which packages alone may.
func TestSyntaxTypesAndProcessesStayInTheirPhases(t *testing.T) {
	tests := []struct {
		what      string
		forbidden []string
		in        []string // phases; nil is all but those under except
		except    []string
	}{
		{"plain data is free of everything but the standard library", []string{"github.com", "golang.org"}, []string{"diag", "model"}, nil},
		{"the model and what is written from it are free of syntax and types", []string{"go/ast", "go/types"}, []string{"model", "internal/emit"}, nil},
		{"one phase loads packages", []string{"golang.org/x/tools/go/packages"}, nil, []string{"internal/load"}},
		{"one phase runs commands", []string{"os/exec"}, nil, []string{"internal/gocmd"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			for _, phase := range dataFlow() {
				if test.in != nil && !slices.Contains(test.in, phase) || slices.Contains(test.except, phase) {
					continue
				}
				for file, imports := range productionImports(t, filepath.Join("..", "..", "generator", phase)) {
					for _, path := range imports {
						if hasPrefix(path, test.forbidden) && !strings.HasPrefix(path, generatorPath) {
							t.Errorf("%s imports %s", file, path)
						}
					}
				}
			}
		})
	}
}

// What proves and what measures the runtime is no part of any program.
func TestNothingThatShipsImportsTestsOrBenchmarks(t *testing.T) {
	root := filepath.Join("..", "..")
	apart := []string{runtimePath + "/internal/conformance", runtimePath + "/internal/bench"}
	seen := 0
	for _, file := range slices.Concat(goFiles(t, filepath.Join(root, "runtime")), goFiles(t, filepath.Join(root, "cmd")), goFiles(t, filepath.Join(root, "generator"))) {
		slashed := filepath.ToSlash(file)
		if strings.HasSuffix(file, "_test.go") || strings.Contains(slashed, "/internal/conformance/") || strings.Contains(slashed, "/internal/bench/") {
			continue
		}
		seen++
		for _, path := range importsOf(t, file) {
			if hasPrefix(path, apart) {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d files were read", seen)
	}
}
