package gocmd

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
)

// A Selection is the packages that the patterns of the command line choose.
// It also knows those that the go command does not list: packages without a
// file for the current GOOS, and those that are gone.
type Selection []packagePattern

type packagePattern struct {
	Module *Module // nil for any
	paths  *regexp.Regexp
}

// Has reports whether the patterns choose a package of a module.
func (s Selection) Has(m *Module, importPath string) bool {
	return slices.ContainsFunc(s, func(p packagePattern) bool {
		return (p.Module == nil || p.Module == m) && p.paths.MatchString(importPath)
	})
}

// Select reads package patterns, see go help packages.
func Select(patterns []string, dir string, modules []*Module) (Selection, error) {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	var s Selection
	for _, pattern := range patterns {
		p, err := newPattern(pattern, dir, modules)
		if err != nil {
			return nil, err
		}
		s = append(s, p)
	}
	return s, nil
}

func newPattern(pattern, dir string, modules []*Module) (packagePattern, error) {
	switch {
	case pattern == "all" || pattern == "work":
		return packagePattern{paths: wildcards("...")}, nil
	case strings.HasSuffix(pattern, ".go"):
		return packagePattern{}, &diag.UsageError{Message: fmt.Sprintf("%s is a file", pattern), Hint: "name its package"}
	case filepath.IsAbs(pattern):
		return localPattern(pattern, filepath.Clean(pattern), modules)
	case isLocal(filepath.ToSlash(pattern)):
		return localPattern(pattern, filepath.Join(dir, pattern), modules)
	}
	return pathPattern(pattern, modules)
}

func isLocal(pattern string) bool {
	return pattern == "." || pattern == ".." || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../")
}

// localPattern reads a pattern of folders. Like the go command's, it stays in
// one module.
func localPattern(pattern, full string, modules []*Module) (packagePattern, error) {
	root := full
	if before, _, wild := strings.Cut(full, "..."); wild {
		root = filepath.Dir(before + "x")
	}
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return packagePattern{}, &diag.UsageError{Message: fmt.Sprintf("%s: there is no folder %s", pattern, root)}
	}
	m := ModuleOf(root, modules)
	if m == nil {
		return packagePattern{}, &diag.UsageError{
			Message: fmt.Sprintf("%s: %s is not in %s", pattern, root, named(modules)),
			Hint:    "run cgigen in the module's folder (-C), or add the module to the workspace with go work use",
		}
	}
	return packagePattern{m, wildcards(m.ImportPath(full))}, nil
}

// ModuleOf returns the innermost module that a folder lies in, nil for none.
func ModuleOf(dir string, modules []*Module) *Module {
	var inner *Module
	for _, m := range modules {
		if m.Contains(dir) && (inner == nil || len(m.Dir) > len(inner.Dir)) {
			inner = m
		}
	}
	return inner
}

func ModulePaths(modules []*Module) string {
	var paths []string
	for _, m := range modules {
		paths = append(paths, m.Path)
	}
	return strings.Join(paths, ", ")
}

// named names the modules that a pattern is about.
func named(modules []*Module) string {
	if len(modules) == 1 {
		return "the module " + modules[0].Path
	}
	return "any of the modules " + ModulePaths(modules)
}

// pathPattern reads a pattern of import paths. It has to be about the main
// modules, since programs are written for their handlers alone.
func pathPattern(pattern string, modules []*Module) (packagePattern, error) {
	p := packagePattern{paths: wildcards(pattern)}
	root, _, wild := strings.Cut(pattern, "...")
	for _, m := range modules {
		below, inside := strings.CutPrefix(pattern, m.Path)
		inside = inside && (below == "" || below[0] == '/')
		if wild && (inside || strings.HasPrefix(m.Path+"/", root)) {
			return p, nil
		}
		if info, err := os.Stat(filepath.Join(m.Dir, filepath.FromSlash(below))); inside && err == nil && info.IsDir() {
			return p, nil
		}
	}
	hint := "packages are given as for the go command: ./... or an import path"
	if _, err := os.Stat(pattern); err == nil {
		hint = "for a folder write ./" + pattern
	}
	return packagePattern{}, &diag.UsageError{Message: fmt.Sprintf("%s is no package of %s", pattern, named(modules)), Hint: hint}
}

// wildcards makes a regular expression of a pattern: ... stands for any text,
// and /... at the end also for none.
func wildcards(pattern string) *regexp.Regexp {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	if below, ok := strings.CutSuffix(expr, `/.*`); ok {
		expr = below + `(/.*)?`
	}
	return regexp.MustCompile(`^` + expr + `$`)
}
