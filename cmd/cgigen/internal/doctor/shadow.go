package doctor

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/rules"
)

// siteFolder is the folder whose address is that of the site.
func (t *tree) siteFolder() string {
	programs := t.programFolders()
	for _, f := range t.manifest.Files {
		if folder := path.Dir(f.Path); path.Base(f.Path) == ".htaccess" && !isPrivate(f.Path) && !programs[folder] {
			return folder
		}
	}
	base := t.manifest.Base
	if strings.HasPrefix(base, "/~") { // the user's own folder is the document root
		_, base, _ = strings.Cut(base[1:], "/")
	}
	return path.Join(t.manifest.Docroot, base)
}

// checkShadows looks for folders of the document root that stand before routes:
// those named like a route, and those on the way to one whose own rules suspend
// the rules above.
func (t *tree) checkShadows() {
	if !t.isApache() || t.manifest.Docroot == "" {
		return
	}
	asked := map[string]bool{}
	for _, r := range t.manifest.Routes {
		folder := t.siteFolder()
		for segment := range strings.SplitSeq(strings.Trim(r.Path, "/"), "/") {
			if segment == "" || strings.ContainsAny(segment, "{}%") || segment == ".." {
				break
			}
			folder = path.Join(folder, segment)
			if !asked[folder] {
				asked[folder] = true
				t.checkShadow(folder, r)
			}
		}
	}
}

func (t *tree) checkShadow(folder string, r manifest.Route) {
	info, err := os.Stat(t.path(folder))
	if err != nil || !info.IsDir() || t.isOurs(folder) {
		return
	}
	data, _ := t.read(path.Join(folder, ".htaccess"), maxSettings) // without one there are no rules
	suspends := rewriteOn.Match(data) && !rewriteInherits.Match(data)
	if suspends {
		t.add(Finding{"folder-before-route", Error, folder, "an .htaccess in the folder has RewriteEngine On, and the route " + r.Pattern + " lies below it",
			"the rules of a folder replace those of the folders above: the server does not find the program, and answers 404",
			"write \"RewriteOptions Inherit\" below that line, remove the line, or rename the folder: mv " + quote(t.path(folder)) + " " + quote(t.path(folder)+".old")})
		return
	}
	t.add(Finding{"folder-before-route", Warning, folder, "the document root has a folder named like the route " + r.Pattern,
		"Apache redirects an address without a slash at the end to the folder, and the route is lost there",
		"rename the folder or the route: mv " + quote(t.path(folder)) + " " + quote(t.path(folder)+".old")})
}

var (
	rewriteOn       = regexp.MustCompile(`(?mi)^\s*RewriteEngine\s+"?on"?\s*$`)
	rewriteInherits = regexp.MustCompile(`(?mi)^\s*RewriteOptions\s.*\bInherit`)
)

func (t *tree) isOurs(folder string) bool {
	return slices.ContainsFunc(t.manifest.Folders, func(f manifest.Folder) bool { return f.Path == folder })
}

// Lines around the rules of a site in a file that others write to, too.
func beginBlock(site string) []byte { return []byte("# BEGIN cgigen " + site) }
func endBlock(site string) []byte   { return []byte("# END cgigen " + site) }

// block returns the rules of the site in a file of others: with the lines around
// it, and without. It reports false if they are not there.
func (t *tree) block(data []byte) (whole, inner []byte, ok bool) {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	begin, end := beginBlock(t.manifest.Site), endBlock(t.manifest.Site)
	var found bool
	for line := range bytes.Lines(data) {
		text := bytes.TrimSpace(line)
		found = found || bytes.Equal(text, begin)
		if !found {
			continue
		}
		whole = append(whole, line...)
		if bytes.Equal(text, end) {
			whole = append(bytes.TrimRight(whole, "\n"), '\n')
			inner = bytes.TrimPrefix(whole, append(slices.Clone(begin), '\n'))
			return whole, bytes.TrimSuffix(inner, append(slices.Clone(end), '\n')), true
		}
	}
	return nil, nil, false
}

// isMerged reports whether the rules of the package stand in a file of others.
func (t *tree) isMerged(f manifest.File, data []byte) bool {
	whole, inner, ok := t.block(data)
	return ok && (sameContent(f, whole) || sameContent(f, inner) || t.isVariant(whole) || t.isVariant(inner))
}

// checkOrder looks at the order of the rules in the document root, for packages whose
// manifest does not list their blocks, and for a site in WordPress's own folder.
func (t *tree) checkOrder() {
	if !t.isApache() || t.manifest.Docroot == "" {
		return
	}
	if len(t.manifest.Blocks) > 0 {
		t.checkCatchAll()
		return
	}
	for _, folder := range slices.Compact([]string{t.siteFolder(), t.manifest.Docroot}) {
		name := path.Join(folder, ".htaccess")
		data, err := t.read(name, maxSettings)
		if err != nil {
			continue // others report it
		}
		theirs := bytes.Index(data, []byte("# BEGIN WordPress"))
		if ours := bytes.Index(data, beginBlock(t.manifest.Site)); theirs >= 0 && ours > theirs {
			t.add(Finding{"wordpress-first", Error, name, "the rules of the site stand after those of WordPress",
				"the last rule of WordPress takes every address: its pages answer in place of the programs",
				fmt.Sprintf("move the lines from %q to %q before \"# BEGIN WordPress\"", beginBlock(t.manifest.Site), endBlock(t.manifest.Site))})
		}
	}
	t.checkCatchAll()
}

// checkCatchAll reports a site that would take every address of WordPress.
func (t *tree) checkCatchAll() {
	takesAll := slices.ContainsFunc(t.manifest.Routes, func(r manifest.Route) bool {
		return r.Host == "" && (r.Method == "" || r.Method == "GET") && rules.Head(r.Path) == "" && rules.Overlap(r.Path, "/wp-login.php")
	})
	folder := t.siteFolder()
	if _, err := os.Stat(t.path(path.Join(folder, "wp-config.php"))); !takesAll || err != nil {
		return
	}
	t.add(Finding{"wordpress-shared", Warning, folder, "the folder is WordPress's own, and a route of the site takes every address",
		"pages of WordPress that are no files are answered by the program", "give the site a folder or a sub-domain of its own: cgigen package --base /NAME"})
}
