package generator

import (
	"go/token"
	"go/types"
	"slices"
)

// wireAll makes the model of the chosen programs from the types of the loaded
// packages, and reports everything that is wrong.
func wireAll(l *layout, loaded map[string]*typedPackage, r *reporter) *Model {
	l = l.without(excludedOf(l.sources, loaded))
	w := &world{
		report: r, modules: l.modules, sources: l.sources, excluded: l.excluded, packages: loaded,
		foreign: map[string]*source{}, configs: map[*types.TypeName]*Config{},
	}
	if slices.ContainsFunc(l.sites, func(s *site) bool { return s.IsDeclared() }) {
		w.layout = l
	}
	w.reportSources(l)
	l.checkSites(r)
	w.findProviders()
	w.checkSameNames(l.choosesFunction)
	model := &Model{Module: Module{Path: l.module.Path, Dir: l.module.Dir}}
	var active []*annotation
	for _, s := range l.sites {
		planned := l.programs(s, l.choosesFunction, r)
		chosen := slices.DeleteFunc(slices.Clone(planned), func(p *plannedProgram) bool { return !l.choosesProgram(p) })
		if len(chosen) > 0 || l.concerns(s) || !s.IsDeclared() {
			w.assemble(model, s, chosen)
		}
		of := l.active(s)
		checkConflicts(of, l.choosesFunction, r)
		active = append(active, of...)
	}
	w.checkUses(l, active)
	if len(r.errors) == 0 && !slices.ContainsFunc(active, func(a *annotation) bool { return !l.choosesFunction(a) }) {
		w.warnUnused(l.choosesFunction)
	}
	checkFound(model.Programs, r)
	checkRequirement(l, model.Programs, r)
	return model
}

// checkUses looks for the middleware of handlers that make no program, because
// something else is wrong with them.
func (w *world) checkUses(l *layout, active []*annotation) {
	for _, a := range active {
		if !a.unsound || !l.choosesFunction(a) {
			continue
		}
		for _, line := range a.handlers {
			(&wiring{decls: w}).uses(a, line)
		}
	}
}

// reportSources reports what is wrong in the chosen files and with the chosen
// functions, whether or not a program comes of them.
func (w *world) reportSources(l *layout) {
	for _, src := range l.sources {
		if !l.chooses(src) {
			continue
		}
		if w.excluded[src] {
			warnExcluded(src, w.report)
			continue
		}
		w.report.errors = append(w.report.errors, src.errors...)
		for _, a := range src.annotations {
			if a.fn != nil {
				checkDeclaration(a, w.report)
			} else {
				w.checkConfig(a)
			}
		}
	}
}

// warnExcluded says what a file would have given, and what is wrong in it.
func warnExcluded(src *source, r *reporter) {
	for _, a := range src.annotations {
		r.warnf(a.pos, "excluded-file", "//cgigen:%s in a file that GOOS, GOARCH or build tags exclude", a.kind).Hint = "the file is for " + src.constraints()
	}
	r.warnings = append(r.warnings, src.errors...)
}

// checkFound warns if there is nothing to generate.
func checkFound(chosen []Program, r *reporter) {
	if len(chosen) == 0 && len(r.errors) == 0 {
		r.warnings.add(token.Position{}, "nothing-found", "no //cgigen:handler directives in the packages").Hint = "put one above a function, such as //cgigen:handler GET /users/{id}"
	}
}

// checkRequirement reports a module whose programs would not find the runtime.
func checkRequirement(l *layout, chosen []Program, r *reporter) {
	if len(chosen) == 0 || l.hasRequirement() {
		return
	}
	r.errors.add(l.moduleLine(), "no-requirement", "%s does not require %s, whose runtime the programs import", l.module.Path, cgigenModule).
		Hint = "go get -tool " + cgigenModule + "/cmd/cgigen"
}
