package site

import (
	"path/filepath"
	"slices"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/scan"
)

// CheckSites reports mistakes in //cgigen:site lines, chosen handlers that
// belong to no site, and sites of one name.
func (l *Layout) CheckSites(r *diag.Reporter) {
	l.reportDirectives(r)
	l.reportHomeless(r)
	l.reportSameNames(r)
}

// reportDirectives reports what is wrong with the //cgigen:site lines of chosen
// packages, and of the sites that the run is about although their own folders
// are not chosen.
func (l *Layout) reportDirectives(r *diag.Reporter) {
	for _, src := range l.Sources {
		mistakes := slices.Concat(src.SiteErrors, l.nameErrors[src])
		if len(mistakes) == 0 {
			continue
		}
		s := l.SiteOf(src)
		if l.Chooses(src) || src.Site != nil && s != nil && l.Concerns(s) {
			r.Errors = append(r.Errors, mistakes...)
		}
	}
}

// reportHomeless reports chosen handlers that belong to no site.
func (l *Layout) reportHomeless(r *diag.Reporter) {
	for _, src := range l.Sources {
		if !l.Chooses(src) || src.Module != l.Module || l.Excluded[src] || l.SiteOf(src) != nil {
			continue
		}
		for _, a := range src.Annotations {
			if IsHandler(a) {
				d := r.Errorf(a.Pos, "no-site", "%s does not belong to a site of %s", a.Ident().Name, l.Module.Path)
				d.Hint = "put //cgigen:site above the package clause of a folder that it lies in, or move it below a site"
				d.Related = l.declarations()
			}
		}
	}
}

// reportSameNames reports sites of one name.
func (l *Layout) reportSameNames(r *diag.Reporter) {
	for i, s := range l.Sites {
		same := slices.IndexFunc(l.Sites[:i], func(other *Site) bool { return other.Name == s.Name })
		if same >= 0 && (l.Concerns(s) || l.Concerns(l.Sites[same])) {
			d := r.Errorf(l.directiveOf(s).Pos, "same-site", "two sites are called %q", s.Name)
			d.Hint = "name one of them with name="
			d.Related = []diag.Related{{Position: r.At(l.directiveOf(l.Sites[same]).Pos), Message: "the other one is here"}}
		}
	}
}

// directiveOf returns the directive of a declared site.
func (l *Layout) directiveOf(s *Site) *directive.SiteLine {
	i := slices.IndexFunc(l.Sources, func(src *scan.Source) bool { return src.Site != nil && filepath.Dir(src.Path) == s.Dir })
	return l.Sources[i].Site
}

func (l *Layout) declarations() []diag.Related {
	var all []diag.Related
	for _, s := range l.Sites {
		all = append(all, diag.Related{Position: l.at.At(l.directiveOf(s).Pos), Message: "site " + s.Name + " is here"})
	}
	return all
}

func ReportSecondSite(first, second *scan.Source, r *diag.Reporter) {
	d := r.Errorf(second.Site.Pos, "second-directive", "a second //cgigen:site in one folder")
	d.Hint = "keep one of them"
	d.Related = []diag.Related{{Position: r.At(first.Site.Pos), Message: "the other one is here"}}
}
