package generator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/buildcheck"
	"github.com/cgigen/cgigen/generator/internal/cache"
	"github.com/cgigen/cgigen/generator/internal/disk"
	"github.com/cgigen/cgigen/generator/internal/emit"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/internal/wire"
	"github.com/cgigen/cgigen/generator/model"
)

// A run is one Plan under way: what was asked for.
type run struct {
	Options
	command gocmd.Command
}

// plan goes through the phases. Each takes what the ones before it have found,
// and reports mistakes.
func (r *run) plan(ctx context.Context, report diag.Reporter) (*Result, error) {
	cache := r.cache(ctx)
	if result := r.recalled(ctx, cache, report); result != nil {
		return result, nil
	}
	result, err := r.phases(ctx, cache, &report)
	if len(report.Errors) > 0 {
		var ds diag.List
		if err != nil && !errors.As(err, &ds) {
			return nil, err
		}
		return &Result{Warnings: report.Warnings.Sorted()}, report.Errors.Sorted()
	}
	if err != nil {
		return nil, err
	}
	result.Warnings = report.Warnings.Sorted()
	return result, nil
}

// cache opens what is remembered of runs with the same options.
func (r *run) cache(ctx context.Context) *cache.Entry {
	return cache.Open(ctx, r.Cache, r.command, r.Patterns, r.Output, r.Gateways, r.Warm, r.Site)
}

func (r *run) phases(ctx context.Context, c *cache.Entry, report *diag.Reporter) (*Result, error) {
	modules, err := gocmd.MainModules(ctx, r.command)
	if err != nil {
		return nil, err
	}
	chosen, err := gocmd.Select(r.Patterns, r.Dir, modules)
	if err != nil {
		return nil, err
	}
	before := c.StateOf(ctx, modules)
	found, err := scan.Scan(ctx, modules, report.Positions)
	if err != nil {
		return nil, err
	}
	l, err := site.Find(found, modules, chosen, site.Placement{Dir: r.Dir, Output: r.Output, Gateways: r.Gateways, Warm: r.Warm, Only: r.Site}, report)
	if err != nil {
		return nil, err
	}
	checking := buildcheck.Check(ctx, r.command, l)
	model, err := r.model(ctx, l, report)
	checked := <-checking
	if checked.ReportBroken(l, report) {
		return nil, report.Errors
	}
	if err != nil {
		return nil, err
	}
	if err := checkRoutes(model); err != nil {
		return nil, err
	}
	programs, err := emit.Programs(model)
	if err != nil {
		return nil, err
	}
	if pending := checked.PendingIn(programs, l); len(pending) > 0 {
		return r.result(l, model, programs, l.LiveFolders(), pending, report)
	}
	c.RememberIf(ctx, before, cache.Run{
		Modules: modules, Module: slices.Index(modules, l.Module), Sites: l.Sites, Outputs: l.Outputs, Live: l.LiveFolders(),
		Model: model, Emitted: programs, Warnings: report.Warnings.Sorted(),
	})
	return r.result(l, model, programs, l.LiveFolders(), nil, report)
}

// recalled returns the result of the last run, compared with what is on disk now;
// nil if anything has changed since, or is in the way.
func (r *run) recalled(ctx context.Context, c *cache.Entry, report diag.Reporter) *Result {
	last := c.Recall(ctx)
	if last == nil {
		return nil
	}
	chosen, err := gocmd.Select(r.Patterns, r.Dir, last.Modules)
	if err != nil {
		return nil
	}
	result, err := r.result(site.Recalled(last.Modules, last.Module, chosen, r.Site, last.Sites, last.Outputs), last.Model, last.Emitted, last.Live, nil, &report)
	if err != nil {
		return nil
	}
	result.Warnings = last.Warnings
	return result
}

// model assembles the programs. Export data is enough for a site without
// mistakes; if there is any, the source is read, which shows them all.
func (r *run) model(ctx context.Context, l *site.Layout, report *diag.Reporter) (*model.Model, error) {
	paths := l.ToLoad()
	if l.SoundDirectives(paths) {
		if loaded, ok := load.Exports(ctx, r.command, report.Fset, paths, l.ForeignImports(paths)); ok {
			attempt := report.Fork()
			if model := wire.Assemble(l, loaded, attempt); len(attempt.Errors) == 0 {
				report.Warnings = attempt.Warnings
				return model, nil
			}
		}
	}
	var loaded map[string]*load.Package
	if len(paths) > 0 {
		var broken diag.List
		var err error
		if loaded, broken, err = load.Sources(ctx, r.command, report.Positions, paths, l.Sources); err != nil {
			return nil, err
		}
		report.Errors = append(report.Errors, broken...)
	}
	model := wire.Assemble(l, loaded, report)
	if len(report.Errors) > 0 {
		return nil, report.Errors
	}
	return model, nil
}

// checkRoutes sees to it that no program is written without what it is for.
func checkRoutes(model *model.Model) error {
	for _, p := range model.Programs {
		if len(p.Routes) == 0 {
			return fmt.Errorf("the types of %s could not be read, and nothing says why: go vet %[1]s may", strings.Join(p.Packages, " "))
		}
	}
	return nil
}

// result compares the programs with what is on disk. pending is what keeps them
// from being built.
func (r *run) result(l *site.Layout, model *model.Model, programs []emit.File, live []string, pending diag.List, report *diag.Reporter) (*Result, error) {
	if r.KeepGateways {
		var err error
		if programs, err = disk.KeepGateways(model, programs); err != nil {
			return nil, err
		}
	}
	changes, err := disk.Compare(disk.Wanted{
		Module: l.Module, Chosen: l.Selection, Sites: model.Sites, Programs: programs, Outputs: l.OutputFolders(r.Output != ""), Live: live,
	}, report)
	if err != nil {
		return nil, err
	}
	if len(report.Errors) > 0 {
		return nil, report.Errors
	}
	result := &Result{Model: model, Changes: changes, Pending: pending}
	for _, p := range programs {
		result.Programs = append(result.Programs, p.Main)
	}
	return result, nil
}
