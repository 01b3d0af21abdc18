// Package generator makes CGI programs from annotated Go functions.
//
// It works in phases, each of which hands on a plain value: scan finds the
// files with directives, load the types of their packages, assemble the model
// of the programs, emit writes their source, and apply puts it on disk.
package generator

import (
	"context"
	"errors"
	"go/token"
	"path/filepath"
)

// Options say what to generate from, and where to.
type Options struct {
	Dir      string   // working directory; "" is the current one
	Patterns []string // package patterns as for the go command; none means ./...
	Output   string   // folder for the programs, relative to Dir; "" is cgi-bin at the module's root
	Gateways []string // names of the gateways to link; none means those of //cgigen:site, or DefaultGateways
	Site     string   // name of the only site to look at; "" for all
	Tags     string   // build tags as for go build -tags
	Env      []string // environment of the go command; nil is the process's own
	Cache    string   // folder in which runs without mistakes are remembered; "" for none
	// KeepGateways lets programs that are there link what they do. New ones are
	// like the others of their site, as far as those agree.
	KeepGateways bool
}

// A Result is what a run found and did.
type Result struct {
	Model    *Model      // nil if there were errors
	Programs []Main      // the programs of the chosen packages, sorted by name
	Warnings Diagnostics // also given along with errors
	Changes  []Change    // sorted by path; empty if all is up to date
}

// A Main is a generated program: what to build.
type Main struct {
	Name       string
	Dir        string // absolute
	ImportPath string
	Site       int      // index in Model.Sites
	Gateways   []string // names of the gateways that it links
}

// Plan finds out what Generate would change, and changes nothing.
//
// Mistakes in the user's source are Diagnostics, all of them at once; the
// result then holds the warnings. A mistake in the Options is a *UsageError.
func Plan(ctx context.Context, o Options) (*Result, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	if _, err := chosenGateways(o.Gateways); err != nil {
		return nil, &UsageError{Message: err.Error()}
	}
	r := &run{Options: o, reporter: reporter{positions: positions{token.NewFileSet(), dir}}}
	cache := openCache(ctx, o)
	if result := r.recalled(ctx, cache); result != nil {
		return result, nil
	}
	result, err := r.plan(ctx, cache)
	if len(r.errors) > 0 {
		var ds Diagnostics
		if err != nil && !errors.As(err, &ds) {
			return nil, err
		}
		return &Result{Warnings: r.warnings.sorted()}, r.errors.sorted()
	}
	if err != nil {
		return nil, err
	}
	result.Warnings = r.warnings.sorted()
	return result, nil
}

// Generate plans, and then brings the programs on disk up to date: all of them
// or, if anything is wrong, none.
func Generate(ctx context.Context, o Options) (*Result, error) {
	result, err := Plan(ctx, o)
	if err != nil {
		return result, err
	}
	return result, Apply(result.Changes)
}
