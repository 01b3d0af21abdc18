package site

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/model"
)

// outputName is the folder of a site's programs.
const outputName = "cgi-bin"

// A Placement is what the command line says about sites.
type Placement struct {
	Dir      string   // working directory, absolute
	Output   string   // folder for the programs, relative to dir; "" is a cgi-bin of each site
	Gateways []string // to link; none means those of //cgigen:site, or the default
	Warm     int      // seconds, stronger than those of //cgigen:site; 0 if it does not say
	Only     string   // name of the only site to look at; "" for all
}

// Find finds the sites that the chosen packages belong to, and the folders of
// their programs. Mistakes in the source go to the reporter, those of the
// command line are the error.
func Find(found scan.Found, modules []*gocmd.Module, chosen gocmd.Selection, p Placement, r *diag.Reporter) (*Layout, error) {
	l := &Layout{at: r.Positions, Modules: modules, Selection: chosen, only: p.Only, Sources: found.Sources, Outputs: found.Outputs}
	var err error
	if l.Module, err = l.siteModule(p.Dir); err != nil {
		return nil, err
	}
	l.findSites(p, r)
	if err := l.checkSiteOption(); err != nil {
		return nil, err
	}
	return l, l.placeOutput(p)
}

// siteModule returns the module of the chosen handlers: no site is larger.
// Without any handler it is the one that the patterns are about.
func (l *Layout) siteModule(dir string) (*gocmd.Module, error) {
	modules := map[*gocmd.Module]bool{}
	for _, src := range l.Sources {
		if l.Chooses(src) && slices.ContainsFunc(src.Annotations, IsHandler) {
			modules[src.Module] = true
		}
	}
	found := slices.SortedFunc(maps.Keys(modules), func(a, b *gocmd.Module) int { return strings.Compare(a.Path, b.Path) })
	switch len(found) {
	case 0:
		return cmp.Or(l.Selection[0].Module, gocmd.ModuleOf(dir, l.Modules), l.Modules[0]), nil
	case 1:
		return found[0], nil
	}
	return nil, &diag.UsageError{
		Message: "the packages have handlers of several modules: " + gocmd.ModulePaths(found),
		Hint:    "a module is one site: run cgigen once for each, with -C",
	}
}

// findSites returns the sites of the module: the folders with //cgigen:site, or
// the module itself where it has none.
func (l *Layout) findSites(p Placement, r *diag.Reporter) {
	var declared []*scan.Source
	for _, src := range l.Sources {
		if src.Module == l.Module && src.Site != nil {
			declared = append(declared, src)
		}
	}
	byDir := map[string]*scan.Source{}
	for _, src := range declared {
		dir := filepath.Dir(src.Path)
		if first := byDir[dir]; first != nil {
			if l.Chooses(src) {
				ReportSecondSite(first, src, r)
			}
			continue
		}
		byDir[dir] = src
		s := l.declaredSite(src, p)
		if src.Site.Name.Value == "" && slices.Contains(directive.TakenSiteNames(), s.Name) {
			at := diag.Reporter{Positions: r.Positions}
			at.Errorf(src.Site.Pos, "site-name", "cannot name a site %q after its folder: folders of that name belong to cgigen", s.Name).Hint = "name it with name="
			l.nameErrors = map[*scan.Source]diag.List{src: at.Errors}
		}
		l.Sites = append(l.Sites, s)
	}
	if len(l.Sites) == 0 {
		l.Sites = []*Site{l.newSite(l.Module.Dir, p)}
	}
}

// checkSiteOption refuses the name of a site that there is not.
func (l *Layout) checkSiteOption() error {
	if l.only == "" || slices.ContainsFunc(l.Sites, func(s *Site) bool { return s.Name == l.only }) {
		return nil
	}
	names := make([]string, len(l.Sites))
	for i, s := range l.Sites {
		names[i] = s.Name
	}
	return &diag.UsageError{
		Message: fmt.Sprintf("there is no site %q in %s", l.only, l.Module.Path),
		Hint:    cmp.Or(diag.DidYouMean(l.only, names), "there is "+strings.Join(names, ", ")),
	}
}

