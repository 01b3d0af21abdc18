package generator

import (
	"cmp"
	"context"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A run is one Plan under way.
type run struct {
	Options
	reporter
	modules   []*module
	roots     []string // folders whose files the result depends on
	selection selection
	sources   []*source
	module    *module  // whose programs these are
	sites     []*site  // of the module, sorted by path
	outputs   []string // folders called cgi-bin with programs of ours
}

// outputName is the folder of a site's programs.
const outputName = "cgi-bin"

func (r *run) plan(ctx context.Context, c *cache) (*Result, error) {
	if err := r.findModules(ctx); err != nil {
		return nil, err
	}
	before, rememberable := r.state(ctx, c)
	if err := r.scan(ctx); err != nil {
		return nil, err
	}
	if err := r.placeOutput(); err != nil {
		return nil, err
	}
	model, err := r.model(ctx)
	if err != nil {
		return nil, err
	}
	emitted, err := r.emit(model)
	if err != nil {
		return nil, err
	}
	live := r.liveFolders()
	if rememberable {
		// A file that has changed in the meantime may or may not have been seen.
		if after, ok := stateOf(ctx, r.roots); ok && after == before {
			c.remember(remembered{
				Roots: r.roots, State: before, Modules: r.modules, Module: slices.Index(r.modules, r.module), Sites: r.sites,
				Outputs: r.outputs, Live: live, Model: model, Emitted: emitted, Warnings: r.warnings.sorted(),
			})
		}
	}
	return r.result(model, emitted, live)
}

// state gives the state of the files that the run depends on.
func (r *run) state(ctx context.Context, c *cache) (state string, ok bool) {
	if c == nil {
		return "", false
	}
	var err error
	if r.roots, err = cacheRoots(r.modules, c.work); err != nil {
		return "", false
	}
	return stateOf(ctx, r.roots)
}

// recalled gives the result of the last run, compared with what is on disk now;
// nil if anything has changed since, or is in the way.
func (r *run) recalled(ctx context.Context, c *cache) *Result {
	if c == nil {
		return nil
	}
	last := c.recall(ctx)
	if last == nil {
		return nil
	}
	fresh := &run{Options: r.Options, reporter: r.reporter, modules: last.Modules, module: last.Modules[last.Module], sites: last.Sites, outputs: last.Outputs}
	for _, s := range fresh.sites {
		s.module = fresh.module
	}
	var err error
	if fresh.selection, err = newSelection(r.Options, fresh.modules); err != nil {
		return nil
	}
	result, err := fresh.result(last.Model, last.Emitted, last.Live)
	if err != nil {
		return nil
	}
	result.Warnings = last.Warnings
	return result
}

// model assembles the programs. Export data is enough for a site without
// mistakes; if there is any, the source is read, which shows them all.
func (r *run) model(ctx context.Context) (*Model, error) {
	paths := r.toLoad()
	before := r.reporter
	if r.soundDirectives(paths) {
		if loaded, ok := loadExports(ctx, r.Options, r.fset, paths, r.foreignImports(paths)); ok {
			if model := r.assemble(loaded); len(r.errors) == 0 {
				return model, nil
			}
			r.reporter = before
		}
	}
	var loaded map[string]*typedPackage
	if len(paths) > 0 {
		var broken Diagnostics
		var err error
		if loaded, broken, err = loadSources(ctx, r.Options, r.positions, paths, r.sources); err != nil {
			return nil, err
		}
		r.errors = append(r.errors, broken...)
	}
	model := r.assemble(loaded)
	if len(r.errors) > 0 {
		return nil, r.errors
	}
	return model, nil
}

// assemble makes the model of the chosen programs from the types of the loaded
// packages, and collects everything that is wrong.
func (r *run) assemble(loaded map[string]*typedPackage) *Model {
	for _, src := range r.sources {
		src.excluded = isExcluded(src, loaded[src.pkg])
	}
	w := &world{
		reporter: &r.reporter, modules: r.modules, sources: r.sources, packages: loaded,
		foreign: map[string]*source{}, configs: map[*types.TypeName]*Config{},
	}
	if slices.ContainsFunc(r.sites, func(s *site) bool { return s.IsDeclared() }) {
		w.siteOf = r.siteOf
	}
	r.reportSources(w)
	r.reportDirectives()
	r.checkSites()
	w.findProviders()
	w.checkSameNames(r.choosesFunction)
	model := &Model{Module: Module{Path: r.module.Path, Dir: r.module.Dir}}
	var active []*annotation
	for _, s := range r.sites {
		planned := r.programs(s, r.choosesFunction, &r.reporter)
		chosen := slices.DeleteFunc(slices.Clone(planned), func(p *plannedProgram) bool { return !r.choosesProgram(p) })
		if len(chosen) > 0 || r.concerns(s) || !s.IsDeclared() {
			w.assemble(model, s, chosen)
		}
		of := r.active(s)
		checkConflicts(of, r.choosesFunction, &r.reporter)
		active = append(active, of...)
	}
	r.checkUses(w, active)
	if len(r.errors) == 0 && !slices.ContainsFunc(active, func(a *annotation) bool { return !r.choosesFunction(a) }) {
		w.warnUnused(r.choosesFunction)
	}
	r.checkFound(model.Programs)
	r.checkRequirement(model.Programs)
	return model
}

// checkUses looks for the middleware of handlers that make no program, because
// something else is wrong with them.
func (r *run) checkUses(w *world, active []*annotation) {
	for _, a := range active {
		if !a.unsound || !r.choosesFunction(a) {
			continue
		}
		for _, line := range a.handlers {
			(&wiring{world: w}).uses(a, line)
		}
	}
}

// findModules finds the modules and the chosen packages.
func (r *run) findModules(ctx context.Context) (err error) {
	if r.modules, err = mainModules(ctx, r.Options); err != nil {
		return err
	}
	r.selection, err = newSelection(r.Options, r.modules)
	return err
}

// scan finds the files with directives, and the sites.
func (r *run) scan(ctx context.Context) (err error) {
	if r.sources, r.outputs, err = scan(ctx, r.modules, r.positions); err != nil {
		return err
	}
	if r.module, err = r.siteModule(); err != nil {
		return err
	}
	r.findSites()
	return r.checkSiteOption()
}

// siteModule gives the module of the chosen handlers: no site is larger.
// Without any handler it is the one that the patterns are about.
func (r *run) siteModule() (*module, error) {
	modules := map[*module]bool{}
	for _, src := range r.sources {
		if r.chooses(src) && slices.ContainsFunc(src.annotations, isHandler) {
			modules[src.module] = true
		}
	}
	found := slices.SortedFunc(maps.Keys(modules), func(a, b *module) int { return strings.Compare(a.Path, b.Path) })
	switch len(found) {
	case 0:
		return cmp.Or(r.selection[0].module, moduleOf(r.Dir, r.modules), r.modules[0]), nil
	case 1:
		return found[0], nil
	}
	return nil, &UsageError{
		Message: "the packages have handlers of several modules: " + modulePaths(found),
		Hint:    "a module is one site: run cgigen once for each, with -C",
	}
}

// placeOutput finds the folder for the programs that -o asks for.
func (r *run) placeOutput() error {
	if r.Output == "" {
		return r.checkNested()
	}
	placed := r.sites
	if len(placed) > 1 {
		placed = slices.DeleteFunc(slices.Clone(placed), func(s *site) bool { return !r.concerns(s) })
	}
	if len(placed) > 1 {
		return &UsageError{
			Message: "the packages have handlers of several sites: " + siteNames(placed),
			Hint:    "-o is the folder of one site: choose its packages, or leave -o out; each site has a cgi-bin of its own",
		}
	}
	outDir := filepath.Clean(r.Output)
	if !filepath.IsAbs(r.Output) {
		outDir = filepath.Join(r.Dir, r.Output)
	}
	if !r.module.contains(outDir) {
		return &UsageError{
			Message: "the output folder " + outDir + " does not lie in the module " + r.module.Path + " (" + r.module.Dir + ")",
			Hint:    "the programs belong to the handlers' module: give a folder in it with -o",
		}
	}
	for _, s := range placed {
		s.OutDir, s.OutPath = outDir, r.module.importPath(outDir)
	}
	return r.checkNested()
}

// checkNested refuses an output folder that lies in a nested module.
func (r *run) checkNested() error {
	for _, s := range r.sites {
		for _, dir := range r.module.below(s.OutDir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				return &UsageError{Message: "the output folder " + s.OutDir + " lies in another module, that of " + filepath.Join(dir, "go.mod")}
			}
		}
	}
	return nil
}

