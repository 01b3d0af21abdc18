// Package generator writes CGI programs from annotated Go functions.
//
// A call names a folder and package patterns, and returns what there is and what
// has changed:
//
//	result, err := generator.Generate(ctx, generator.Options{Dir: "shop"})
//
// Plan does the same without writing: all is up to date if result.Changes is
// empty. Mistakes in the source are a [diag.List], all of them
// at once; a mistake in the options is a [diag.UsageError].
//
// Data flows one way, through a package for each phase. Each takes values and
// returns values, reports mistakes to a [diag.Reporter], and changes nothing that
// it was given:
//
//	gocmd      package patterns → modules and the packages that are chosen
//	scan       folders → files with directives (directive reads one line)
//	site       files → sites, and their handlers grouped into programs
//	load       packages → types
//	wire       functions and types → model.Model (envconfig reads structs)
//	emit       model.Model → Go source
//	disk       source → changes, and applying them
//
// buildcheck asks the go command meanwhile whether the programs can be built, and
// cache remembers a run without mistakes. Read generator.go and run.go first, then
// model, then the phases in this order.
package generator

import (
	"context"
	"go/token"
	"path/filepath"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/disk"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/model"
)

// Options say what to generate from, and where to.
type Options struct {
	Dir      string   // working directory; "" is the current one
	Patterns []string // package patterns as for the go command; none means ./...
	Output   string   // folder for the programs, relative to Dir; "" is cgi-bin at the module's root
	Gateways []string // names of the gateways to link; none means those of //cgigen:site, or DefaultGateways
	Warm     int      // seconds that workers of warm CGI wait for a request; 0 means what //cgigen:site says
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
	Model    *model.Model   // nil if there were errors
	Programs []model.Main   // the programs of the chosen packages, sorted by name
	Warnings diag.List      // also given along with errors
	Changes  []model.Change // sorted by path; empty if all is up to date
	Pending  diag.List      // what has to be done, after the changes, before the programs can be built
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
	if _, err := model.ChosenGateways(o.Gateways); err != nil {
		return nil, &diag.UsageError{Message: err.Error()}
	}
	r := &run{Options: o, command: gocmd.Command{Dir: dir, Env: o.Env, Tags: o.Tags}}
	return r.plan(ctx, diag.Reporter{Positions: diag.Positions{Fset: token.NewFileSet(), Dir: dir}})
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

// Apply brings the disk up to date with the changes of a Plan: all of them or,
// if one fails, none.
func Apply(changes []model.Change) error { return disk.Apply(changes) }

// IsModuleFile reports whether a file of this name decides, besides Go files,
// which packages there are: go.mod and its kin.
func IsModuleFile(name string) bool { return gocmd.IsModuleFile(name) }

// IsGenerated reports whether a file with this content was written by cgigen.
func IsGenerated(content []byte) bool { return mainfile.IsOurs(content) }
