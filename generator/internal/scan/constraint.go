package scan

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Constraints returns the build constraint of a file as an expression, from its
// //go:build line, its name (foo_linux_arm64.go) and import "C"; "" if it is
// always built.
func (src *Source) Constraints() string {
	var terms []string
	if line := goBuildLine(src.Ast); line != nil {
		terms = append(terms, line.String())
	}
	terms = append(terms, nameConstraints(filepath.Base(src.Path))...)
	for _, spec := range src.Ast.Imports {
		if spec.Path.Value == `"C"` {
			terms = append(terms, "cgo")
		}
	}
	return allOf(terms)
}

// allOf joins constraints, all of which have to hold.
func allOf(terms []string) string {
	if len(terms) < 2 {
		return strings.Join(terms, "")
	}
	for i, term := range terms {
		if strings.Contains(term, "||") {
			terms[i] = "(" + term + ")"
		}
	}
	return strings.Join(terms, " && ")
}

// goBuildLine returns the expression of the //go:build line, which stands above
// the package clause; nil for none.
func goBuildLine(file *ast.File) constraint.Expr {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() > file.Package {
				return nil
			}
			if !constraint.IsGoBuild(c.Text) {
				continue
			}
			if expr, err := constraint.Parse(c.Text); err == nil {
				return expr
			}
		}
	}
	return nil
}

// nameConstraints returns the operating system and the architecture in the name
// of a file, see go help buildconstraint.
func nameConstraints(name string) []string {
	parts := strings.Split(strings.TrimSuffix(name, ".go"), "_")[1:]
	if n := len(parts); n >= 2 && isOS(parts[n-2]) && isArch(parts[n-1]) {
		return parts[n-2:]
	}
	if n := len(parts); n >= 1 && (isOS(parts[n-1]) || isArch(parts[n-1])) {
		return slices.Clone(parts[n-1:])
	}
	return nil
}

func isOS(word string) bool {
	return nameMatches(word, build.Context{GOOS: word, GOARCH: "none"}) && !nameMatches(word, build.Context{GOOS: "none", GOARCH: "none"})
}

func isArch(word string) bool {
	return nameMatches(word, build.Context{GOOS: "none", GOARCH: word}) && !nameMatches(word, build.Context{GOOS: "none", GOARCH: "none"})
}

// nameMatches asks go/build, which has the list of systems and architectures,
// whether a context would build a file with the word at the end of its name.
func nameMatches(word string, c build.Context) bool {
	c.Compiler = "gc"
	c.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package p\n")), nil
	}
	match, err := c.MatchFile("", "x_"+word+".go")
	return match && err == nil
}
