// Package site decides which handlers make which program of which site.
//
//	layout, err := site.Find(found, modules, chosen, site.Placement{Dir: dir}, report)
//	for _, s := range layout.Sites {
//		groups := layout.Programs(s, layout.ChoosesFunction, report)
//	}
//
// A [Layout] is the sites of a module and what the run has chosen of them; a [Group] is
// the functions of one program. Nothing is known of types yet.
//
// Read site.go (how sites are found), layout.go, programs.go (names and groups),
// conflict.go (patterns in a real ServeMux), check.go.
package site

import (
	"cmp"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/model"
)

// A Layout is the sites of a module, and what a run has chosen of them. It is a
// value that later phases read.
type Layout struct {
	at        diag.Positions
	Modules   []*gocmd.Module
	Selection gocmd.Selection
	only      string // name of the only site to look at; "" for all
	Sources   []*scan.Source
	Outputs   []string      // folders called cgi-bin with programs of ours
	Module    *gocmd.Module // whose programs these are
	Sites     []*Site       // of the module, sorted by path

	nameErrors map[*scan.Source]diag.List // of sites that are called after a folder
	Excluded   map[*scan.Source]bool      // by GOOS, GOARCH or tags; nil until packages are loaded
}

// A Site is one URL space with its program names and its folder for programs: a
// module, or a folder of it with //cgigen:site and what lies below.
type Site struct {
	model.Site

	Module *gocmd.Module
	DataAt token.Pos // of data= in the directive
}

// Without returns a layout that knows which files belong to no build.
func (l *Layout) Without(excluded map[*scan.Source]bool) *Layout {
	known := *l
	known.Excluded = excluded
	return &known
}

// Recalled is the layout of an earlier run, as far as comparing needs it.
func Recalled(modules []*gocmd.Module, of int, chosen gocmd.Selection, only string, sites []*Site, outputs []string) *Layout {
	l := &Layout{Modules: modules, Selection: chosen, only: only, Outputs: outputs, Module: modules[of]}
	for _, s := range sites {
		l.Sites = append(l.Sites, &Site{Site: s.Site, Module: l.Module})
	}
	return l
}

// SiteOf returns the innermost site that a file lies in; nil for a file outside
// of all.
func (l *Layout) SiteOf(src *scan.Source) *Site {
	var inner *Site
	for _, s := range l.Sites {
		rel, err := filepath.Rel(s.Dir, src.Path)
		if src.Module == s.Module && err == nil && filepath.IsLocal(rel) && (inner == nil || len(s.Dir) > len(inner.Dir)) {
			inner = s
		}
	}
	return inner
}

// Active returns the handlers of a site whose files are built, in the order of
// the source. Of a file that has not been loaded this is only known if it has
// no constraints.
func (l *Layout) Active(s *Site) []*scan.Annotation {
	var functions []*scan.Annotation
	for _, a := range l.handlers(s) {
		if !l.Excluded[a.Source] {
			functions = append(functions, a)
		}
	}
	return functions
}

// handlers returns all handlers of a site, excluded or not.
func (l *Layout) handlers(s *Site) []*scan.Annotation {
	var functions []*scan.Annotation
	for _, src := range l.Sources {
		if !slices.ContainsFunc(src.Annotations, IsHandler) || l.SiteOf(src) != s {
			continue
		}
		for _, a := range src.Annotations {
			if IsHandler(a) {
				functions = append(functions, a)
			}
		}
	}
	sortFunctions(functions)
	return functions
}

// Programs sorts the handlers of a site into programs, and reports what is wrong with the
// names of those that are chosen.
func (l *Layout) Programs(s *Site, chosen func(*scan.Annotation) bool, reporter *diag.Reporter) []*Group {
	return Groups(l.Active(s), chosen, reporter)
}

func nobody(*scan.Annotation) bool { return false }

func IsHandler(a *scan.Annotation) bool { return a.Kind == directive.HandlerName }

func IsProvider(a *scan.Annotation) bool {
	return a.Kind == directive.ProvideName || a.Kind == directive.MiddlewareName
}

// Chooses reports whether the patterns choose the package of a file, and it
// belongs to the site that was named.
func (l *Layout) Chooses(src *scan.Source) bool {
	if !l.Selection.Has(src.Module, src.Pkg) {
		return false
	}
	if l.only == "" || len(l.Sites) == 0 {
		return true
	}
	s := l.SiteOf(src)
	return s != nil && s.Name == l.only
}

func (l *Layout) ChoosesFunction(a *scan.Annotation) bool { return l.Chooses(a.Source) }

func (l *Layout) ChoosesProgram(p *Group) bool {
	return slices.ContainsFunc(p.Functions, l.ChoosesFunction)
}

