package generator

import (
	"cmp"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// A layout is the sites of a module, and what a run has chosen of them. It is a
// value that later phases read.
type layout struct {
	at        positions
	modules   []*module
	selection selection
	only      string // name of the only site to look at; "" for all
	sources   []*source
	outputs   []string // folders called cgi-bin with programs of ours
	module    *module  // whose programs these are
	sites     []*site  // of the module, sorted by path

	nameErrors map[*source]Diagnostics // of sites that are called after a folder
	excluded   map[*source]bool        // by GOOS, GOARCH or tags; nil until packages are loaded
}

// A site is one URL space with its program names and its folder for programs: a
// module, or a folder of it with //cgigen:site and what lies below.
type site struct {
	Site

	module *module
}

// without returns a layout that knows which files belong to no build.
func (l *layout) without(excluded map[*source]bool) *layout {
	known := *l
	known.excluded = excluded
	return &known
}

// recalledLayout is the layout of an earlier run, as far as comparing needs it.
func recalledLayout(modules []*module, of int, chosen selection, only string, sites []*site, outputs []string) *layout {
	l := &layout{modules: modules, selection: chosen, only: only, outputs: outputs, module: modules[of]}
	for _, s := range sites {
		l.sites = append(l.sites, &site{s.Site, l.module})
	}
	return l
}

// siteOf gives the innermost site that a file lies in; nil for a file outside
// of all.
func (l *layout) siteOf(src *source) *site {
	var inner *site
	for _, s := range l.sites {
		rel, err := filepath.Rel(s.Dir, src.path)
		if src.module == s.module && err == nil && filepath.IsLocal(rel) && (inner == nil || len(s.Dir) > len(inner.Dir)) {
			inner = s
		}
	}
	return inner
}

// siteAt gives the site of a folder.
func (l *layout) siteAt(dir string) *site {
	return l.sites[slices.IndexFunc(l.sites, func(s *site) bool { return s.Dir == dir })]
}

// active gives the handlers of a site whose files are built, in the order of
// the source. Of a file that has not been loaded this is only known if it has
// no constraints.
func (l *layout) active(s *site) []*annotation {
	var functions []*annotation
	for _, a := range l.handlers(s) {
		if !l.excluded[a.source] {
			functions = append(functions, a)
		}
	}
	return functions
}

// handlers gives all handlers of a site, excluded or not.
func (l *layout) handlers(s *site) []*annotation {
	var functions []*annotation
	for _, src := range l.sources {
		if !slices.ContainsFunc(src.annotations, isHandler) || l.siteOf(src) != s {
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
func (l *layout) programs(s *site, chosen func(*annotation) bool, reporter *reporter) []*plannedProgram {
	return groupPrograms(l.active(s), chosen, reporter)
}

func nobody(*annotation) bool { return false }

func isHandler(a *annotation) bool { return a.kind == handlerName }

func isProvider(a *annotation) bool { return a.kind == provideName || a.kind == middlewareName }

// chooses tells whether the patterns choose the package of a file, and it
// belongs to the site that was named.
func (l *layout) chooses(src *source) bool {
	if !l.selection.has(src.module, src.pkg) {
		return false
	}
	if l.only == "" || len(l.sites) == 0 {
		return true
	}
	s := l.siteOf(src)
	return s != nil && s.Name == l.only
}

func (l *layout) choosesFunction(a *annotation) bool { return l.chooses(a.source) }

func (l *layout) choosesProgram(p *plannedProgram) bool {
	return slices.ContainsFunc(p.functions, l.choosesFunction)
}

// concerns tells whether the run is about a site: it has a chosen handler, or
// its folder is chosen.
func (l *layout) concerns(s *site) bool {
	if l.only != "" && s.Name != l.only {
		return false
	}
	if l.selection.has(s.module, s.Path) {
		return true
	}
	return slices.ContainsFunc(l.handlers(s), l.choosesFunction)
}

// toLoad gives the packages that programs are wired from: the chosen ones,
// those of a chosen program's other handlers, and those with providers. A file
// with mistakes in its syntax may hold any of them.
func (l *layout) toLoad() []string {
	paths := map[string]bool{}
	group := false
	for _, s := range l.sites {
		for _, p := range l.programs(s, nobody, &reporter{positions: l.at}) {
			for _, a := range p.functions {
				if l.choosesProgram(p) {
					paths[a.source.pkg] = true
					group = group || p.group
				}
			}
		}
	}
	for _, src := range l.sources {
		broken := src.parseErr != nil
		annotated := len(src.annotations) > 0
		if (annotated || broken) && l.chooses(src) || broken && group || slices.ContainsFunc(src.annotations, isProvider) {
			paths[src.pkg] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}

// soundDirectives tells whether export data can be enough: there is something
// to load, the directives of its files have no mistakes, and stand at names
// that export data has.
func (l *layout) soundDirectives(paths []string) bool {
	for _, src := range l.sources {
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
func (l *layout) foreignImports(paths []string) []string {
	imports := map[string]bool{}
	folders := map[string]bool{}
	for _, src := range l.sources {
		dir := filepath.Dir(src.path)
		if !slices.Contains(paths, src.pkg) || folders[dir] {
			continue
		}
		folders[dir] = true
		for _, path := range importsOfFolder(dir) {
			host, _, _ := strings.Cut(path, "/")
			inModule := func(m *module) bool { return path == m.Path || strings.HasPrefix(path, m.Path+"/") }
			if strings.Contains(host, ".") && !slices.ContainsFunc(l.modules, inModule) {
				imports[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(imports))
}

// liveFolders gives the folders of all programs of the sites.
func (l *layout) liveFolders() []string {
	live := map[string]bool{}
	silent := &reporter{positions: l.at}
	for _, s := range l.sites {
		for _, a := range l.handlers(s) {
			if name, _, ok := programOf(a, silent); ok {
				live[filepath.Join(s.OutDir, name.value)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(live))
}

// outputFolders gives the folders in which stale programs may lie: those of the
// sites and, if there is any //cgigen:site, those that were a site's before. placed says that
// -o has named the folder.
func (l *layout) outputFolders(placed bool) []string {
	var dirs []string
	for _, s := range l.sites {
		if l.only == "" || s.Name == l.only {
			dirs = append(dirs, s.OutDir)
		}
		if s.IsDeclared() && !placed && l.only == "" {
			dirs = append(dirs, l.outputs...)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// sortFunctions brings functions into the order of the source.
func sortFunctions(functions []*annotation) {
	slices.SortFunc(functions, func(a, b *annotation) int {
		return cmp.Or(strings.Compare(a.source.path, b.source.path), cmp.Compare(a.pos, b.pos))
	})
}

// handlerPackages gives the packages of chosen handlers.
func (l *layout) handlerPackages() []string {
	var paths []string
	for _, src := range l.sources {
		if l.chooses(src) && slices.ContainsFunc(src.annotations, isHandler) {
			paths = append(paths, src.pkg)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// hasRequirement tells whether programs find the runtime: by a requirement, or
// in the workspace.
func (l *layout) hasRequirement() bool {
	return l.module.requires || slices.ContainsFunc(l.modules, func(m *module) bool { return m.Path == cgigenModule })
}

// moduleLine is where the module is named.
func (l *layout) moduleLine() token.Position {
	return l.at.relative(token.Position{Filename: l.module.GoMod, Line: l.module.line, Column: 1})
}