func siteNames(sites []*site) string {
	names := make([]string, len(sites))
	for i, s := range sites {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// toLoad gives the packages that programs are wired from: the chosen ones,
// those of a chosen program's other handlers, and those with providers. A file
// with mistakes in its syntax may hold any of them.
func (r *run) toLoad() []string {
	paths := map[string]bool{}
	group := false
	for _, s := range r.sites {
		for _, p := range r.programs(s, nobody, &r.reporter) {
			for _, a := range p.functions {
				if r.choosesProgram(p) {
					paths[a.source.pkg] = true
					group = group || p.group
				}
			}
		}
	}
	for _, src := range r.sources {
		broken := src.parseErr != nil
		annotated := len(src.annotations) > 0
		if (annotated || broken) && r.chooses(src) || broken && group || slices.ContainsFunc(src.annotations, isProvider) {
			paths[src.pkg] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}

// soundDirectives tells whether export data can be enough: there is something
// to load, the directives of its files have no mistakes, and stand at names
// that export data has.
func (r *run) soundDirectives(paths []string) bool {
	for _, src := range r.sources {
		if !slices.Contains(paths, src.pkg) {
			continue
		}
		unexported := func(a *annotation) bool { return !a.ident().IsExported() }
		if src.parseErr != nil || len(src.errors) > 0 || slices.ContainsFunc(src.annotations, unexported) {
			return false
		}
	}
	return len(paths) > 0
}

// foreignImports gives the packages of other modules that packages import
// directly: they may bring providers and configuration.
func (r *run) foreignImports(paths []string) []string {
	imports := map[string]bool{}
	folders := map[string]bool{}
	for _, src := range r.sources {
		dir := filepath.Dir(src.path)
		if !slices.Contains(paths, src.pkg) || folders[dir] {
			continue
		}
		folders[dir] = true
		for _, path := range importsOfFolder(dir) {
			host, _, _ := strings.Cut(path, "/")
			inModule := func(m *module) bool { return path == m.Path || strings.HasPrefix(path, m.Path+"/") }
			if strings.Contains(host, ".") && !slices.ContainsFunc(r.modules, inModule) {
				imports[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(imports))
}

// reportSources reports what is wrong in the chosen files and with the chosen
// functions, whether or not a program comes of them.
func (r *run) reportSources(w *world) {
	for _, src := range r.sources {
		if !r.chooses(src) {
			continue
		}
		if src.excluded {
			r.warnExcluded(src)
			continue
		}
		r.errors = append(r.errors, src.errors...)
		for _, a := range src.annotations {
			if a.fn != nil {
				a.checkDeclaration(&r.reporter)
			} else {
				w.checkConfig(a)
			}
		}
	}
}

// warnExcluded says what a file would have given, and what is wrong in it.
func (r *run) warnExcluded(src *source) {
	for _, a := range src.annotations {
		r.warnf(a.pos, "excluded-file", "//cgigen:%s in a file that GOOS, GOARCH or build tags exclude", a.kind).Hint = "the file is for " + src.constraints()
	}
	r.warnings = append(r.warnings, src.errors...)
}

// active gives the handlers of a site whose files are built, in the order of
// the source. Of a file that has not been loaded this is only known if it has
// no constraints.
func (r *run) active(s *site) []*annotation {
	var functions []*annotation
	for _, a := range r.handlers(s) {
		if !a.source.excluded {
			functions = append(functions, a)
		}
	}
	return functions
}

// handlers gives all handlers of a site, excluded or not.
func (r *run) handlers(s *site) []*annotation {
	var functions []*annotation
	for _, src := range r.sources {
		if !slices.ContainsFunc(src.annotations, isHandler) || r.siteOf(src) != s {
			continue
		}
		for _, a := range src.annotations {
			if isHandler(a) {
				functions = append(functions, a)
			}
		}
	}
	sortFunctions(functions)
	return functions
}

// programs sorts the handlers of a site into programs, and reports what is wrong with the
// names of those that are chosen.
func (r *run) programs(s *site, chosen func(*annotation) bool, reporter *reporter) []*plannedProgram {
	return groupPrograms(r.active(s), chosen, reporter)
}

func nobody(*annotation) bool { return false }

func isHandler(a *annotation) bool { return a.kind == handlerName }

func isProvider(a *annotation) bool { return a.kind == provideName || a.kind == middlewareName }

// chooses tells whether the patterns choose the package of a file, and it
// belongs to the site that was named.
func (r *run) chooses(src *source) bool {
	if !r.selection.has(src.module, src.pkg) {
		return false
	}
	if r.Site == "" || len(r.sites) == 0 {
		return true
	}
	s := r.siteOf(src)
	return s != nil && s.Name == r.Site
}

func (r *run) choosesFunction(a *annotation) bool { return r.chooses(a.source) }

func (r *run) choosesProgram(p *plannedProgram) bool {
	return slices.ContainsFunc(p.functions, r.choosesFunction)
}

// checkFound warns if there is nothing to generate.
func (r *run) checkFound(chosen []Program) {
	if len(chosen) == 0 && len(r.errors) == 0 {
		r.warnings.add(token.Position{}, "nothing-found", "no //cgigen:handler directives in the packages").Hint = "put one above a function, such as //cgigen:handler GET /users/{id}"
	}
}

// checkRequirement reports a module whose programs would not find the runtime.
func (r *run) checkRequirement(chosen []Program) {
	inWorkspace := slices.ContainsFunc(r.modules, func(m *module) bool { return m.Path == cgigenModule })
	if len(chosen) == 0 || r.module.requires || inWorkspace {
		return
	}
	at := r.relative(token.Position{Filename: r.module.GoMod, Line: r.module.line, Column: 1})
	r.errors.add(at, "no-requirement", "%s does not require %s, whose runtime the programs import", r.module.Path, cgigenModule).
		Hint = "go get -tool " + cgigenModule + "/cmd/cgigen"
}
