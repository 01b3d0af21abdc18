package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type houseRule struct {
	part    string   // folder at the top of the module
	imports []string // prefixes of import paths
	tests   []string
}

// house lists what each part of the module may import besides the standard
// library. Tests may import what stands under tests, too.
var house = []houseRule{
	{part: "runtime", imports: []string{"github.com/cgigen/cgigen/runtime"}},
	{part: "templates"},
	{
		part: "generator",
		// Defaults are checked by the code that will read them.
		imports: []string{"github.com/cgigen/cgigen/runtime/config", "github.com/dave/jennifer/jen", "github.com/golangci/plugin-module-register", "golang.org/x/mod", "golang.org/x/tools", "github.com/cgigen/cgigen/generator"},
		tests:   []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/cgigen/cgigen"},
	},
	{
		part: "cmd",
		imports: []string{
			"github.com/CycloneDX/cyclonedx-go",
			"github.com/cgigen/cgigen/cmd",
			"github.com/cgigen/cgigen/generator",
			"github.com/cgigen/cgigen/templates",
			"github.com/fsnotify/fsnotify",
			"github.com/google/go-containerregistry/pkg",
			"github.com/rogpeppe/go-internal/diff",
			"github.com/schollz/progressbar/v3",
			"github.com/spf13/cobra",
			"golang.org/x/crypto/x509roots/fallback/bundle",
			"golang.org/x/mod",
			"golang.org/x/term",
		},
		tests: []string{"github.com/google/go-cmp", "github.com/rogpeppe/go-internal", "github.com/cgigen/cgigen", "golang.org/x/tools/go/packages"},
	},
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, rule := range house {
		for _, file := range goFiles(t, filepath.Join(root, rule.part)) {
			allowed := rule.imports
			if strings.HasSuffix(file, "_test.go") {
				allowed = slices.Concat(rule.imports, rule.tests)
			}
			for _, path := range importsOf(t, file) {
				if !isStandard(path) && !hasPrefix(path, allowed) {
					t.Errorf("%s imports %s; %s may import the standard library and %q", file, path, rule.part, allowed)
				}
			}
		}
	}
}

func TestEveryPackageIsSubjectToTheHouse(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, file := range goFiles(t, root) {
		rel, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		part, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		if !slices.ContainsFunc(house, func(rule houseRule) bool { return rule.part == part }) {
			t.Errorf("%s lies in a part of the module that has no rule", file)
		}
	}
}

// goFiles lists the Go files of this module below a folder.
func goFiles(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != dir && isForeign(name):
			return filepath.SkipDir
		case filepath.Ext(name) == ".go":
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// isForeign reports whether the go command does not count a folder as ours.
func isForeign(dir string) bool {
	base := filepath.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") && base != ".." || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// isStandard reports whether a path is of the standard library: those of modules begin with
// a host name.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func hasPrefix(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return path == prefix || strings.HasPrefix(path, prefix+"/")
	})
}
