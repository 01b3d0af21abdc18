package vet

import (
	"cmp"
	"context"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/unitchecker"
	"golang.org/x/tools/go/packages"
)

// IsTool recognizes a command line that go vet -vettool sends: a question for the
// version or the flags, or a file that describes a package.
func IsTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// Tool answers such a command line, and ends the process.
func Tool() { unitchecker.Main(Analyzers()...) }

// Options say what to look at.
type Options struct {
	Dir      string   // absolute working directory
	Patterns []string // package patterns as for the go command; none means ./...
	Tags     string   // build tags as for go build -tags
	Env      []string // environment of the go command; nil is the process's own
}

// A Finding is a misuse.
type Finding struct {
	Position token.Position // Filename is relative to Options.Dir, with slashes
	Analyzer string
	Message  string
	Package  string // import path
}

// Run looks for misuse in the packages with directives, and at those of the same modules
// that they import, as far as the patterns choose them. Packages that do not
// compile are left out. The findings are sorted by file and line.
func Run(ctx context.Context, o Options) ([]Finding, error) {
	if len(o.Patterns) == 0 {
		o.Patterns = []string{"./..."}
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadSyntax, Context: ctx, Dir: o.Dir, Env: o.Env, BuildFlags: []string{"-tags=" + o.Tags},
	}, o.Patterns...)
	if err != nil {
		return nil, fmt.Errorf("loading the packages: %w", err)
	}
	chosen := concerned(loaded)
	analyzers := misuse(findKeepers(chosen))
	for _, a := range analyzers {
		if err := a.Flags.Set("all", "true"); err != nil {
			return nil, err
		}
	}
	graph, err := checker.Analyze(analyzers, chosen, nil)
	if err != nil {
		return nil, fmt.Errorf("looking at the packages: %w", err)
	}
	var findings []Finding
	for _, action := range graph.Roots {
		for _, d := range action.Diagnostics {
			findings = append(findings, o.finding(action, d))
		}
	}
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Position.Filename, b.Position.Filename), cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column), strings.Compare(a.Message, b.Message))
	})
	return findings, nil
}

func (o Options) finding(action *checker.Action, d analysis.Diagnostic) Finding {
	at := action.Package.Fset.Position(d.Pos)
	at.Offset = 0
	if rel, err := filepath.Rel(o.Dir, at.Filename); err == nil {
		at.Filename = filepath.ToSlash(rel)
	}
	return Finding{at, action.Analyzer.Name, d.Message, action.Package.PkgPath}
}

// concerned returns the sound packages that have directives, and those among the
// loaded ones that they import, directly or not.
func concerned(loaded []*packages.Package) []*packages.Package {
	chosen := map[*packages.Package]bool{}
	var add func(*packages.Package)
	add = func(p *packages.Package) {
		if chosen[p] {
			return
		}
		chosen[p] = true
		for _, imported := range p.Imports {
			add(imported)
		}
	}
	for _, p := range loaded {
		if slices.ContainsFunc(p.Syntax, hasDirective) {
			add(p)
		}
	}
	return slices.DeleteFunc(slices.Clone(loaded), func(p *packages.Package) bool {
		return !chosen[p] || len(p.Errors) > 0 || p.IllTyped || p.Name == "main"
	})
}
