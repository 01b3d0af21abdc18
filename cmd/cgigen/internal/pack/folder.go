package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// A folder is where a package is being written.
type folder struct {
	*Tree
	root   *os.Root
	before *manifest.Manifest // of the package that lies there; nil if there is none
	record record             // what the site has there
	blocks []Block            // what to put into .htaccess files
	fresh  []Folder           // those that were not there before
	texts  map[string][]byte  // what .htaccess files will be
}

// writeFolder writes into a folder that is new or empty, or holds an earlier
// package, or is the home folder of a host. It removes the files of the earlier
// package that the new one lacks, but keeps settings and everything that others
// have there. It never writes or removes a file outside of the folder, even where a
// link leads out of it. Whatever is wrong is said before anything is changed.
func (t *Tree) writeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder of the package: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("opening the folder of the package: %w", err)
	}
	defer root.Close()
	w := &folder{Tree: t, root: root, blocks: t.Blocks, texts: map[string][]byte{}}
	if err := w.lookAt(); err != nil {
		return err
	}
	if err := w.write(); err != nil {
		return fmt.Errorf("writing the package to %s: %w", dir, leadsOut(err))
	}
	if err := w.removeStale(); err != nil {
		return fmt.Errorf("removing what the package no longer has from %s: %w", dir, leadsOut(err))
	}
	if err := w.finish(); err != nil {
		return fmt.Errorf("writing the package to %s: %w", dir, leadsOut(err))
	}
	return nil
}

// lookAt reads what is there, and refuses what must not be changed.
func (w *folder) lookAt() (err error) {
	if w.before, err = w.earlier(); err != nil {
		return err
	}
	if w.record, err = readRecord(w.root, w.recordPath()); err != nil {
		return err
	}
	w.useFewerRights()
	return errors.Join(w.planBlocks(), w.checkPlaces())
}

// earlier returns the manifest of an earlier package of the site, and refuses a
// folder that is neither a package nor the home folder of a host.
func (w *folder) earlier() (*manifest.Manifest, error) {
	entries, err := fs.ReadDir(w.root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("looking into the folder of the package: %w", err)
	}
	text, err := w.root.ReadFile(manifest.PathOf(w.Site))
	switch {
	case err == nil:
		before, err := manifest.Decode(text)
		if err != nil {
			return nil, fmt.Errorf("cannot replace the package in %s: %w: choose another folder, or empty it", w.root.Name(), err)
		}
		return before, nil
	case len(entries) == 0:
		return nil, nil
	}
	if err := w.refuseOlder(); err != nil {
		return nil, err
	}
	if !w.isHost() {
		return nil, fmt.Errorf("cannot write the package: %s is not empty and holds no package of cgigen; choose another folder, or empty it", w.root.Name())
	}
	return nil, nil
}

// isHost reports whether others' files may lie in the folder: it has a document
// root, or another site.
func (w *folder) isHost() bool {
	if w.docroot == "" {
		return false
	}
	info, err := w.root.Stat(w.docroot)
	return err == nil && info.IsDir() || len(w.otherManifests()) > 0
}

// otherManifests returns the manifests of the other sites in the folder.
func (w *folder) otherManifests() []*manifest.Manifest {
	var found []*manifest.Manifest
	names, _ := fs.Glob(w.root.FS(), manifest.PathOf("*")) // the pattern is good
	for _, name := range names {
		text, err := w.root.ReadFile(name)
		if err != nil || name == manifest.PathOf(w.Site) {
			continue
		}
		if m, err := manifest.Decode(text); err == nil {
			found = append(found, m)
		}
	}
	return found
}

// checkPlaces refuses to replace files that are not of an earlier package of the
// site. Folders with its name are its own.
func (w *folder) checkPlaces() error {
	var errs []error
	for _, f := range w.Files {
		if w.isOwn(f.Path) || !w.isTaken(f) {
			continue
		}
		errs = append(errs, fmt.Errorf("cannot write %s: there is such a file, which is not of an earlier package of %s%s\n\thint: %s",
			f.Path, w.Site, w.ownerOf(f.Path), "give the program another name (name= in its directive), or package with another --layout"))
	}
	return errors.Join(errs...)
}

