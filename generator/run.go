package generator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A run is one Plan under way: what was asked for.
type run struct {
	Options
	command command
}

// plan goes through the phases. Each takes what the ones before it have found,
// and reports mistakes.
func (r *run) plan(ctx context.Context, report reporter) (*Result, error) {
	cache := r.cache(ctx)
	if result := r.recalled(ctx, cache, report); result != nil {
		return result, nil
	}
	result, err := r.phases(ctx, cache, &report)
	if len(report.errors) > 0 {
		var ds Diagnostics
		if err != nil && !errors.As(err, &ds) {
			return nil, err
		}
		return &Result{Warnings: report.warnings.sorted()}, report.errors.sorted()
	}
	if err != nil {
		return nil, err
	}
	result.Warnings = report.warnings.sorted()
	return result, nil
}

// cache opens what is remembered of runs with the same options.
func (r *run) cache(ctx context.Context) *cache {
	return openCache(ctx, r.Cache, r.command, r.Patterns, r.Output, r.Gateways, r.Site)
}

func (r *run) phases(ctx context.Context, c *cache, report *reporter) (*Result, error) {
	modules, err := mainModules(ctx, r.command)
	if err != nil {
		return nil, err
	}
	chosen, err := newSelection(r.Patterns, r.Dir, modules)
	if err != nil {
		return nil, err
	}
	before := c.stateOf(ctx, modules)
	found, err := scan(ctx, modules, report.positions)
	if err != nil {
		return nil, err
	}
	l, err := layOut(found, modules, chosen, placement{r.Dir, r.Output, r.Gateways, r.Site}, report)
	if err != nil {
		return nil, err
	}
	checking := checkBuildable(ctx, r.command, l)
	model, err := r.model(ctx, l, report)
	checked := <-checking
	if checked.reportBroken(l, report) {
		return nil, report.errors
	}
	if err != nil {
		return nil, err
	}
	if err := checkRoutes(model); err != nil {
		return nil, err
	}
	programs, err := emitAll(model)
	if err != nil {
		return nil, err
	}
	if pending := checked.pendingIn(programs, l); len(pending) > 0 {
		return r.result(l, model, programs, l.liveFolders(), pending, report)
	}
	c.rememberIf(ctx, before, remembered{
		Modules: modules, Module: slices.Index(modules, l.module), Sites: l.sites, Outputs: l.outputs, Live: l.liveFolders(),
		Model: model, Emitted: programs, Warnings: report.warnings.sorted(),
	})
	return r.result(l, model, programs, l.liveFolders(), nil, report)
}

// recalled gives the result of the last run, compared with what is on disk now;
// nil if anything has changed since, or is in the way.
func (r *run) recalled(ctx context.Context, c *cache, report reporter) *Result {
	last := c.recall(ctx)
	if last == nil {
		return nil
	}
	chosen, err := newSelection(r.Patterns, r.Dir, last.Modules)
	if err != nil {
		return nil
	}
	result, err := r.result(recalledLayout(last.Modules, last.Module, chosen, r.Site, last.Sites, last.Outputs), last.Model, last.Emitted, last.Live, nil, &report)
	if err != nil {
		return nil
	}
	result.Warnings = last.Warnings
	return result
}

// model assembles the programs. Export data is enough for a site without
// mistakes; if there is any, the source is read, which shows them all.
func (r *run) model(ctx context.Context, l *layout, report *reporter) (*Model, error) {
	paths := l.toLoad()
	if l.soundDirectives(paths) {
		if loaded, ok := loadExports(ctx, r.command, report.fset, paths, l.foreignImports(paths)); ok {
			attempt := report.fork()
			if model := wireAll(l, loaded, attempt); len(attempt.errors) == 0 {
				report.warnings = attempt.warnings
				return model, nil
			}
		}
	}
	var loaded map[string]*typedPackage
	if len(paths) > 0 {
		var broken Diagnostics
		var err error
		if loaded, broken, err = loadSources(ctx, r.command, report.positions, paths, l.sources); err != nil {
			return nil, err
		}
		report.errors = append(report.errors, broken...)
	}
	model := wireAll(l, loaded, report)
	if len(report.errors) > 0 {
		return nil, report.errors
	}
	return model, nil
}

// checkRoutes sees to it that no program is written without what it is for.
func checkRoutes(model *Model) error {
	for _, p := range model.Programs {
		if len(p.Routes) == 0 {
			return fmt.Errorf("the types of %s could not be read, and nothing says why: go vet %[1]s may", strings.Join(p.Packages, " "))
		}
	}
	return nil
}

// result compares the programs with what is on disk. pending is what keeps them
// from being built.
func (r *run) result(l *layout, model *Model, programs []emitted, live []string, pending Diagnostics, report *reporter) (*Result, error) {
	if r.KeepGateways {
		var err error
		if programs, err = keepGateways(model, programs); err != nil {
			return nil, err
		}
	}
	changes, err := compareAll(comparison{
		module: l.module, chosen: l.selection, sites: model.Sites, programs: programs, outputs: l.outputFolders(r.Output != ""), live: live,
	}, report)
	if err != nil {
		return nil, err
	}
	if len(report.errors) > 0 {
		return nil, report.errors
	}
	result := &Result{Model: model, Changes: changes, Pending: pending}
	for _, p := range programs {
		result.Programs = append(result.Programs, p.Main)
	}
	return result, nil
}