// Concerns reports whether the run is about a site: it has a chosen handler, or
// its folder is chosen.
func (l *Layout) Concerns(s *Site) bool {
	if l.only != "" && s.Name != l.only {
		return false
	}
	if l.Selection.Has(s.Module, s.Path) {
		return true
	}
	return slices.ContainsFunc(l.handlers(s), l.ChoosesFunction)
}

// ToLoad returns the packages that programs are wired from: the chosen ones,
// those of a chosen program's other handlers, and those with providers. A file
// with mistakes in its syntax may hold any of them.
func (l *Layout) ToLoad() []string {
	paths := map[string]bool{}
	group := false
	for _, s := range l.Sites {
		for _, p := range l.Programs(s, nobody, &diag.Reporter{Positions: l.at}) {
			for _, a := range p.Functions {
				if l.ChoosesProgram(p) {
					paths[a.Source.Pkg] = true
					group = group || p.group
				}
			}
		}
	}
	for _, src := range l.Sources {
		broken := src.ParseErr != nil
		annotated := len(src.Annotations) > 0
		if (annotated || broken) && l.Chooses(src) || broken && group || slices.ContainsFunc(src.Annotations, IsProvider) {
			paths[src.Pkg] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}

// SoundDirectives reports whether export data can be enough: there is something
// to load, the directives of its files have no mistakes, and stand at names
// that export data has.
func (l *Layout) SoundDirectives(paths []string) bool {
	for _, src := range l.Sources {
		if !slices.Contains(paths, src.Pkg) {
			continue
		}
		unexported := func(a *scan.Annotation) bool { return !a.Ident().IsExported() }
		if src.ParseErr != nil || len(src.Errors) > 0 || slices.ContainsFunc(src.Annotations, unexported) {
			return false
		}
	}
	return len(paths) > 0
}

// ForeignImports returns the packages of other modules that packages import
// directly: they may bring providers and configuration.
func (l *Layout) ForeignImports(paths []string) []string {
	imports := map[string]bool{}
	folders := map[string]bool{}
	for _, src := range l.Sources {
		dir := filepath.Dir(src.Path)
		if !slices.Contains(paths, src.Pkg) || folders[dir] {
			continue
		}
		folders[dir] = true
		for _, path := range gocmd.ImportsOfFolder(dir) {
			host, _, _ := strings.Cut(path, "/")
			inModule := func(m *gocmd.Module) bool { return path == m.Path || strings.HasPrefix(path, m.Path+"/") }
			if strings.Contains(host, ".") && !slices.ContainsFunc(l.Modules, inModule) {
				imports[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(imports))
}

// LiveFolders returns the folders of all programs of the sites.
func (l *Layout) LiveFolders() []string {
	live := map[string]bool{}
	silent := &diag.Reporter{Positions: l.at}
	for _, s := range l.Sites {
		for _, a := range l.handlers(s) {
			if name, _, ok := programOf(a, silent); ok {
				live[filepath.Join(s.OutDir, name.Value)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(live))
}

// OutputFolders returns the folders in which stale programs may lie: those of the
// sites and, if there is any //cgigen:site, those that were a site's before. placed says that
// -o has named the folder.
func (l *Layout) OutputFolders(placed bool) []string {
	var dirs []string
	for _, s := range l.Sites {
		if l.only == "" || s.Name == l.only {
			dirs = append(dirs, s.OutDir)
		}
		if s.IsDeclared() && !placed && l.only == "" {
			dirs = append(dirs, l.Outputs...)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// sortFunctions brings functions into the order of the source.
func sortFunctions(functions []*scan.Annotation) {
	slices.SortFunc(functions, func(a, b *scan.Annotation) int {
		return cmp.Or(strings.Compare(a.Source.Path, b.Source.Path), cmp.Compare(a.Pos, b.Pos))
	})
}

// HandlerPackages returns the packages of chosen handlers.
func (l *Layout) HandlerPackages() []string {
	var paths []string
	for _, src := range l.Sources {
		if l.Chooses(src) && slices.ContainsFunc(src.Annotations, IsHandler) {
			paths = append(paths, src.Pkg)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// HasRequirement reports whether programs find the runtime: by a requirement, or
// in the workspace.
func (l *Layout) HasRequirement() bool {
	return l.Module.Requires || slices.ContainsFunc(l.Modules, func(m *gocmd.Module) bool { return m.Path == model.CgigenModule })
}

// ModuleLine is where the module is named.
func (l *Layout) ModuleLine() token.Position {
	return l.at.Relative(token.Position{Filename: l.Module.GoMod, Line: l.Module.Line, Column: 1})
}