// isOwn reports whether a path may be written: an earlier package of the site
// had it, or had the folder, which has the site's name.
func (w *folder) isOwn(name string) bool {
	if w.before == nil {
		return false
	}
	_, listed := w.before.File(name)
	return listed || path.Base(path.Dir(name)) == "cgi-"+w.Site || strings.HasPrefix(name, path.Dir(manifest.PathOf(w.Site))+"/") || w.docroot == ""
}

// isTaken reports whether there is another file in the place of one to write.
func (w *folder) isTaken(f File) bool {
	if f.Link != "" || !isThere(w.root, f.Path) {
		return false
	}
	there, err := w.root.ReadFile(f.Path)
	if err != nil {
		return true
	}
	content, err := f.open()
	if err != nil {
		return false // writing it will say why
	}
	defer content.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(content)
	return err != nil || !bytes.Equal(text.Bytes(), there)
}

// ownerOf says which other site has a file.
func (w *folder) ownerOf(name string) string {
	for _, m := range w.otherManifests() {
		if _, ok := m.File(name); ok {
			return ": it belongs to the site " + m.Site
		}
	}
	return ""
}

// write writes the folders and the files: rules before the programs that they
// protect, and the rules that lead to programs after these. The folders get their
// modes, which may close them, when all files are written.
func (w *folder) write() error {
	for _, f := range w.Folders {
		if err := w.makeFolder(f); err != nil {
			return err
		}
	}
	if err := w.writeBlocks(false); err != nil {
		return err
	}
	for _, f := range w.Files {
		if f.Path == manifest.PathOf(w.Site) {
			continue
		}
		if err := w.writeFile(w.root, f); err != nil {
			return err
		}
	}
	return w.writeBlocks(true)
}

// makeFolder makes a folder. One that is there keeps its mode.
func (w *folder) makeFolder(f Folder) error {
	if info, err := w.root.Stat(f.Path); err == nil && info.IsDir() {
		return nil
	}
	w.fresh = append(w.fresh, f)
	if f.Path != "private" && !strings.HasPrefix(f.Path, path.Dir(manifest.PathOf(w.Site))) { // what lies there stays with the settings
		w.record.add("made", f.Path)
	}
	return w.root.MkdirAll(f.Path, f.Mode)
}

// finish closes folders, and writes what describes the package: a manifest shows
// that it is whole.
func (w *folder) finish() error {
	for _, f := range w.fresh {
		if err := w.root.Chmod(f.Path, f.Mode); err != nil {
			return err
		}
	}
	if w.docroot != "" {
		if err := w.writeFile(w.root, File{Path: w.recordPath(), Mode: secretMode, Data: w.newRecord().encode()}); err != nil {
			return err
		}
	}
	i := slices.IndexFunc(w.Files, func(f File) bool { return f.Path == manifest.PathOf(w.Site) })
	if i < 0 {
		return nil
	}
	return w.writeFile(w.root, w.Files[i])
}

// removeStale removes the files of the earlier package that this one lacks, and its
// blocks. It keeps a path that is no longer a file, or lies behind a link: the
// earlier package did not write it.
func (w *folder) removeStale() error {
	if w.before == nil {
		return nil
	}
	for _, f := range w.before.Files {
		if slices.ContainsFunc(w.Files, func(now File) bool { return now.Path == f.Path }) {
			continue
		}
		if !isPlain(w.root, f.Path) {
			continue
		}
		if err := removeIfThere(w.root, f.Path); err != nil {
			return err
		}
	}
	return w.removeBlocks()
}

// isPlain reports whether there is a file at a path, without a link on the way.
func isPlain(root *os.Root, name string) bool {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := root.Lstat(dir); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

func isThere(root *os.Root, name string) bool {
	_, err := root.Lstat(name)
	return err == nil
}
