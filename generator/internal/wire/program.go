package wire

import (
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/envconfig"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// assemble adds a site and its selected programs to the model. What is wrong is
// in the world's errors afterwards, and the model then has gaps.
func (w *declarations) assemble(model *model.Model, s *site.Site, programs []*site.Group) {
	model.Sites = append(model.Sites, s.Site)
	for _, planned := range programs {
		program := w.assembleProgram(s, planned)
		program.Site = len(model.Sites) - 1
		model.Programs = append(model.Programs, program)
	}
}

func (w *declarations) assembleProgram(s *site.Site, planned *site.Group) model.Program {
	program := model.Program{Name: planned.Name}
	wiring := &programWiring{
		decls: w, site: s, program: &program, root: diag.Positions{Fset: w.report.Fset, Dir: s.Module.Dir}, used: map[*scan.Annotation]bool{}, eager: map[*callable]bool{},
	}
	packages := map[string]bool{}
	var handlers []*callable
	for _, a := range planned.Functions {
		packages[a.Source.Pkg] = true
		if c, ok := w.handlerOf(a); ok && wiring.importable(a, c) {
			handlers = append(handlers, c)
			wiring.findEager(c)
		}
	}
	used := make([][][]middleware, len(handlers))
	usable := make([]bool, len(handlers))
	for i, c := range handlers {
		used[i], usable[i] = wiring.allUses(c.of)
	}
	for i, c := range handlers {
		wraps, made := wiring.wraps(used[i])
		if step, ok := wiring.handler(c); ok && made && usable[i] {
			program.Routes = append(program.Routes, wiring.routesOf(c.of, step, used[i], wraps)...)
		}
	}
	slices.SortStableFunc(program.Routes, func(a, b model.Route) int { return diag.ComparePositions(a.Position, b.Position) })
	w.report.Errors = append(w.report.Errors, envconfig.ConfigConflicts(program.Configs())...)
	program.Packages = slices.Sorted(maps.Keys(packages))
	program.Constraints = wiring.constraints()
	return program
}

// constraints returns the build constraints of the declarations that a program
// uses.
func (w *programWiring) constraints() []string {
	var all []string
	for a := range w.used {
		if c := w.constraint(a); c != "" {
			all = append(all, c)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// constraint returns the build constraint of a declaration. If the package has
// it once more for other systems, one of the constraints has to hold: the
// program is the same on all of them.
func (w *programWiring) constraint(a *scan.Annotation) string {
	var terms []string
	for _, src := range w.decls.sources {
		for _, b := range src.Annotations {
			if src.Pkg == a.Source.Pkg && b.Kind == a.Kind && b.Ident().Name == a.Ident().Name {
				terms = append(terms, src.Constraints())
			}
		}
	}
	if slices.Contains(terms, "") {
		return ""
	}
	slices.Sort(terms)
	return strings.Join(slices.Compact(terms), " || ")
}

// handlerOf takes an annotated function apart, if its package could be loaded.
func (w *declarations) handlerOf(a *scan.Annotation) (*callable, bool) {
	fn := w.function(a)
	if fn == nil || !checkDeclaration(a, &diag.Reporter{Positions: w.report.Positions}) {
		return nil, false
	}
	return checkHandler(a, fn, w.report)
}

// function returns the type of an annotated function, nil if the compiler has
// not come so far.
func (w *declarations) function(a *scan.Annotation) *types.Func {
	p := w.packages[a.Source.Pkg]
	if p == nil || p.Types == nil {
		return nil
	}
	fn, _ := p.Types.Scope().Lookup(a.Fn.Name.Name).(*types.Func)
	return fn
}

// routesOf returns the routes of a function, each with its middleware.
func (w *programWiring) routesOf(a *scan.Annotation, step int, used [][]middleware, wraps [][]int) []model.Route {
	var routes []model.Route
	for i, line := range a.Handlers {
		r := model.Route{
			Pattern:  line.Pattern.Value,
			Method:   line.Route.Method,
			Host:     line.Route.Host,
			Path:     line.Route.Path,
			Strip:    line.Strip.Value,
			Step:     step,
			Wrap:     wraps[i],
			Func:     a.Symbol(),
			Position: w.root.At(line.Pos),
		}
		for _, m := range used[i] {
			r.Use = append(r.Use, m.name)
		}
		routes = append(routes, r)
	}
	return routes
}