// newSite returns the site of a folder without any directive.
func (l *Layout) newSite(dir string, p Placement) *Site {
	s := &Site{Module: l.Module, Site: model.Site{Dir: dir, Path: l.Module.ImportPath(dir)}}
	s.Name, s.Gateways, s.Warm = defaultSiteName(s.Path), p.Gateways, p.Warm
	if len(s.Gateways) == 0 {
		s.Gateways = model.DefaultGateways()
	}
	s.OutDir = filepath.Join(dir, outputName)
	s.OutPath = l.Module.ImportPath(s.OutDir)
	return s
}

// declaredSite returns the site of a folder with a directive. Flags are stronger.
func (l *Layout) declaredSite(src *scan.Source, p Placement) *Site {
	d := src.Site
	s := l.newSite(filepath.Dir(src.Path), p)
	s.Name, s.Base = cmp.Or(d.Name.Value, s.Name), d.Base.Value
	s.Data, s.DataAt = d.Data.Value, d.Data.Pos
	s.Warm = cmp.Or(p.Warm, d.Warm)
	s.Declared = diag.Positions{Fset: l.at.Fset, Dir: l.Module.Dir}.At(d.Pos)
	if s.Asked = d.List; len(d.List) > 0 && len(p.Gateways) == 0 {
		s.Gateways = d.List
	}
	return s
}

// defaultSiteName returns the last element of a path that is not a major version, as
// far as it can be the name of a folder or a host.
func defaultSiteName(importPath string) string {
	last := path.Base(importPath)
	if majorVersion.MatchString(last) {
		last = path.Base(path.Dir(importPath))
	}
	name := strings.Trim(notInSiteName.ReplaceAllString(strings.ToLower(last), "-"), "-")
	return cmp.Or(name, "site")
}

var (
	majorVersion  = regexp.MustCompile(`^v[0-9]+$`)
	notInSiteName = regexp.MustCompile(`[^a-z0-9]+`)
)

// placeOutput finds the folder for the programs that -o asks for.
func (l *Layout) placeOutput(p Placement) error {
	if p.Output == "" {
		return l.checkNested()
	}
	placed := l.Sites
	if len(placed) > 1 {
		placed = slices.DeleteFunc(slices.Clone(placed), func(s *Site) bool { return !l.Concerns(s) })
	}
	if len(placed) > 1 {
		return &diag.UsageError{
			Message: "the packages have handlers of several sites: " + siteNames(placed),
			Hint:    "-o is the folder of one site: choose its packages, or leave -o out; each site has a cgi-bin of its own",
		}
	}
	outDir := filepath.Clean(p.Output)
	if !filepath.IsAbs(p.Output) {
		outDir = filepath.Join(p.Dir, p.Output)
	}
	if !l.Module.Contains(outDir) {
		return &diag.UsageError{
			Message: "the output folder " + outDir + " does not lie in the module " + l.Module.Path + " (" + l.Module.Dir + ")",
			Hint:    "the programs belong to the handlers' module: give a folder in it with -o",
		}
	}
	for _, s := range placed {
		s.OutDir, s.OutPath = outDir, l.Module.ImportPath(outDir)
	}
	return l.checkNested()
}

// checkNested refuses an output folder that lies in a nested module.
func (l *Layout) checkNested() error {
	for _, s := range l.Sites {
		for _, dir := range l.Module.Below(s.OutDir) {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				return &diag.UsageError{Message: "the output folder " + s.OutDir + " lies in another module, that of " + filepath.Join(dir, "go.mod")}
			}
		}
	}
	return nil
}

func siteNames(sites []*Site) string {
	names := make([]string, len(sites))
	for i, s := range sites {
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}
