package generator

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
)

// outputName is the folder of a site's programs.
const outputName = "cgi-bin"

// A placement is what the command line says about sites.
type placement struct {
	dir      string   // working directory, absolute
	output   string   // folder for the programs, relative to dir; "" is a cgi-bin of each site
	gateways []string // to link; none means those of //cgigen:site, or the default
	only     string   // name of the only site to look at; "" for all
}

// layOut finds the sites that the chosen packages belong to, and the folders of
// their programs. Mistakes in the source go to the reporter, those of the
// command line are the error.
func layOut(found scanned, modules []*module, chosen selection, p placement, r *reporter) (*layout, error) {
	l := &layout{at: r.positions, modules: modules, selection: chosen, only: p.only, sources: found.sources, outputs: found.outputs}
	var err error
	if l.module, err = l.siteModule(p.dir); err != nil {
		return nil, err
	}
	l.findSites(p, r)
	if err := l.checkSiteOption(); err != nil {
		return nil, err
	}
	return l, l.placeOutput(p)
}

// siteModule gives the module of the chosen handlers: no site is larger.
// Without any handler it is the one that the patterns are about.
func (l *layout) siteModule(dir string) (*module, error) {
	modules := map[*module]bool{}
	for _, src := range l.sources {
		if l.chooses(src) && slices.ContainsFunc(src.annotations, isHandler) {
			modules[src.module] = true
		}
	}
	found := slices.SortedFunc(maps.Keys(modules), func(a, b *module) int { return strings.Compare(a.Path, b.Path) })
	switch len(found) {
	case 0:
		return cmp.Or(l.selection[0].module, moduleOf(dir, l.modules), l.modules[0]), nil
	case 1:
		return found[0], nil
	}
	return nil, &UsageError{
		Message: "the packages have handlers of several modules: " + modulePaths(found),
		Hint:    "a module is one site: run cgigen once for each, with -C",
	}
}

// findSites gives the sites of the module: the folders with //cgigen:site, or
// the module itself where it has none.
func (l *layout) findSites(p placement, r *reporter) {
	var declared []*source
	for _, src := range l.sources {
		if src.module == l.module && src.site != nil {
			declared = append(declared, src)
		}
	}
	byDir := map[string]*source{}
	for _, src := range declared {
		dir := filepath.Dir(src.path)
		if first := byDir[dir]; first != nil {
			if l.chooses(src) {
				reportSecondSite(first, src, r)
			}
			continue
		}
		byDir[dir] = src
		s := l.declaredSite(src, p)
		if src.site.name.value == "" && slices.Contains(takenSiteNames(), s.Name) {
			at := reporter{positions: r.positions}
			at.errorf(src.site.pos, "site-name", "no site can be called %q, after its folder: folders of that name belong to cgigen", s.Name).Hint = "name it with name="
			l.nameErrors = map[*source]Diagnostics{src: at.errors}
		}
		l.sites = append(l.sites, s)
	}
	if len(l.sites) == 0 {
		l.sites = []*site{l.newSite(l.module.Dir, p)}
	}
}

// checkSiteOption refuses the name of a site that there is not.
func (l *layout) checkSiteOption() error {
	if l.only == "" || slices.ContainsFunc(l.sites, func(s *site) bool { return s.Name == l.only }) {
		return nil
	}
	names := make([]string, len(l.sites))
	for i, s := range l.sites {
		names[i] = s.Name
	}
	return &UsageError{
		Message: fmt.Sprintf("there is no site %q in %s", l.only, l.module.Path),
		Hint:    cmp.Or(didYouMean(l.only, names), "there is "+strings.Join(names, ", ")),
	}
}

// newSite gives the site of a folder without any directive.
func (l *layout) newSite(dir string, p placement) *site {
	s := &site{module: l.module, Site: Site{Dir: dir, Path: l.module.importPath(dir)}}
	s.Name, s.Gateways = defaultSiteName(s.Path), p.gateways
	if len(s.Gateways) == 0 {
		s.Gateways = DefaultGateways()
	}
	s.OutDir = filepath.Join(dir, outputName)
	s.OutPath = l.module.importPath(s.OutDir)
	return s
}

// declaredSite gives the site of a folder with a directive. Flags are stronger.
func (l *layout) declaredSite(src *source, p placement) *site {
	d := src.site
	s := l.newSite(filepath.Dir(src.path), p)
	s.Name, s.Base = cmp.Or(d.name.value, s.Name), d.base.value
	s.Declared = positions{l.at.fset, l.module.Dir}.at(d.pos)
	if s.Asked = d.list; len(d.list) > 0 && len(p.gateways) == 0 {
		s.Gateways = d.list
	}
	return s
}

// defaultSiteName is the last element of a path that is no major version, as
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
func (l *layout) placeOutput(p placement) error {
	if p.output == "" {
		return l.checkNested()
	}
	placed := l.sites
	if len(placed) > 1 {
		placed = slices.DeleteFunc(slices.Clone(placed), func(s *site) bool { return !l.concerns(s) })
	}
	if len(placed) > 1 {
		return &UsageError{
			Message: "the packages have handlers of several sites: " + siteNames(placed),
			Hint:    "-o is the folder of one site: choose its packages, or leave -o out; each site has a cgi-bin of its own",
		}
	}
	outDir := filepath.Clean(p.output)
	if !filepath.IsAbs(p.output) {
		outDir = filepath.Join(p.dir, p.output)
	}
	if !l.module.contains(outDir) {
		return &UsageError{
			Message: "the output folder " + outDir + " does not lie in the module " + l.module.Path + " (" + l.module.Dir + ")",
			Hint:    "the programs belong to the handlers' module: give a folder in it with -o",
		}
	}
	for _, s := range placed {
		s.OutDir, s.OutPath = outDir, l.module.importPath(outDir)
	}
	return l.checkNested()
}

// checkNested refuses an output folder that lies in a nested module.
func (l *layout) checkNested() error {
	for _, s := range l.sites {
		for _, dir := range l.module.below(s.OutDir) {
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
