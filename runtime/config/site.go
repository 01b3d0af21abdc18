package config

import (
	"path/filepath"
	"strconv"
	"strings"
)

// siteName is the name of the site that the program belongs to. The linker sets
// it, see the package documentation.
var siteName string

// searchUp returns the folder of a site's settings: private/NAME in the nearest
// folder private that has one, in dir or above it; otherwise the nearest folder
// private; or "". A link of these names that leads nowhere ends the search, with
// the reason. Without a name the nearest folder private is all that counts.
func searchUp(dir, site string) (string, error) {
	nearest := ""
	for {
		candidate := strings.TrimSuffix(dir, separator) + separator + folderName
		switch ok, err := isFolder(candidate); {
		case err != nil && nearest == "":
			return candidate, err
		case ok && err == nil && site == "":
			return candidate, nil
		case ok && err == nil:
			own := candidate + separator + site
			if ok, err := isOwn(own, nearest == ""); ok || err != nil {
				return own, err
			}
			nearest = either(nearest, candidate)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nearest, checkSite(nearest, site)
		}
		dir = parent
	}
}

// isOwn reports whether a site has a folder of its own. Above the nearest folder
// private only what can be seen counts: others' folders, which are closed to the
// program, say nothing about the site.
func isOwn(path string, nearest bool) (bool, error) {
	if nearest {
		return isFolder(path)
	}
	s, err := statPath(path)
	return err == nil && s.folder, nil
}

// manifestStart is how much of a manifest is looked at. The name of the site is
// its third value, after the version and the path of the module.
const manifestStart = 4096

// checkSite says why a folder private that sites may share is not that of the
// site: it has the manifest of another one.
func checkSite(dir, site string) error {
	if dir == "" || site == "" {
		return nil
	}
	other := manifestSite(readStart(dir+separator+"MANIFEST.json", manifestStart))
	if other == "" || other == site {
		return nil
	}
	own := shellQuote(dir + separator + site)
	return reason("refused, its MANIFEST.json names the site " + strconv.Quote(other) + ", and the program belongs to the site " + strconv.Quote(site) +
		": if the settings are those of " + site + ", mkdir -m 700 " + own + " && mv " + shellQuote(dir+separator+"site.env") + " " + own +
		"/; otherwise make " + own + " with a site.env of its own")
}

// manifestSite finds the name of the site in the beginning of a manifest, or "".
// Within a text of JSON there is a backslash before each quote, so that the
// first "site": is the key.
func manifestSite(text string) string {
	_, rest, ok := strings.Cut(text, `"site":`)
	if !ok {
		return ""
	}
	rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), `"`)
	name, _, closed := strings.Cut(rest, `"`)
	if !ok || !closed {
		return ""
	}
	return name
}
