package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// A stateFile is a file that may have a say in the result.
type stateFile struct {
	path     string
	mode     fs.FileMode
	content  bool // counts, not only that the file is there
	embeds   bool
	ours     bool
	identity string
}

// stateOf returns a hash of everything below the roots that the result depends
// on: the Go files but our own, and what the go command reads beside them. If
// some file embeds others, the names of all files count: a missing one is a
// mistake. It returns false if the files are not all that the result depends on.
func stateOf(ctx context.Context, roots []string) (string, bool) {
	var files []*stateFile
	for _, root := range roots {
		found, err := stateFiles(root)
		if err != nil {
			return "", false
		}
		files = append(files, found...)
	}
	if err := scan.InParallel(ctx, files, (*stateFile).read); err != nil {
		return "", false
	}
	embeds := slices.ContainsFunc(files, func(f *stateFile) bool { return f.embeds })
	var state bytes.Buffer
	for _, root := range roots {
		fmt.Fprintf(&state, "root %q\n", root)
	}
	for _, f := range files {
		if !f.ours && (f.content || embeds) {
			fmt.Fprintf(&state, "%q %v %s\n", f.path, f.mode, f.identity)
		}
	}
	return hash(state.Bytes()), true
}

// stateFiles lists the files below a root, or the root if it is one. One that
// is not there has none, which counts as well.
func stateFiles(root string) ([]*stateFile, error) {
	var files []*stateFile
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == root:
			return nil
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == ".git":
			return fs.SkipDir
		case !entry.IsDir():
			files = append(files, &stateFile{path: path, mode: entry.Type(), content: hasSay(entry.Name())})
		}
		return nil
	})
	return files, err
}

// hasSay reports whether the go command reads a file of this name to find out
// what packages are.
func hasSay(name string) bool { return gocmd.IsModuleFile(name) || strings.HasSuffix(name, ".go") }

// read takes the content into account. Types of cgo may come from headers
// anywhere, so that such files are not enough.
func (f *stateFile) read() error {
	if !f.content {
		return nil
	}
	content, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) && f.mode&fs.ModeSymlink != 0 {
		return nil // a link to nowhere, which editors use as locks
	}
	if err != nil {
		return err
	}
	if gocmd.IsGoFile(filepath.Base(f.path)) && !isForTests(f.path) && usesCgo(content) {
		return errNotRemembered
	}
	f.ours = filepath.Base(f.path) == mainfile.MainFile && mainfile.IsOurs(content)
	f.embeds = bytes.Contains(content, []byte("//go:embed"))
	f.identity = hash(content)
	return nil
}

// usesCgo recognizes a file that imports "C". Of one with mistakes in its syntax it
// is assumed.
func usesCgo(content []byte) bool {
	if !bytes.Contains(content, []byte(`"C"`)) {
		return false
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), "", content, parser.ImportsOnly)
	return err != nil || slices.ContainsFunc(parsed.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"C"` })
}

// isForTests recognizes files that no program is made from.
func isForTests(path string) bool { return strings.HasSuffix(path, "_test.go") }
