package generator

import (
	"cmp"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// assemble adds a site and its selected programs to the model. What is wrong is
// in the world's errors afterwards, and the model then has gaps.
func (w *world) assemble(model *Model, s *site, programs []*plannedProgram) {
	model.Sites = append(model.Sites, s.Site)
	for _, planned := range programs {
		program := w.assembleProgram(s, planned)
		program.Site = len(model.Sites) - 1
		model.Programs = append(model.Programs, program)
	}
}

func (w *world) assembleProgram(s *site, planned *plannedProgram) Program {
	program := Program{Name: planned.name}
	wiring := &wiring{
		world: w, site: s, program: &program, root: positions{w.fset, s.module.Dir}, used: map[*annotation]bool{}, eager: map[*callable]bool{},
	}
	packages := map[string]bool{}
	var handlers []*callable
	for _, a := range planned.functions {
		packages[a.source.pkg] = true
		if c, ok := w.handlerOf(a); ok && wiring.importable(a, c) {
			handlers = append(handlers, c)
			wiring.findEager(c)
		}
	}
	used := make([][][]middleware, len(handlers))
	usable := make([]bool, len(handlers))
	for i, c := range handlers {
		used[i], usable[i] = wiring.allUses(c.annotation)
	}
	for i, c := range handlers {
		wraps, made := wiring.wraps(used[i])
		if step, ok := wiring.handler(c); ok && made && usable[i] {
			program.Routes = append(program.Routes, wiring.routesOf(c.annotation, step, used[i], wraps)...)
		}
	}
	slices.SortStableFunc(program.Routes, func(a, b Route) int { return comparePositions(a.Position, b.Position) })
	w.errors = append(w.errors, configConflicts(program.configs())...)
	program.Packages = slices.Sorted(maps.Keys(packages))
	program.Constraints = wiring.constraints()
	return program
}

// configs gives the configuration structs of a program.
func (p Program) configs() []*Config {
	var configs []*Config
	for _, s := range p.Steps {
		if s.Kind == LoadConfig {
			configs = append(configs, s.Config)
		}
	}
	return configs
}

// constraints gives the build constraints of the declarations that a program
// uses.
func (w *wiring) constraints() []string {
	var all []string
	for a := range w.used {
		if c := w.constraint(a); c != "" {
			all = append(all, c)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// constraint gives the build constraint of a declaration. If the package has
// it once more for other systems, one of the constraints has to hold: the
// program is the same on all of them.
func (w *wiring) constraint(a *annotation) string {
	var terms []string
	for _, src := range w.world.sources {
		for _, b := range src.annotations {
			if src.pkg == a.source.pkg && b.kind == a.kind && b.ident().Name == a.ident().Name {
				terms = append(terms, src.constraints())
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
func (w *world) handlerOf(a *annotation) (*callable, bool) {
	fn := w.function(a)
	if fn == nil || !a.checkDeclaration(&reporter{positions: w.positions}) {
		return nil, false
	}
	return a.checkHandler(fn, w.reporter)
}

// function gives the type of an annotated function, nil if the compiler has
// not come so far.
func (w *world) function(a *annotation) *types.Func {
	p := w.packages[a.source.pkg]
	if p == nil || p.types == nil {
		return nil
	}
	fn, _ := p.types.Scope().Lookup(a.fn.Name.Name).(*types.Func)
	return fn
}

// routesOf gives the routes of a function, each with its middleware.
func (w *wiring) routesOf(a *annotation, step int, used [][]middleware, wraps [][]int) []Route {
	var routes []Route
	for i, line := range a.handlers {
		r := Route{
			Pattern:  line.pattern.value,
			Method:   line.route.method,
			Host:     line.route.host,
			Path:     line.route.path,
			Strip:    line.strip.value,
			Step:     step,
			Wrap:     wraps[i],
			Func:     a.symbol(),
			Position: w.root.at(line.pos),
		}
		for _, m := range used[i] {
			r.Use = append(r.Use, m.name)
		}
		routes = append(routes, r)
	}
	return routes
}

// sortFunctions brings functions into the order of the source.
func sortFunctions(functions []*annotation) {
	slices.SortFunc(functions, func(a, b *annotation) int {
		return cmp.Or(strings.Compare(a.source.path, b.source.path), cmp.Compare(a.pos, b.pos))
	})
}
