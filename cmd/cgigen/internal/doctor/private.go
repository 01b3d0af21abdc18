package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// checkPrivate looks at the folder of the settings: who may read it, and
// whether the programs find it.
func (t *tree) checkPrivate() {
	t.checkPrivateFolder(t.private()) // the folder above it may be the account's own
	entries, err := os.ReadDir(t.path(t.private()))
	if err != nil {
		t.unreadable(t.private(), err)
		return
	}
	for _, e := range entries {
		name := t.setting(e.Name())
		if t.isLeftover(name) {
			t.backup(name, "the settings, or a list of them, lie there twice", "a later upload or an editor may take it for the file itself; the server sends it where private/ lies in the document root")
		}
		if e.Type().IsRegular() && !t.isDatabase(name) {
			t.checkSecret(name)
		}
	}
	t.checkSearch()
}

// checkPrivateFolder looks at who may open a folder of settings. A server without
// suEXEC needs a way in.
func (t *tree) checkPrivateFolder(name string) {
	info, err := os.Stat(t.path(name))
	if err != nil {
		return // the manifest lies in it: it was there a moment ago
	}
	perm := info.Mode().Perm()
	if t.runner.server {
		t.checkServersSettings(name, info)
		return
	}
	if perm&0o077 != 0 && webUser(ownerIn(info).user) == "" {
		t.add(Finding{"private-open", level(perm&0o022 != 0), name, fmt.Sprintf("others may open the folder of the settings (mode %04o)", perm),
			"on a shared host all customers are others; programs refuse settings in a folder that others may write to",
			"chmod 700 " + quote(t.path(name)) + "\npanel: file manager, permissions of the folder, 700"})
	}
}

// isDatabase reports whether a file is one of SQLite's, which programs do not read
// as settings.
func (t *tree) isDatabase(name string) bool {
	if strings.HasSuffix(name, "-wal") || strings.HasSuffix(name, "-shm") || strings.HasSuffix(name, "-journal") {
		return true
	}
	data, err := t.beginning(name, len(sqliteMagic))
	return err == nil && string(data) == sqliteMagic
}

const sqliteMagic = "SQLite format 3\x00"

func level(bad bool) string {
	if bad {
		return Error
	}
	return Warning
}

// checkSecret looks at a file of private: programs refuse one that others may
// read, and one that belongs to somebody else.
func (t *tree) checkSecret(name string) {
	info, err := os.Lstat(t.path(name))
	if err != nil {
		return
	}
	isEnv := path.Ext(name) == ".env"
	if isEnv && t.runner.server {
		t.checkServersSettings(name, info)
		return
	}
	perm := info.Mode().Perm()
	chmod := "chmod 600 " + quote(t.path(name)) + "\npanel: file manager, permissions of the file, 600"
	if perm&0o022 != 0 {
		t.add(Finding{"secret-writable", level(isEnv), name, fmt.Sprintf("others may write to the file (mode %04o)", perm), "programs answer 500: they refuse settings that others may change", chmod})
	}
	if perm&0o044 != 0 {
		t.add(Finding{"secret-readable", level(isEnv), name, fmt.Sprintf("others may read the file (mode %04o)", perm),
			"on a shared host the web server and all customers are others; programs refuse settings that they may read, and answer 500", chmod})
	}
	if has := ownerIn(info); isEnv && t.isSuexec() && has.user != t.owner.user && has.user != 0 {
		t.strange(Finding{"secret-owner", Error, name, fmt.Sprintf("the file belongs to user %d, the installation to user %d", has.user, t.owner.user),
			"programs answer 500: they refuse settings that another user could change",
			fmt.Sprintf("chown %d:%d %s", t.owner.user, t.owner.group, quote(t.path(name)))}, has)
	}
}

// checkSearch searches as a program does that looks for its settings: for the
// nearest folder of the site, from its own folder upwards.
func (t *tree) checkSearch() {
	for folder := range t.programFolders() {
		for dir := folder; dir != "."; dir = path.Dir(dir) {
			nearer := path.Join(dir, t.private())
			if info, err := os.Stat(t.path(nearer)); err == nil && info.IsDir() {
				t.add(Finding{"private-shadowed", Error, nearer, "another folder " + t.private() + " lies nearer to the programs",
					"programs read their settings from the nearest one, which lies where the server sends files",
					"first move its files that you need to " + t.private() + "/; then: rm -r " + quote(t.path(nearer))})
			}
		}
	}
}

// Files that must not lie below the document root.
var (
	packageFiles = regexp.MustCompile(`^(MANIFEST\.json|SHA256SUMS|INSTALL\.md|CONFIGURATION\.md|sbom\.cdx\.json|\.env\.example)$`)
	secretFiles  = regexp.MustCompile(`^(\.env(\..*)?|.*\.env)$`)
	archiveFiles = regexp.MustCompile(`\.(zip|tar\.gz|tgz|tar)$`)
	probeFiles   = regexp.MustCompile(`^cgigen-probe-.*cgi$`)
)

// checkLeftovers walks the document root, and the folders of the programs, for
// what should not be there.
func (t *tree) checkLeftovers() {
	roots := map[string]bool{t.manifest.Docroot: true}
	for folder := range t.programFolders() {
		if folder != t.manifest.Docroot && !strings.HasPrefix(folder, t.manifest.Docroot+"/") {
			roots[folder] = true
		}
	}
	for root := range roots {
		// What cannot be looked at was reported before.
		_ = filepath.WalkDir(t.path(root), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			rel, err := filepath.Rel(t.dir, name)
			if err == nil && !entry.IsDir() {
				t.checkLeftover(filepath.ToSlash(rel))
			}
			return nil
		})
	}
}

// isListed reports whether a site of the folder has a file.
func (t *tree) isListed(name string) bool {
	return slices.ContainsFunc(t.all, func(m *manifest.Manifest) bool {
		_, ok := m.File(name)
		return ok || slices.ContainsFunc(m.Blocks, func(b manifest.Block) bool { return b.Path == name })
	})
}

// backup reports a copy or a broken upload.
func (t *tree) backup(name, what, why string) {
	t.add(Finding{"backup-left", Warning, name, what, why, "rm " + quote(t.path(name))})
}

func (t *tree) checkLeftover(name string) {
	if t.isListed(name) {
		return
	}
	base, remove := path.Base(name), "rm "+quote(t.path(name))
	inPrograms := t.programFolders()[path.Dir(name)]
	switch {
	case probeFiles.MatchString(base):
		t.add(Finding{"probe-left", Warning, name, "the probe is still there", "everybody who knows its name sees what the host allows", remove})
	case secretFiles.MatchString(base):
		t.add(Finding{"secret-in-docroot", Error, name, "settings lie below the document root",
			"unless a rule forbids it, servers send such files to everybody", "mv " + quote(t.path(name)) + " " + quote(t.path(t.private())) + "/ && chmod 600 " + quote(t.path(t.setting(base)))})
	case packageFiles.MatchString(base), archiveFiles.MatchString(base) && !strings.Contains(name, "/."):
		t.add(Finding{"package-in-docroot", Error, name, "a file of the package lies below the document root",
			"the server sends it to everybody: it holds the programs, or describes them", remove})
	case t.isLeftover(name):
		t.backup(name, "a copy or a broken upload lies below the document root", "the server does not run files with such a name, and may send it as a file")
	case inPrograms && strings.HasSuffix(base, "cgi"):
		t.add(Finding{"program-unknown", Warning, name, "the package has no such program",
			"an earlier version left it, and visitors can still call it", remove})
	}
}
