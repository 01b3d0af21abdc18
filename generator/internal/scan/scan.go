// Package scan finds the files with directives, without loading a package.
//
//	found, err := scan.Scan(ctx, modules, positions)
//
// A [Source] is a file, parsed, with its annotations; an [Annotation] is a declaration
// with its directives. Mistakes stay in their source until it is known whether the
// run is about it.
//
// Read scan.go, annotation.go (which directive belongs to which declaration), site_source.go,
// constraint.go (for which systems a file is built).
package scan

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/internal/naming"
)

// A Source is a Go file that mentions cgigen, and what its directives say.
type Source struct {
	Path        string // absolute
	Pkg         string // import path of its folder
	Module      *gocmd.Module
	Ast         *ast.File
	ParseErr    error
	Annotations []*Annotation
	Site        *directive.SiteLine
	SiteErrors  diag.List // in //cgigen:site, which concern the whole site
	Errors      diag.List // in the other directives and their arguments
	ours        bool      // a generated program, with no ast
}

// A Found is what a scan has found.
type Found struct {
	Sources []*Source // in the order of their paths
	Outputs []string  // folders called cgi-bin that hold generated programs
}

// Scan reads the Go files of the modules and parses those that mention
// cgigen, with their directives.
func Scan(ctx context.Context, modules []*gocmd.Module, at diag.Positions) (Found, error) {
	var files []*Source
	for _, m := range modules {
		found, err := goFiles(m)
		if err != nil {
			return Found{}, err
		}
		files = append(files, found...)
	}
	err := InParallel(ctx, files, func(src *Source) error { return src.read(at) })
	outputs := outputsOf(files)
	files = slices.DeleteFunc(files, func(src *Source) bool {
		return src.Ast == nil || len(src.Annotations) == 0 && src.Site == nil && len(src.SiteErrors) == 0 && len(src.Errors) == 0 && src.ParseErr == nil
	})
	return Found{files, outputs}, err
}

// outputsOf returns the folders called cgi-bin that hold programs of ours.
func outputsOf(files []*Source) []string {
	var dirs []string
	for _, src := range files {
		if dir := filepath.Dir(filepath.Dir(src.Path)); src.ours && filepath.Base(dir) == "cgi-bin" {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// goFiles lists the Go files of a module's packages: those that ./... has, and
// those of folders that are empty for the current GOOS and tags.
func goFiles(m *gocmd.Module) ([]*Source, error) {
	var files []*Source
	root := m.Dir + string(filepath.Separator) // a root that is a symbolic link is entered
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != root && skips(m, file):
			return fs.SkipDir
		case !entry.IsDir() && gocmd.IsGoFile(entry.Name()):
			files = append(files, &Source{Path: file, Pkg: m.ImportPath(filepath.Dir(file)), Module: m})
		}
		return nil
	})
	return files, err
}

// skips recognizes the folders that patterns with ... leave out, see go help
// packages, and those of nested modules.
func skips(m *gocmd.Module, dir string) bool {
	name := filepath.Base(dir)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || naming.IgnoredFolder(name) {
		return true
	}
	rel, _ := filepath.Rel(m.Dir, dir)
	for _, ignored := range m.Ignored {
		below, rooted := strings.CutPrefix(ignored, "./")
		if rel = filepath.ToSlash(rel); rooted && rel == path.Clean(below) || !rooted && strings.HasSuffix("/"+rel, "/"+path.Clean(ignored)) {
			return true
		}
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// read parses the file if it mentions cgigen and is not a generated one.
func (src *Source) read(at diag.Positions) error {
	content, err := os.ReadFile(src.Path)
	if err != nil {
		return err
	}
	if src.ours = mainfile.IsOurs(content); src.ours || !directive.MentionsTool(content) {
		return nil
	}
	src.Parse(content, at)
	return nil
}

// Parse reads the directives out of a file, also out of one that has mistakes
// in its syntax: those are reported when its package is loaded.
func (src *Source) Parse(content []byte, at diag.Positions) {
	src.Ast, src.ParseErr = ParseFile(at.Fset, src.Path, content)
	if src.Ast == nil {
		return
	}
	r := diag.Reporter{Positions: at}
	src.Annotations = Annotations(src, &r)
	src.Errors = r.Errors
}

func ParseFile(fset *token.FileSet, path string, content []byte) (*ast.File, error) {
	return parser.ParseFile(fset, path, content, parser.ParseComments|parser.AllErrors|parser.SkipObjectResolution)
}

// InParallel does the work for each item, on as many processors as there are.
// It returns the error of the first item that has one.
func InParallel[T any](ctx context.Context, items []T, work func(T) error) error {
	errs := make([]error, len(items))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		workers.Go(func() {
			for i := range next {
				errs[i] = work(items[i])
			}
		})
	}
	for i := range items {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return errs[i]
	}
	return ctx.Err()
}
