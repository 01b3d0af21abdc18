package generator

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A siteDirective is a //cgigen:site line, which makes the folder of its package
// a site.
type siteDirective struct {
	pos      token.Pos // of the comment
	name     text
	gateways text
	base     text
	list     []string // gateways, sorted as in their table
}

// siteKeys are the keys of //cgigen:site, in the order of the documentation.
func siteKeys() []string {
	return []string{"name", "gateways", "warm", "base", "static", "encoded-slashes"}
}

// takenSiteNames are folders of a host that belong to cgigen itself.
func takenSiteNames() []string { return []string{"deploy", "server", "site", "targets"} }

// takeSite reads a //cgigen:site line, unless it stands where it means nothing.
func (src *source) takeSite(d ast.Directive, o owner, at positions) {
	r := &reporter{positions: at}
	switch {
	case src.siteMisplaced(d, o, r):
	case src.site != nil:
		r.errorf(d.Slash, "second-directive", "a second //cgigen:site on one package clause").Hint = "keep one of them"
	default:
		src.site = parseSite(d, filepath.Dir(src.path), r)
	}
	src.siteErrors = append(src.siteErrors, r.errors...)
}

// siteMisplaced reports a //cgigen:site that stands elsewhere than above a
// package clause, or in a file that is not always part of its package.
func (src *source) siteMisplaced(d ast.Directive, o owner, r *reporter) bool {
	switch constraints := src.constraints(); {
	case strings.HasSuffix(src.path, "_test.go"):
		r.errorf(d.Slash, "test-file", "//cgigen:site in a test file, which is no part of the site").Hint = "move it to a file whose name does not end in _test.go"
	case o == owner{}:
		at := r.errorf(d.Slash, "detached", "//cgigen:site is detached: it stands in no declaration's doc comment")
		at.Hint = "put it directly above the package clause, with no blank line between"
		at.Related = []Related{{r.at(src.ast.Package), "the package clause is here"}}
	case !o.clause:
		at := r.errorf(d.Slash, "wrong-declaration", "//cgigen:site belongs to the package clause, not to %s", o.what)
		at.Hint = "put it directly above the package clause"
		at.Related = []Related{{r.at(src.ast.Package), "the package clause is here"}}
	case constraints != "":
		r.errorf(d.Slash, "site-constraint", "//cgigen:site in a file that is built for %s alone", constraints).Hint = "a site is the same for all systems: put it into a file that is always built, such as doc.go"
	default:
		return false
	}
	return true
}

// parseSite reads the arguments of a //cgigen:site line in a folder.
func parseSite(d ast.Directive, dir string, r *reporter) *siteDirective {
	args := parseArguments(d, siteKeys(), r)
	args.noWords(d, siteKeys(), r)
	s := &siteDirective{pos: d.Slash, name: args.keys["name"], base: args.keys["base"], gateways: args.keys["gateways"]}
	checkSiteName(s.name, r)
	s.list = siteGateways(s.gateways, r)
	checkBase(s.base, r)
	checkWarm(args.keys["warm"], r)
	checkStatic(args.keys["static"], dir, r)
	checkEncodedSlashes(args.keys["encoded-slashes"], r)
	return s
}

// longestSiteName keeps folders such as private/NAME, and what is named after
// the site on its host, within the limits of file systems and sockets.
const longestSiteName = 31

func checkSiteName(name text, r *reporter) {
	switch {
	case !checkName(name, "site", r) || !name.given():
	case slices.Contains(takenSiteNames(), name.value):
		r.errorf(name.pos, "site-name", "no site can be called %q: folders of that name belong to cgigen", name.value).Hint = "choose another name, for example " + name.value + "-web"
	case len(name.value) > longestSiteName:
		r.errorf(name.pos, "site-name", "the name of a site has %d letters, and this one %d", longestSiteName, len(name.value)).Hint = "choose a shorter one: folders of the host are named after it"
	}
}

// siteGateways gives the gateways of a comma-separated list, in the order of
// their table.
func siteGateways(list text, r *reporter) []string {
	if !list.given() {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(list.value, ",") {
		switch name = strings.TrimSpace(name); {
		case !slices.Contains(Gateways(), name):
			r.errorf(list.pos, "site-gateways", "unknown gateway %q", name).Hint = cmp.Or(didYouMean(name, Gateways()), "there is "+strings.Join(Gateways(), ", ")+", with commas between them")
		case slices.Contains(names, name):
			r.errorf(list.pos, "site-gateways", "gateways= names %q twice", name).Hint = "keep one of them"
		default:
			names = append(names, name)
		}
	}
	return slices.DeleteFunc(Gateways(), func(name string) bool { return !slices.Contains(names, name) })
}

// basePath is a path that stands in servers' configurations and in links as it
// is. package --base takes the same.
var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

// CheckBase says why a path cannot be what a site lies below; "" if it can.
func CheckBase(base string) string {
	clean := path.Clean("/" + base)
	switch {
	case basePath.MatchString(base) && clean == base:
		return ""
	case clean == "/":
		return "a site that lies at the root of its host needs none"
	case basePath.MatchString(clean):
		return "write " + clean
	}
	return "a base is the path of the site on its host, as /~alice/shop: segments of letters, digits and any of . _ ~ -"
}

func checkBase(base text, r *reporter) {
	if !base.given() {
		return
	}
	if why := CheckBase(base.value); why != "" {
		r.errorf(base.pos, "site-base", "no site lies below %q", base.value).Hint = why
	}
}

// checkWarm checks how long a worker is to wait for the next request.
func checkWarm(warm text, r *reporter) {
	if !warm.given() {
		return
	}
	if d, err := time.ParseDuration(warm.value); err != nil || d < time.Second || d > time.Hour {
		r.errorf(warm.pos, "site-value", "warm=%s is no time from a second to an hour", warm.value).Hint = "write it as warm=45s or warm=2m"
		return
	}
	notYet(warm, "warm", "leave it out: each request gets a process of its own", r)
}

// checkStatic checks the folder of a site with files that are served as they are.
func checkStatic(static text, dir string, r *reporter) {
	if !static.given() {
		return
	}
	clean := path.Clean(static.value)
	switch info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(clean))); {
	case strings.Contains(static.value, `\`) || !filepath.IsLocal(filepath.FromSlash(clean)) || clean == ".":
		r.errorf(static.pos, "site-value", "static=%s is no folder below that of the site", static.value).Hint = "write it relative to the file's folder, with slashes: static=public"
	case err != nil || !info.IsDir():
		r.errorf(static.pos, "site-value", "static=%s: there is no such folder", static.value).Hint = "it is relative to the folder of the file with the directive"
	default:
		notYet(static, "static", "leave it out, and copy the files beside the programs", r)
	}
}

func checkEncodedSlashes(keep text, r *reporter) {
	switch {
	case !keep.given():
	case keep.value != "keep":
		r.errorf(keep.pos, "site-value", "encoded-slashes=%s: the only value is keep", keep.value).Hint = "without the key generated virtual hosts refuse %2F in a path; with encoded-slashes=keep they let it through"
	default:
		notYet(keep, "encoded-slashes", "leave it out, and set it in the server's configuration", r)
	}
}

// notYet reports a key that would have no effect.
func notYet(key text, name, hint string, r *reporter) {
	r.errorf(key.pos, "site-unsupported", "this version of cgigen does not support %s= yet", name).Hint = hint
}

// GatewaysKey gives the key of //cgigen:site that asks for gateways.
func GatewaysKey(gateways []string) string {
	return fmt.Sprintf("gateways=%s", strings.Join(gateways, ","))
}
