package doctor

import (
	"path"
	"regexp"
	"strings"
)

var (
	backupFiles = regexp.MustCompile(`^\.?(.+?)(~|\.(bak|old|orig|save|prev|new|swp|filepart|part|tmp|temp))$`)
	hiddenStore = regexp.MustCompile(`^\.in\.(.+)\.$`)                // ProFTPD, while a file arrives
	ofRsync     = regexp.MustCompile(`^\.(.+)\.([A-Za-z0-9]{6})$`)    // rsync and others, with random letters
	ofPureFTPd  = regexp.MustCompile(`^\.pureftpd-(upload|rename)\.`) // Pure-FTPd
)

// original is the name of the file that another is a copy or a broken upload of,
// as its own name says; "" if it is none. The name may be that of any file.
func original(base string) string {
	for _, pattern := range []*regexp.Regexp{hiddenStore, backupFiles, ofRsync} {
		m := pattern.FindStringSubmatch(base)
		if m != nil && (pattern != ofRsync || strings.ToLower(m[2]) != m[2] || strings.ContainsAny(m[2], "0123456789")) {
			return m[1]
		}
	}
	if ofPureFTPd.MatchString(base) {
		return base
	}
	return ""
}

// isLeftover reports whether a file is what an upload, an editor or the owner has
// left of a file of the site.
func (t *tree) isLeftover(name string) bool {
	base := path.Base(name)
	from := original(base)
	if _, ours := t.manifest.File(name); ours || from == "" {
		return false
	}
	if t.programFolders()[path.Dir(name)] || from == base || strings.HasPrefix(base, ".ht") {
		return true
	}
	from = strings.TrimPrefix(from, ".")
	for _, f := range t.manifest.Files {
		if strings.TrimPrefix(path.Base(f.Path), ".") == from {
			return true
		}
	}
	return from == "MANIFEST.json" || secretFiles.MatchString(from) || from == "env"
}

// uploadNames are names under which tools leave copies of a file, as far as they can
// be guessed from outside.
func uploadNames(name string) []string {
	folder, base := path.Split(name)
	return []string{folder + ".in." + base + ".", name + ".new", name + ".tmp", name + ".bak", name + ".old", name + "~"}
}
