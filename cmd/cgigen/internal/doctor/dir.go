package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// A tree is an installation in a folder.
type tree struct {
	*Report
	dir       string
	list      string // path of the manifest
	manifest  *manifest.Manifest
	all       []*manifest.Manifest // those of all sites in the folder
	owner     owner                // of the installation
	runner    runner
	strangers []stranger
}

// DirOptions say what cannot be seen in a folder.
type DirOptions struct {
	User string // whom programs run as on a host without suEXEC; "" with suEXEC
}

// owner is a user and a group; both are -1 where files have no owner.
type owner struct{ user, group int }

// Dir looks at an unpacked package or an installed one, and at every site that is
// installed there.
func Dir(dir string, o DirOptions) (*Report, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("looking at the installation: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("looking at the installation: %s is not a folder; unpack the package first", dir)
	}
	report := &Report{Subject: printable(dir)}
	var as runner
	if o.User != "" {
		var err error
		if as, err = runnerOf(o.User); err != nil {
			return nil, err
		}
	}
	var sites []*tree
	var all []*manifest.Manifest
	for _, list := range manifest.Find(dir) {
		t := &tree{Report: report, dir: dir, list: list, owner: ownerOf(dir), runner: as}
		if t.readManifest() {
			sites, all = append(sites, t), append(all, t.manifest)
		}
	}
	for _, t := range sites {
		t.all = all
		t.check()
	}
	return report.sorted(), nil
}

// check looks at one site.
func (t *tree) check() {
	t.checkRoot()
	t.checkFolders()
	t.checkFiles()
	t.checkConfig()
	t.checkPrivate()
	t.checkOwners()
	t.checkLeftovers()
	t.checkShadows()
	t.checkBlocks()
	t.checkOrder()
	t.checkLabels()
}

// private is the folder of the settings: the one that the manifest lies in.
func (t *tree) private() string { return path.Dir(t.list) }

// setting is the path of a file beside the settings.
func (t *tree) setting(name string) string { return path.Join(t.private(), name) }

func (t *tree) path(name string) string { return filepath.Join(t.dir, filepath.FromSlash(name)) }

// isApache reports whether suEXEC may look at the installation.
func (t *tree) isApache() bool { return t.manifest.Server == "apache" }

// isSuexec reports whether suEXEC runs the programs.
func (t *tree) isSuexec() bool { return t.isApache() && !t.runner.server }

func (t *tree) readManifest() bool {
	text, err := t.read(t.list, maxManifest)
	var m *manifest.Manifest
	if err == nil {
		m, err = manifest.Decode(text)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.add(Finding{"manifest-missing", Error, t.list, "there is no manifest",
			"without it the doctor cannot know which files belong to the site, and whether they arrived whole",
			"name the folder that the package was unpacked into (the one above private/), or upload private/ again"})
	case err != nil:
		t.add(Finding{"manifest-damaged", Error, t.list, plain(err),
			"the upload changed or cut the file", "upload " + t.list + " again, in binary mode"})
	}
	t.manifest = m
	return err == nil
}

// maxManifest bounds a manifest: of ten thousand programs it has some megabytes.
const maxManifest = 64 << 20

// checkRoot reports once that the owner of the installation may not run programs.
func (t *tree) checkRoot() {
	if t.isSuexec() && t.owner.user >= 0 && t.owner.user < 100 && webUser(t.owner.user) == "" {
		t.add(Finding{"owner-system", Error, ".", fmt.Sprintf("the installation belongs to user %d", t.owner.user),
			"suEXEC never runs programs of root or of users below 100 (suexec.log: cannot run as forbidden uid)",
			"chown -R USER:GROUP " + quote(t.dir) + "   # the user of the hosting account"})
	}
}

// checkFolders looks at the folders that a server passes on its way to the
// programs. suEXEC refuses one that others may write to.
func (t *tree) checkFolders() {
	programs := t.programFolders()
	for _, f := range t.manifest.Folders {
		if f.Mode.Perm()&0o001 == 0 {
			continue // the server needs no file of it
		}
		info, err := os.Stat(t.path(f.Path))
		if err != nil {
			t.missingFolder(f.Path)
			continue
		}
		mode := info.Mode().Perm()
		if mode&0o022 != 0 && (programs[f.Path] || t.isApache()) {
			why := "others could replace programs"
			if t.isSuexec() {
				why = "suEXEC answers 500 (suexec.log: directory is writable by others), and other customers could replace programs"
			}
			t.add(Finding{"folder-writable", level(t.isSuexec()), f.Path, fmt.Sprintf("others may write to the folder (mode %04o)", mode), why,
				"chmod 755 " + quote(t.path(f.Path)) + "\npanel: file manager, permissions of the folder, 755"})
		}
		if !t.may(info, 1) {
			t.add(Finding{"folder-closed", Error, f.Path, fmt.Sprintf("the server may not enter the folder (mode %04o)", mode),
				"the web server runs as another user, and answers 403 for every file below the folder",
				"chmod 755 " + quote(t.path(f.Path)) + "\npanel: file manager, permissions of the folder, 755"})
		}
		t.checkOwner(f.Path, info, programs[f.Path])
	}
}

// missingFolder reports the document root by itself: hosts call it by many names.
func (t *tree) missingFolder(name string) {
	if name == t.manifest.Docroot {
		t.add(Finding{"docroot-missing", Error, name, "the folder is missing",
			"on this host the document root has another name, such as htdocs, www or httpdocs",
			"package again with --docroot NAME, or move the content of " + name + "/ into the document root"})
	}
}

// programFolders are those that hold programs which are run.
func (t *tree) programFolders() map[string]bool {
	folders := map[string]bool{}
	for _, p := range t.manifest.Programs {
		if p.Address != "" {
			folders[path.Dir(p.Path)] = true
		}
	}
	return folders
}

// checkOwner checks the programs and their folders by the rule of suEXEC: both
// belong to the user that they run as.
func (t *tree) checkOwner(name string, info fs.FileInfo, matters bool) {
	has := ownerIn(info)
	if !matters || !t.isSuexec() || has == t.owner {
		return
	}
	id, what := "program-owner", "the program"
	if info.IsDir() {
		id, what = "folder-owner", "the folder of the programs"
	}
	t.strange(Finding{id, Error, name, fmt.Sprintf("%s belongs to %d:%d, the installation to %d:%d", what, has.user, has.group, t.owner.user, t.owner.group),
		"suEXEC answers 500 unless folder and program belong to the user that the site runs as (suexec.log: target uid/gid mismatch)",
		fmt.Sprintf("chown %d:%d %s\npanel: delete and upload it again as the user of the account", t.owner.user, t.owner.group, quote(t.path(name)))}, has)
}

func isPrivate(name string) bool { return name == "private" || strings.HasPrefix(name, "private/") }

// quote writes a word so that it can be pasted into a shell's line, whatever is in
// it, and is not taken for a flag.
func quote(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	if plainWord.MatchString(name) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)
