package generator

import (
	"path/filepath"
	"slices"
)

// checkSites reports mistakes in //cgigen:site lines, chosen handlers that
// belong to no site, and sites of one name.
func (l *layout) checkSites(r *reporter) {
	l.reportDirectives(r)
	l.reportHomeless(r)
	l.reportSameNames(r)
}

// reportDirectives reports what is wrong with the //cgigen:site lines of chosen
// packages, and of the sites that the run is about although their own folders
// are not chosen.
func (l *layout) reportDirectives(r *reporter) {
	for _, src := range l.sources {
		mistakes := slices.Concat(src.siteErrors, l.nameErrors[src])
		if len(mistakes) == 0 {
			continue
		}
		s := l.siteOf(src)
		if l.chooses(src) || src.site != nil && s != nil && l.concerns(s) {
			r.errors = append(r.errors, mistakes...)
		}
	}
}

// reportHomeless reports chosen handlers that belong to no site.
func (l *layout) reportHomeless(r *reporter) {
	for _, src := range l.sources {
		if !l.chooses(src) || src.module != l.module || l.excluded[src] || l.siteOf(src) != nil {
			continue
		}
		for _, a := range src.annotations {
			if isHandler(a) {
				d := r.errorf(a.pos, "no-site", "%s belongs to no site of %s", a.ident().Name, l.module.Path)
				d.Hint = "put //cgigen:site above the package clause of a folder that it lies in, or move it below a site"
				d.Related = l.declarations()
			}
		}
	}
}

// reportSameNames reports sites of one name.
func (l *layout) reportSameNames(r *reporter) {
	for i, s := range l.sites {
		same := slices.IndexFunc(l.sites[:i], func(other *site) bool { return other.Name == s.Name })
		if same >= 0 && (l.concerns(s) || l.concerns(l.sites[same])) {
			d := r.errorf(l.directiveOf(s).pos, "same-site", "two sites are called %q", s.Name)
			d.Hint = "name one of them with name="
			d.Related = []Related{{r.at(l.directiveOf(l.sites[same]).pos), "the other one is here"}}
		}
	}
}

// directiveOf gives the directive of a declared site.
func (l *layout) directiveOf(s *site) *siteDirective {
	i := slices.IndexFunc(l.sources, func(src *source) bool { return src.site != nil && filepath.Dir(src.path) == s.Dir })
	return l.sources[i].site
}

func (l *layout) declarations() []Related {
	var all []Related
	for _, s := range l.sites {
		all = append(all, Related{l.at.at(l.directiveOf(s).pos), "site " + s.Name + " is here"})
	}
	return all
}

func reportSecondSite(first, second *source, r *reporter) {
	d := r.errorf(second.site.pos, "second-directive", "a second //cgigen:site in one folder")
	d.Hint = "keep one of them"
	d.Related = []Related{{r.at(first.site.pos), "the other one is here"}}
}
