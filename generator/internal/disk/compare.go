// Package disk compares programs with what lies on disk, and applies the difference.
//
//	changes, err := disk.Compare(disk.Wanted{…}, report) // changes nothing
//	err = disk.Apply(changes)                             // all or none
//
// A file without our header, and a symbolic link, are in the way and reported; they are
// never overwritten or removed.
//
// Read compare.go, apply.go, keep_gateways.go (what programs on disk link).
package disk

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

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/emit"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/model"
)

// A Wanted is what is wanted on disk.
type Wanted struct {
	Module   *gocmd.Module
	Chosen   gocmd.Selection
	Sites    []model.Site
	Programs []emit.File
	Outputs  []string // folders in which stale programs may lie
	Live     []string // folders of all programs of the sites, whether chosen or not
}

// Compare finds the files to write and to remove, sorted by path. What is in
// the way is reported, and nothing is changed.
func Compare(c Wanted, r *diag.Reporter) (changes []model.Change, err error) {
	for _, s := range c.Sites {
		if err := c.checkOutDir(s.OutDir, r); err != nil {
			return nil, err
		}
	}
	for _, p := range c.Programs {
		change, err := compare(filepath.Join(p.Main.Dir, mainfile.MainFile), p.Source, r)
		if err != nil {
			return nil, err
		}
		changes = append(changes, change...)
	}
	for _, dir := range c.Outputs {
		stale, err := c.stale(dir)
		if err != nil {
			return nil, err
		}
		changes = append(changes, stale...)
	}
	slices.SortFunc(changes, func(a, b model.Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// checkOutDir reports a symbolic link or a file on the way to the programs.
func (c Wanted) checkOutDir(outDir string, r *diag.Reporter) error {
	for _, dir := range c.Module.Below(outDir) {
		if there, err := folder(dir, r); err != nil || !there {
			return err
		}
	}
	return nil
}

// folder reports whether a folder is there, and reports what is there instead.
func folder(dir string, r *diag.Reporter) (there bool, err error) {
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
func inTheWay(file string, info fs.FileInfo, r *diag.Reporter) {
	what := "a file that cgigen did not write"
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		what = "a symbolic link"
	case info.IsDir():
		what = "a folder"
	}
	at := r.Relative(token.Position{Filename: file})
	r.Errors.Add(at, "in-the-way", "cannot write a program: %s is already there", what).Hint = wayHint
}

// compare returns the change that a program's file needs, if any. Line ends do
// not count: a checkout may have turned them into CRLF.
func compare(file string, source []byte, r *diag.Reporter) ([]model.Change, error) {
	if there, err := folder(filepath.Dir(file), r); err != nil || !there {
		return []model.Change{{Kind: model.Created, Path: file, New: source}}, err
	}
	checkPackage(filepath.Dir(file), r)
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []model.Change{{Kind: model.Created, Path: file, New: source}}, nil
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
	case !mainfile.IsOurs(old):
		inTheWay(file, info, r)
		return nil, nil
	case bytes.Equal(withoutCR(old), source):
		return nil, nil
	}
	return []model.Change{{Kind: model.Updated, Path: file, Old: old, New: source}}, nil
}

// checkPackage reports files of another package in the folder of a program.
func checkPackage(dir string, r *diag.Reporter) {
	for _, file := range gocmd.GoFilesIn(dir) {
		f, err := parser.ParseFile(r.Fset, file, nil, parser.PackageClauseOnly)
		if filepath.Base(file) != mainfile.MainFile && err == nil && f.Name.Name != "main" {
			r.Errorf(f.Name.Pos(), "in-the-way", "cannot write a program here: the folder has package %s, and programs are package main", f.Name.Name).Hint = wayHint
			return
		}
	}
}

func withoutCR(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}

// stale returns the removal of our programs that have lost their handlers. It
// leaves the programs of excluded files, which still have theirs, and the programs
// of packages that the patterns do not select.
func (c Wanted) stale(dir string) ([]model.Change, error) {
	if !c.isReal(dir) {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	var changes []model.Change
	for _, entry := range entries {
		file := filepath.Join(dir, entry.Name(), mainfile.MainFile)
		info, err := os.Lstat(file)
		if !entry.IsDir() || slices.Contains(c.Live, filepath.Dir(file)) || err != nil || !info.Mode().IsRegular() {
			continue
		}
		old, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if packages, ours := mainfile.Packages(old); ours && c.choosesAll(packages) {
			changes = append(changes, model.Change{Kind: model.Removed, Path: file, Old: old})
		}
	}
	return changes, err
}

// isReal reports whether a folder is there, and no symbolic link leads to it from
// the root of the module.
func (c Wanted) isReal(dir string) bool {
	return !slices.ContainsFunc(c.Module.Below(dir), func(above string) bool {
		info, err := os.Lstat(above)
		return err != nil || !info.IsDir()
	})
}

func (c Wanted) choosesAll(packages []string) bool {
	return !slices.ContainsFunc(packages, func(pkg string) bool { return !c.Chosen.Has(c.Module, pkg) })
}
