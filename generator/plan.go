package generator

import (
	"bytes"
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
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

// An emitted program is the source of one.
type emitted struct {
	Main   Main
	Source []byte
}

// emit writes the source of the programs.
func (r *run) emit(model *Model) ([]emitted, error) {
	var programs []emitted
	for _, p := range model.Programs {
		s := r.siteAt(model.SiteOf(p).Dir)
		m := Main{
			Name: p.Name, Dir: filepath.Join(s.OutDir, p.Name), ImportPath: path.Join(s.OutPath, p.Name), Site: p.Site,
			Gateways: sortedGateways(s.Gateways),
		}
		source, err := emitProgram(p, m.ImportPath, s.Site)
		if err != nil {
			return nil, err
		}
		programs = append(programs, emitted{m, source})
	}
	return programs, nil
}

// siteAt gives the site of a folder.
func (r *run) siteAt(dir string) *site {
	return r.sites[slices.IndexFunc(r.sites, func(s *site) bool { return s.Dir == dir })]
}

// result compares the programs with what is on disk. live are the folders of
// all programs of the sites.
func (r *run) result(model *Model, programs []emitted, live []string) (result *Result, err error) {
	result = &Result{Model: model}
	for _, s := range model.Sites {
		if err := r.checkOutDir(r.siteAt(s.Dir)); err != nil {
			return nil, err
		}
	}
	if r.KeepGateways {
		if programs, err = r.keepGateways(model, programs); err != nil {
			return nil, err
		}
	}
	for _, p := range programs {
		result.Programs = append(result.Programs, p.Main)
		change, err := r.compare(filepath.Join(p.Main.Dir, mainFile), p.Source)
		if err != nil {
			return nil, err
		}
		result.Changes = append(result.Changes, change...)
	}
	for _, dir := range r.outputFolders() {
		stale, err := r.stale(dir, live)
		if err != nil {
			return nil, err
		}
		result.Changes = append(result.Changes, stale...)
	}
	slices.SortFunc(result.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	if len(r.errors) > 0 {
		return nil, r.errors
	}
	return result, nil
}

// checkOutDir reports a symbolic link or a file on the way to the programs.
func (r *run) checkOutDir(s *site) error {
	for _, dir := range r.module.below(s.OutDir) {
		if there, err := r.folder(dir); err != nil || !there {
			return err
		}
	}
	return nil
}

// folder tells whether a folder is there, and reports what is there instead.
func (r *run) folder(dir string) (there bool, err error) {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.IsDir():
		r.inTheWay(dir, info)
		return false, nil
	}
	return true, nil
}

const wayHint = "move it away, or choose another folder with -o or another name with name="

// inTheWay reports something that we did not make and do not touch.
func (r *run) inTheWay(file string, info fs.FileInfo) {
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
func (r *run) compare(file string, source []byte) ([]Change, error) {
	if there, err := r.folder(filepath.Dir(file)); err != nil || !there {
		return []Change{{Kind: Created, Path: file, New: source}}, err
	}
	r.checkPackage(filepath.Dir(file))
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Change{{Kind: Created, Path: file, New: source}}, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		r.inTheWay(file, info)
		return nil, nil
	}
	old, err := os.ReadFile(file)
	switch {
	case err != nil:
		return nil, err
	case !isOurs(old):
		r.inTheWay(file, info)
		return nil, nil
	case bytes.Equal(withoutCR(old), source):
		return nil, nil
	}
	return []Change{{Kind: Updated, Path: file, Old: old, New: source}}, nil
}

// checkPackage reports files of another package in the folder of a program.
func (r *run) checkPackage(dir string) {
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

// outputFolders gives the folders in which stale programs may lie: those of the
// sites and, if there is any //cgigen:site, those that were a site's before.
func (r *run) outputFolders() []string {
	var dirs []string
	for _, s := range r.sites {
		if r.Site == "" || s.Name == r.Site {
			dirs = append(dirs, s.OutDir)
		}
		if s.IsDeclared() && r.Output == "" && r.Site == "" {
			dirs = append(dirs, r.outputs...)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// stale gives the removal of our programs that have lost their handlers. Those
// of excluded files still have theirs, and those of packages that the patterns
// do not choose are none of this run's business. live are the folders of all
// programs of the sites.
func (r *run) stale(dir string, live []string) ([]Change, error) {
	if !r.isReal(dir) {
		return nil, nil
	}
	entries, err := os.ReadDir(dir)
	var changes []Change
	for _, entry := range entries {
		file := filepath.Join(dir, entry.Name(), mainFile)
		info, err := os.Lstat(file)
		if !entry.IsDir() || slices.Contains(live, filepath.Dir(file)) || err != nil || !info.Mode().IsRegular() {
			continue
		}
		old, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if packages, ours := headerPackages(old); ours && r.choosesAll(packages) {
			changes = append(changes, Change{Kind: Removed, Path: file, Old: old})
		}
	}
	return changes, err
}

// isReal tells whether a folder is there, and no symbolic link leads to it from
// the root of the module.
func (r *run) isReal(dir string) bool {
	return !slices.ContainsFunc(r.module.below(dir), func(above string) bool {
		info, err := os.Lstat(above)
		return err != nil || !info.IsDir()
	})
}

// liveFolders gives the folders of all programs of the sites.
func (r *run) liveFolders() []string {
	live := map[string]bool{}
	silent := &reporter{positions: r.positions}
	for _, s := range r.sites {
		for _, a := range r.handlers(s) {
			if name, _, ok := a.programOf(silent); ok {
				live[filepath.Join(s.OutDir, name.value)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(live))
}

func (r *run) choosesAll(packages []string) bool {
	return !slices.ContainsFunc(packages, func(pkg string) bool { return !r.selection.has(r.module, pkg) })
}
