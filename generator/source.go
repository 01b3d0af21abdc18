package generator

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
	"strconv"
	"strings"
	"sync"
)

// A source is a Go file that mentions cgigen, and what its directives say.
type source struct {
	path        string // absolute
	pkg         string // import path of its folder
	module      *module
	ast         *ast.File
	parseErr    error
	annotations []*annotation
	site        *siteDirective
	siteErrors  Diagnostics // in //cgigen:site, which concern the whole site
	errors      Diagnostics // in the other directives and their arguments
	ours        bool        // a generated program, with no ast
	excluded    bool        // by GOOS, GOARCH or tags; known once packages are loaded
}

// scan reads the Go files of the modules and parses those that mention
// cgigen, with their directives. The order is that of the paths.
// It also gives the folders called cgi-bin that hold generated programs.
func scan(ctx context.Context, modules []*module, at positions) (files []*source, outputs []string, err error) {
	for _, m := range modules {
		found, err := m.goFiles()
		if err != nil {
			return nil, nil, err
		}
		files = append(files, found...)
	}
	err = inParallel(ctx, files, func(src *source) error { return src.read(at) })
	outputs = outputsOf(files)
	files = slices.DeleteFunc(files, func(src *source) bool {
		return src.ast == nil || len(src.annotations) == 0 && src.site == nil && len(src.siteErrors) == 0 && len(src.errors) == 0 && src.parseErr == nil
	})
	return files, outputs, err
}

// outputsOf gives the folders called cgi-bin that hold programs of ours.
func outputsOf(files []*source) []string {
	var dirs []string
	for _, src := range files {
		if dir := filepath.Dir(filepath.Dir(src.path)); src.ours && filepath.Base(dir) == outputName {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// goFiles lists the Go files of a module's packages: those that ./... has, and
// those of folders that are empty for the current GOOS and tags.
func (m *module) goFiles() ([]*source, error) {
	var files []*source
	root := m.Dir + string(filepath.Separator) // a root that is a symbolic link is entered
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && file != root && m.skips(file):
			return fs.SkipDir
		case !entry.IsDir() && isGoFile(entry.Name()):
			files = append(files, &source{path: file, pkg: m.importPath(filepath.Dir(file)), module: m})
		}
		return nil
	})
	return files, err
}

// skips tells the folders that patterns with ... leave out, see go help
// packages, and those of nested modules.
func (m *module) skips(dir string) bool {
	name := filepath.Base(dir)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || ignoredFolder(name) {
		return true
	}
	rel, _ := filepath.Rel(m.Dir, dir)
	for _, ignored := range m.ignored {
		below, rooted := strings.CutPrefix(ignored, "./")
		if rel = filepath.ToSlash(rel); rooted && rel == path.Clean(below) || !rooted && strings.HasSuffix("/"+rel, "/"+path.Clean(ignored)) {
			return true
		}
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// isGoFile leaves out files that the go command does not see.
func isGoFile(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".")
}

// goFilesIn gives the paths of the Go files in a folder; none if it cannot be
// read.
func goFilesIn(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var files []string
	for _, entry := range entries {
		if isGoFile(entry.Name()) {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
	}
	return files
}

// read parses the file if it mentions cgigen and is none of our own.
func (src *source) read(at positions) error {
	content, err := os.ReadFile(src.path)
	if err != nil {
		return err
	}
	if src.ours = isOurs(content); src.ours || !mentionsTool(content) {
		return nil
	}
	src.parse(content, at)
	return nil
}

// parse reads the directives out of a file, also out of one that has mistakes
// in its syntax: those are reported when its package is loaded.
func (src *source) parse(content []byte, at positions) {
	src.ast, src.parseErr = parseFile(at.fset, src.path, content)
	if src.ast == nil {
		return
	}
	r := reporter{positions: at}
	src.annotations = annotations(src, &r)
	src.errors = r.errors
}

func parseFile(fset *token.FileSet, path string, content []byte) (*ast.File, error) {
	return parser.ParseFile(fset, path, content, parser.ParseComments|parser.AllErrors|parser.SkipObjectResolution)
}

// importsOfFolder gives what the Go files of a folder import. A file that
// cannot be read imports nothing: the go command will say why.
func importsOfFolder(dir string) []string {
	var paths []string
	for _, file := range goFilesIn(dir) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range parsed.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// inParallel does the work for each item, on as many processors as there are.
// It gives the error of the first item that has one.
func inParallel[T any](ctx context.Context, items []T, work func(T) error) error {
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
