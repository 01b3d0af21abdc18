package generator

import (
	"bytes"
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// mainFile is the file of a program.
const mainFile = "main.go"

// ChangeKind says what a Change does.
type ChangeKind int

const (
	Created ChangeKind = iota
	Updated
	Removed
)

// String gives "created", "updated" or "removed".
func (k ChangeKind) String() string {
	return [...]string{"created", "updated", "removed"}[k]
}

// A Change is a file to write or to remove.
type Change struct {
	Kind ChangeKind
	Path string // absolute
	Old  []byte // nil for Created
	New  []byte // nil for Removed
}

// A comparison is what is wanted on disk.
type comparison struct {
	module   *module
	chosen   selection
	sites    []Site
	programs []emitted
	outputs  []string // folders in which stale programs may lie
	live     []string // folders of all programs of the sites, whether chosen or not
}

// compareAll finds the files to write and to remove, sorted by path. What is in
// the way is reported, and nothing is changed.
func compareAll(c comparison, r *reporter) (changes []Change, err error) {
	for _, s := range c.sites {
		if err := c.checkOutDir(s.OutDir, r); err != nil {
			return nil, err
		}
	}
	for _, p := range c.programs {
		change, err := compare(filepath.Join(p.Main.Dir, mainFile), p.Source, r)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change...)
	}
	for _, dir := range c.outputs {
		stale, err := c.stale(dir)
		if err != nil {
			return nil, err
		}
		changes = append(changes, stale...)
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// checkOutDir reports a symbolic link or a file on the way to the programs.
func (c comparison) checkOutDir(outDir string, r *reporter) error {
	for _, dir := range c.module.below(outDir) {
		if there, err := folder(dir, r); err != nil || !there {
			return err
		}
	}
	return nil
}

// folder tells whether a folder is there, and reports what is there instead.
func folder(dir string, r *reporter) (there bool, err error) {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		inTheWay(dir, info, r)
		return false, nil
	}
	return true, nil
}

const wayHint = "move it away, or choose another folder with -o or another name with name="

// inTheWay reports something that we did not make and do not touch.
func inTheWay(file string, info fs.FileInfo, r *reporter) {
	what := "a file that cgigen did not write"
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		what = "a symbolic link"
	case info.IsDir():
		what = "a folder"
	}
	at := r.relative(token.Position{Filename: file})
	r.errors.add(at, "in-the-way", "%s is in the way of a program", what).Hint = wayHint
}

// compare gives the change that a program's file needs, if any. Line ends do
// not count: a checkout may have turned them into CRLF.
func compare(file string, source []byte, r *reporter) ([]Change, error) {
	if there, err := folder(filepath.Dir(file), r); err != nil || !there {
		return []Change{{Kind: Created, Path: file, New: source}}, err
	}
	checkPackage(filepath.Dir(file), r)
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Change{{Kind: Created, Path: file, New: source}}, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		inTheWay(file, info, r)
		return nil, nil
	}
	old, err := os.ReadFile(file)
	switch {
	case err != nil:
		return nil, err
	case !isOurs(old):
		inTheWay(file, info, r)
		return nil, nil
	case bytes.Equal(withoutCR(old), source):
		return nil, nil
	}
	return []Change{{Kind: Updated, Path: file, Old: old, New: source}}, nil
}

// checkPackage reports files of another package in the folder of a program.
func checkPackage(dir string, r *reporter) {
	for _, file := range goFilesIn(dir) {
		f, err := parser.ParseFile(r.fset, file, nil, parser.PackageClauseOnly)
		if filepath.Base(file) != mainFile && err == nil && f.Name.Name != "main" {
			r.errorf(f.Name.Pos(), "in-the-way", "package %s is in the way of a program, which is package main", f.Name.Name).Hint = wayHint
			return
		}
	}
}

func withoutCR(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}

// stale gives the removal of our programs that have lost their handlers. Those
// of excluded files still have theirs, and those of packages that the patterns
// do not choose are none of this run's business.
func (c comparison) stale(dir string) ([]Change, error) {
	if !c.isReal(dir) {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	var changes []Change
	for _, entry := range entries {
		file := filepath.Join(dir, entry.Name(), mainFile)
		info, err := os.Lstat(file)
		if !entry.IsDir() || slices.Contains(c.live, filepath.Dir(file)) || err != nil || !info.Mode().IsRegular() {
			continue
		}
		old, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if packages, ours := headerPackages(old); ours && c.choosesAll(packages) {
			changes = append(changes, Change{Kind: Removed, Path: file, Old: old})
		}
	}
	return changes, err
}

// isReal tells whether a folder is there, and no symbolic link leads to it from
// the root of the module.
func (c comparison) isReal(dir string) bool {
	return !slices.ContainsFunc(c.module.below(dir), func(above string) bool {
		info, err := os.Lstat(above)
		return err != nil || !info.IsDir()
	})
}

func (c comparison) choosesAll(packages []string) bool {
	return !slices.ContainsFunc(packages, func(pkg string) bool { return !c.chosen.has(c.module, pkg) })
}
