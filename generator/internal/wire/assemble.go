// Package wire finds for each parameter of a constructor the value that it needs, and
// makes the model of the programs.
//
//	model := wire.Assemble(layout, loaded, report)
//
// The steps of a program stand in the order in which it carries them out: configuration,
// providers, middleware, handlers.
//
// Read assemble.go (all programs), declarations.go (what programs may be wired from),
// program.go (one program), call.go (one call), resolve.go (which provider),
// provide.go, middleware.go, signature.go; then report*.go, the messages.
package wire

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// Assemble makes the model of the chosen programs from the types of the loaded
// packages, and reports everything that is wrong.
func Assemble(l *site.Layout, loaded map[string]*load.Package, r *diag.Reporter) *model.Model {
	l = l.Without(load.Excluded(l.Sources, loaded))
	w := &declarations{
		report: r, modules: l.Modules, sources: l.Sources, excluded: l.Excluded, packages: loaded,
		foreign: map[string]*scan.Source{}, configs: map[*types.TypeName]*model.Config{},
	}
	if slices.ContainsFunc(l.Sites, func(s *site.Site) bool { return s.IsDeclared() }) {
		w.layout = l
	}
	w.reportSources(l)
	l.CheckSites(r)
	w.findProviders()
	w.checkSameNames(l.ChoosesFunction)
	model := &model.Model{Module: model.Module{Path: l.Module.Path, Dir: l.Module.Dir}}
	var active []*scan.Annotation
	for _, s := range l.Sites {
		planned := l.Programs(s, l.ChoosesFunction, r)
		chosen := slices.DeleteFunc(slices.Clone(planned), func(p *site.Group) bool { return !l.ChoosesProgram(p) })
		if len(chosen) > 0 || l.Concerns(s) || !s.IsDeclared() {
			w.assemble(model, s, chosen)
			if len(chosen) == len(planned) {
				checkData(model, s, r)
			}
		}
		of := l.Active(s)
		site.CheckConflicts(of, l.ChoosesFunction, r)
		active = append(active, of...)
	}
	w.checkUses(l, active)
	if len(r.Errors) == 0 && !slices.ContainsFunc(active, func(a *scan.Annotation) bool { return !l.ChoosesFunction(a) }) {
		w.warnUnused(l.ChoosesFunction)
	}
	checkFound(model.Programs, r)
	checkRequirement(l, model.Programs, r)
	return model
}

// checkUses looks for the middleware of handlers that make no program, because
// something else is wrong with them.
func (w *declarations) checkUses(l *site.Layout, active []*scan.Annotation) {
	for _, a := range active {
		if !a.Unsound || !l.ChoosesFunction(a) {
			continue
		}
		for _, line := range a.Handlers {
			(&programWiring{decls: w}).uses(a, line)
		}
	}
}

// reportSources reports what is wrong in the chosen files and with the chosen
// functions, whether or not a program comes of them.
func (w *declarations) reportSources(l *site.Layout) {
	for _, src := range l.Sources {
		if !l.Chooses(src) {
			continue
		}
		if w.excluded[src] {
			warnExcluded(src, w.report)
			continue
		}
		w.report.Errors = append(w.report.Errors, src.Errors...)
		for _, a := range src.Annotations {
			if a.Fn != nil {
				checkDeclaration(a, w.report)
			} else {
				w.checkConfig(a)
			}
		}
	}
}

// warnExcluded says what a file would have given, and what is wrong in it.
func warnExcluded(src *scan.Source, r *diag.Reporter) {
	for _, a := range src.Annotations {
		r.Warnf(a.Pos, "excluded-file", "//cgigen:%s in a file that GOOS, GOARCH or build tags exclude", a.Kind).Hint = "the file is for " + src.Constraints()
	}
	r.Warnings = append(r.Warnings, src.Errors...)
}

// checkData looks for the variable of the folder that a site keeps its files in
// among the configuration of its programs.
func checkData(m *model.Model, s *site.Site, r *diag.Reporter) {
	if !s.DataAt.IsValid() {
		return
	}
	var names []string
	for _, p := range m.Programs {
		if m.SiteOf(p).Name != s.Name {
			continue
		}
		for _, step := range p.Steps {
			if step.Config == nil {
				continue
			}
			for _, f := range step.Config.Fields {
				names = append(names, f.Name)
			}
		}
	}
	if !slices.Contains(names, s.Data) {
		r.Errorf(s.DataAt, "site-data", "data=%s: no program of the site reads this variable", s.Data).
			Hint = cmp.Or(diag.DidYouMean(s.Data, names), "write the variable of the field that holds the folder, with its prefix: data=APP_DATA")
	}
}

// checkFound warns if there is nothing to generate.
func checkFound(chosen []model.Program, r *diag.Reporter) {
	if len(chosen) == 0 && len(r.Errors) == 0 {
		r.Warnings.Add(token.Position{}, "nothing-found", "no //cgigen:handler directives in the packages").Hint = "put one above a function, such as //cgigen:handler GET /users/{id}"
	}
}

// checkRequirement reports a module whose programs would not find the runtime.
func checkRequirement(l *site.Layout, chosen []model.Program, r *diag.Reporter) {
	if len(chosen) == 0 || l.HasRequirement() {
		return
	}
	r.Errors.Add(l.ModuleLine(), "no-requirement", "%s does not require %s, whose runtime the programs import", l.Module.Path, model.CgigenModule).
		Hint = "go get -tool " + model.CgigenModule + "/cmd/cgigen"
}
