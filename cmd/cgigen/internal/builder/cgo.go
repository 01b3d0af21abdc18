package builder

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A CgoUse is a package that without cgo is a stub, or has no files.
type CgoUse struct {
	Package  string
	Left     []string // files that are left out
	Missing  bool     // no file of the package is left: it cannot be imported
	Instead  []string // otherwise, the files that stand in for them
	Says     string   // and the error of the stub when it is called
	Chain    []string // packages from one of the given ones to the package, both included
	Position token.Position
}

// Message describes the use, and names the packages that import the package.
func (u CgoUse) Message() string {
	text := fmt.Sprintf("%s needs cgo (%s), but programs are built without cgo", u.Package, someFiles(u.Left))
	if !u.Missing {
		text = fmt.Sprintf("%s is a stub without cgo, and programs are built without cgo: %s says %q", u.Package, someFiles(u.Instead), u.Says)
	}
	for i := len(u.Chain) - 2; i >= 0; i-- {
		if i == len(u.Chain)-2 {
			text += fmt.Sprintf("; %s imports it", u.Chain[i])
		} else {
			text += fmt.Sprintf(", which %s imports", u.Chain[i])
		}
	}
	return text
}

// someFiles names the first file, and counts the others.
func someFiles(files []string) string {
	switch len(files) {
	case 0:
		return "no file"
	case 1:
		return files[0]
	case 2:
		return files[0] + " and " + files[1]
	}
	return fmt.Sprintf("%s and %d others", files[0], len(files)-1)
}

// cgoPackage is the output of go list about a package.
type cgoPackage struct {
	ImportPath, Dir   string
	Standard          bool
	GoFiles, CgoFiles []string
	Imports           []string
}

// FindCgo looks for packages, among the given ones and all that they need, that
// are stubs or nothing without cgo: it compares what the go command would compile for
// the target with cgo, and without.
func FindCgo(ctx context.Context, target Target, tags string, packages []string) ([]CgoUse, error) {
	if len(packages) == 0 {
		return nil, nil
	}
	var with, without map[string]cgoPackage
	var withErr, withoutErr error
	var both sync.WaitGroup
	both.Go(func() { with, withErr = listCgo(ctx, target, "1", tags, packages) })
	both.Go(func() { without, withoutErr = listCgo(ctx, target, "0", tags, packages) })
	both.Wait()
	if err := errors.Join(withErr, withoutErr); err != nil {
		return nil, err
	}
	var uses []CgoUse
	for path, p := range without {
		on, there := with[path]
		if p.Standard || !there {
			continue
		}
		use := CgoUse{Package: path, Missing: len(p.GoFiles) == 0}
		use.Left = missingFrom(p.GoFiles, slices.Concat(on.CgoFiles, on.GoFiles))
		use.Instead = missingFrom(slices.Concat(on.CgoFiles, on.GoFiles), p.GoFiles)
		use.Says = saysOf(p.Dir, use.Instead)
		if len(use.Left) == 0 || !use.Missing && use.Says == "" {
			continue // the same package, or one that does the same in Go
		}
		use.Chain = chainTo(path, packages, without)
		use.Position = importOf(use.Chain, without)
		uses = append(uses, use)
	}
	slices.SortFunc(uses, func(a, b CgoUse) int {
		return cmp.Or(strings.Compare(a.Position.Filename, b.Position.Filename), a.Position.Offset-b.Position.Offset, strings.Compare(a.Package, b.Package))
	})
	return uses, nil
}

func listCgo(ctx context.Context, target Target, cgo, tags string, packages []string) (map[string]cgoPackage, error) {
	args := []string{"list", "-e", "-deps", "-tags=" + tags, "-json=ImportPath,Dir,Standard,GoFiles,CgoFiles,Imports", "--"}
	cmd := command(ctx, append(args, packages...)...)
	cmd.Env = append(append(cmd.Environ(), target.Env()...), "CGO_ENABLED="+cgo)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("listing what the packages import: %w", err)
	}
	listed := map[string]cgoPackage{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p cgoPackage
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return listed, nil
		case err != nil:
			return nil, fmt.Errorf("reading the list of packages: %w", err)
		}
		listed[p.ImportPath] = p
	}
}

// missingFrom returns the files that are not among others.
func missingFrom(others, files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(file string) bool { return slices.Contains(others, file) })
}

// stubWords are words in the error that a stub returns. A package that does the same
// in Go alone does not need such words.
var stubWords = regexp.MustCompile(`(?i)\bcgo|cgo_enabled|\bstub\b|not (implemented|supported|available)|unimplemented|unsupported`)

// saysOf finds a text in files that only a stub has.
func saysOf(dir string, files []string) string {
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		says := ""
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING && says == "" {
				text, _ := strconv.Unquote(literal.Value)
				if stubWords.MatchString(text) {
					says = text
				}
			}
			return true
		})
		if says != "" {
			return says
		}
	}
	return ""
}

// chainTo returns the shortest way of imports from one of the packages.
func chainTo(path string, from []string, listed map[string]cgoPackage) []string {
	before := map[string]string{}
	queue := slices.Clone(from)
	for _, p := range from {
		before[p] = ""
	}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if next == path {
			break
		}
		for _, imported := range listed[next].Imports {
			if _, seen := before[imported]; !seen {
				before[imported] = next
				queue = append(queue, imported)
			}
		}
	}
	chain := []string{path}
	for p := before[path]; p != ""; p = before[p] {
		chain = append(chain, p)
	}
	slices.Reverse(chain)
	return chain
}

// importOf returns the position of the first import of a chain: the zero value for a package
// that is one of the given ones itself.
func importOf(chain []string, listed map[string]cgoPackage) token.Position {
	if len(chain) < 2 {
		return token.Position{}
	}
	first := listed[chain[0]]
	for _, name := range first.GoFiles {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(first.Dir, name), nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range file.Imports {
			if path, _ := strconv.Unquote(spec.Path.Value); path == chain[1] {
				return fset.Position(spec.Path.Pos())
			}
		}
	}
	return token.Position{}
}
