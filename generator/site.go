package generator

import (
	"cmp"
	"fmt"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A site is one URL space with its program names and its folder for programs: a
// module, or a folder of it with //cgigen:site and what lies below.
type site struct {
	Site
	OutDir  string // absolute
	OutPath string // import path of OutDir

	module *module
}

// A Site is what a //cgigen:site says, or what holds for a module without one.
type Site struct {
	Name     string   // as in //cgigen:site, or after the folder
	Dir      string   // absolute
	Path     string   // import path of Dir
	Base     string   // path that the site lies below; "" if it does not say
	Gateways []string // to link: those of a flag, of //cgigen:site, or the default
	Asked    []string // gateways that //cgigen:site names; none if it names none
	// Declared is the position of //cgigen:site, relative to the module; none
	// for a module without one.
	Declared token.Position
}

// IsDeclared reports whether a //cgigen:site makes the site.
func (s Site) IsDeclared() bool { return s.Declared.IsValid() }

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

// findSites gives the sites of the module: the folders with //cgigen:site, or
// the module itself where it has none.
func (r *run) findSites() {
	var declared []*source
	for _, src := range r.sources {
		if src.module == r.module && src.site != nil {
			declared = append(declared, src)
		}
	}
	byDir := map[string]*source{}
	for _, src := range declared {
		dir := filepath.Dir(src.path)
		if first := byDir[dir]; first != nil {
			if r.chooses(src) {
				reportSecondSite(first, src, &r.reporter)
			}
			continue
		}
		byDir[dir] = src
		s := r.declaredSite(src)
		if src.site.name.value == "" && slices.Contains(takenSiteNames(), s.Name) {
			at := reporter{positions: r.positions}
			at.errorf(src.site.pos, "site-name", "no site can be called %q, after its folder: folders of that name belong to cgigen", s.Name).Hint = "name it with name="
			src.siteErrors = append(src.siteErrors, at.errors...)
		}
		r.sites = append(r.sites, s)
	}
	if len(r.sites) == 0 {
		r.sites = []*site{r.newSite(r.module.Dir)}
	}
}

// checkSiteOption refuses the name of a site that there is not.
func (r *run) checkSiteOption() error {
	if r.Site == "" || slices.ContainsFunc(r.sites, func(s *site) bool { return s.Name == r.Site }) {
		return nil
	}
	names := make([]string, len(r.sites))
	for i, s := range r.sites {
		names[i] = s.Name
	}
	return &UsageError{
		Message: fmt.Sprintf("there is no site %q in %s", r.Site, r.module.Path),
		Hint:    cmp.Or(didYouMean(r.Site, names), "there is "+strings.Join(names, ", ")),
	}
}

// newSite gives the site of a folder without any directive.
func (r *run) newSite(dir string) *site {
	s := &site{module: r.module, Site: Site{Dir: dir, Path: r.module.importPath(dir)}}
	s.Name, s.Gateways = defaultSiteName(s.Path), r.Gateways
	if len(s.Gateways) == 0 {
		s.Gateways = DefaultGateways()
	}
	s.OutDir = filepath.Join(dir, outputName)
	s.OutPath = r.module.importPath(s.OutDir)
	return s
}

// declaredSite gives the site of a folder with a directive. Flags are stronger.
func (r *run) declaredSite(src *source) *site {
	d := src.site
	s := r.newSite(filepath.Dir(src.path))
	s.Name, s.Base = cmp.Or(d.name.value, s.Name), d.base.value
	s.Declared = positions{r.fset, r.module.Dir}.at(d.pos)
	if s.Asked = d.list; len(d.list) > 0 && len(r.Gateways) == 0 {
		s.Gateways = d.list
	}
	return s
}

func reportSecondSite(first, second *source, r *reporter) {
	d := r.errorf(second.site.pos, "second-directive", "a second //cgigen:site in one folder")
	d.Hint = "keep one of them"
	d.Related = []Related{{r.at(first.site.pos), "the other one is here"}}
}

// siteOf gives the innermost site that a file lies in; nil for a file outside
// of all.
func (r *run) siteOf(src *source) *site {
	var inner *site
	for _, s := range r.sites {
		rel, err := filepath.Rel(s.Dir, src.path)
		if src.module == s.module && err == nil && filepath.IsLocal(rel) && (inner == nil || len(s.Dir) > len(inner.Dir)) {
			inner = s
		}
	}
	return inner
}

// checkSites reports chosen handlers that belong to no site, and sites of one
// name.
func (r *run) checkSites() {
	for _, src := range r.sources {
		if !r.chooses(src) || src.module != r.module || src.excluded || r.siteOf(src) != nil {
			continue
		}
		for _, a := range src.annotations {
			if isHandler(a) {
				d := r.errorf(a.pos, "no-site", "%s belongs to no site of %s", a.ident().Name, r.module.Path)
				d.Hint = "put //cgigen:site above the package clause of a folder that it lies in, or move it below a site"
				d.Related = r.declarations()
			}
		}
	}
	for i, s := range r.sites {
		same := slices.IndexFunc(r.sites[:i], func(other *site) bool { return other.Name == s.Name })
		if same >= 0 && (r.concerns(s) || r.concerns(r.sites[same])) {
			d := r.errorf(r.directiveOf(s).pos, "same-site", "two sites are called %q", s.Name)
			d.Hint = "name one of them with name="
			d.Related = []Related{{r.at(r.directiveOf(r.sites[same]).pos), "the other one is here"}}
		}
	}
}

// directiveOf gives the directive of a declared site.
func (r *run) directiveOf(s *site) *siteDirective {
	i := slices.IndexFunc(r.sources, func(src *source) bool { return src.site != nil && filepath.Dir(src.path) == s.Dir })
	return r.sources[i].site
}

func (r *run) declarations() []Related {
	var all []Related
	for _, s := range r.sites {
		all = append(all, Related{r.at(r.directiveOf(s).pos), "site " + s.Name + " is here"})
	}
	return all
}

// concerns tells whether the run is about a site: it has a chosen handler, or
// its folder is chosen.
func (r *run) concerns(s *site) bool {
	if r.Site != "" && s.Name != r.Site {
		return false
	}
	if r.selection.has(s.module, s.Path) {
		return true
	}
	return slices.ContainsFunc(r.handlers(s), r.choosesFunction)
}

// reportDirectives reports what is wrong with the //cgigen:site lines of chosen
// packages, and of the sites that the run is about although their own folders
// are not chosen.
func (r *run) reportDirectives() {
	for _, src := range r.sources {
		if len(src.siteErrors) == 0 {
			continue
		}
		s := r.siteOf(src)
		if r.chooses(src) || src.site != nil && s != nil && r.concerns(s) {
			r.errors = append(r.errors, src.siteErrors...)
		}
	}
}
