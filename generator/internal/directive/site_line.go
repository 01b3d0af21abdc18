package directive

import (
	"cmp"
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/model"
)

// A SiteLine is a //cgigen:site line, which makes the folder of its package
// a site.
type SiteLine struct {
	Pos      token.Pos // of the comment
	Name     Text
	gateways Text
	Base     Text
	Warm     int      // seconds; 0 if it does not say
	Data     Text     // variable of the folder that the site keeps its files in
	List     []string // gateways, sorted as in their table
}

// siteKeys are the keys of //cgigen:site, in the order of the documentation.
func siteKeys() []string {
	return []string{"name", "gateways", "warm", "base", "data", "static", "encoded-slashes"}
}

// TakenSiteNames are folders of a host that belong to cgigen itself.
func TakenSiteNames() []string { return []string{"deploy", "server", "site", "targets"} }

// ParseSite reads the arguments of a //cgigen:site line in a folder.
func ParseSite(d ast.Directive, dir string, r *diag.Reporter) *SiteLine {
	args := parseArguments(d, siteKeys(), r)
	args.noWords(d, siteKeys(), r)
	s := &SiteLine{Pos: d.Slash, Name: args.keys["name"], Base: args.keys["base"], Data: args.keys["data"], gateways: args.keys["gateways"]}
	checkSiteName(s.Name, r)
	s.List = siteGateways(s.gateways, r)
	checkBase(s.Base, r)
	s.Warm = warmSeconds(args.keys["warm"], s.List, r)
	checkStatic(args.keys["static"], dir, r)
	checkEncodedSlashes(args.keys["encoded-slashes"], r)
	return s
}

// longestSiteName keeps folders such as private/NAME, and what is named after
// the site on its host, within the limits of file systems and sockets.
const longestSiteName = 31

func checkSiteName(name Text, r *diag.Reporter) {
	switch {
	case !checkName(name, "site", r) || !name.Given():
	case slices.Contains(TakenSiteNames(), name.Value):
		r.Errorf(name.Pos, "site-name", "cannot name a site %q: folders of that name belong to cgigen", name.Value).Hint = "choose another name, for example " + name.Value + "-web"
	case len(name.Value) > longestSiteName:
		r.Errorf(name.Pos, "site-name", "the name of a site has at most %d letters, and this one has %d", longestSiteName, len(name.Value)).Hint = "choose a shorter one: folders of the host are named after it"
	}
}

// siteGateways returns the gateways of a comma-separated list, in the order of
// their table.
func siteGateways(list Text, r *diag.Reporter) []string {
	if !list.Given() {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(list.Value, ",") {
		switch name = strings.TrimSpace(name); {
		case !slices.Contains(model.Gateways(), name):
			r.Errorf(list.Pos, "site-gateways", "unknown gateway %q", name).Hint = cmp.Or(diag.DidYouMean(name, model.Gateways()), "there is "+strings.Join(model.Gateways(), ", ")+", with commas between them")
		case slices.Contains(names, name):
			r.Errorf(list.Pos, "site-gateways", "gateways= names %q twice", name).Hint = "keep one of them"
		default:
			names = append(names, name)
		}
	}
	return slices.DeleteFunc(model.Gateways(), func(name string) bool { return !slices.Contains(names, name) })
}

func checkBase(base Text, r *diag.Reporter) {
	if !base.Given() {
		return
	}
	if why := model.CheckBase(base.Value); why != "" {
		r.Errorf(base.Pos, "site-base", "%q is not a path that a site can lie below", base.Value).Hint = why
	}
}

// warmSeconds returns how long a worker waits for the next request, and looks whether
// there are requests that it could answer.
func warmSeconds(warm Text, gateways []string, r *diag.Reporter) int {
	if !warm.Given() {
		return 0
	}
	d, err := time.ParseDuration(warm.Value)
	switch {
	case err != nil || d < time.Second || d > time.Hour || d%time.Second != 0:
		r.Errorf(warm.Pos, "site-value", "warm=%s is not a time between a second and an hour", warm.Value).Hint = "write it in whole seconds: warm=45s or warm=2m"
		return 0
	case len(gateways) > 0 && !slices.Contains(gateways, "cgi"):
		r.Errorf(warm.Pos, "site-value", "warm=%s, but the site has no gateway cgi", warm.Value).Hint = "leave it out: programs of other gateways keep running anyway"
		return 0
	}
	return int(d / time.Second)
}

// checkStatic checks the folder of a site with files that are served as they are.
func checkStatic(static Text, dir string, r *diag.Reporter) {
	if !static.Given() {
		return
	}
	clean := path.Clean(static.Value)
	switch info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(clean))); {
	case strings.Contains(static.Value, `\`) || !filepath.IsLocal(filepath.FromSlash(clean)) || clean == ".":
		r.Errorf(static.Pos, "site-value", "static=%s is not a folder below that of the site", static.Value).Hint = "write it relative to the file's folder, with slashes: static=public"
	case err != nil || !info.IsDir():
		r.Errorf(static.Pos, "site-value", "static=%s: there is no such folder", static.Value).Hint = "it is relative to the folder of the file with the directive"
	default:
		notYet(static, "static", "leave it out, and copy the files beside the programs", r)
	}
}

func checkEncodedSlashes(keep Text, r *diag.Reporter) {
	switch {
	case !keep.Given():
	case keep.Value != "keep":
		r.Errorf(keep.Pos, "site-value", "encoded-slashes=%s: the only value is keep", keep.Value).Hint = "without the key generated virtual hosts refuse %2F in a path; with encoded-slashes=keep they let it through"
	default:
		notYet(keep, "encoded-slashes", "leave it out, and set it in the server's configuration", r)
	}
}

// notYet reports a key that would have no effect.
func notYet(key Text, name, hint string, r *diag.Reporter) {
	r.Errorf(key.Pos, "site-unsupported", "this version of cgigen does not support %s= yet", name).Hint = hint
}
