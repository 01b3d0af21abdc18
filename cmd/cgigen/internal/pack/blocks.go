package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/htaccess"
)

// planBlocks finds out what the .htaccess files will be.
func (w *folder) planBlocks() error {
	var errs []error
	for _, b := range w.blocks {
		text, err := w.rules(b.Path)
		if err == nil {
			err = w.refuseWordPress(b, text)
		}
		if err == nil {
			text, err = w.merge(text, b)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		w.texts[b.Path] = text
	}
	return errors.Join(errs...)
}

// useFewerRights takes the rules for a host that allows less, where install.sh was
// told to.
func (w *folder) useFewerRights() {
	i := slices.IndexFunc(w.Files, func(f File) bool { return f.Path == path.Join("private", w.Site, fewerRights) })
	if i < 0 || !w.record.has("option", "fileinfo") {
		return
	}
	w.blocks = slices.Clone(w.Blocks)
	for j, b := range w.blocks {
		if !b.Site {
			w.blocks[j].Data = w.Files[i].Data
		}
	}
}

func (w *folder) merge(text []byte, b Block) ([]byte, error) {
	merged, err := htaccess.Merge(text, b.Data, w.Site)
	if err != nil {
		return nil, broken(b.Path, err)
	}
	return merged, nil
}

func broken(name string, err error) error {
	return fmt.Errorf("cannot change %s: %w\n\thint: remove the lines of the site from the file, or mend the two lines around them", name, err)
}

// rules reads an .htaccess, which need not be there.
func (w *folder) rules(name string) ([]byte, error) {
	info, err := w.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, leadsOut(err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("cannot change %s: it is a symbolic link, or no file\n\thint: replace it by a file", name)
	}
	text, err := w.root.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cannot change %s: %w", name, err)
	}
	return text, nil
}

// refuseWordPress keeps a site that takes every address from taking those of
// WordPress in the same folder.
func (w *folder) refuseWordPress(b Block, text []byte) error {
	if !w.catchesAll || !b.Site {
		return nil
	}
	dir := path.Dir(b.Path)
	found := htaccess.HasWordPress(text)
	for _, name := range []string{"wp-login.php", "wp-config.php"} {
		found = found || isThere(w.root, path.Join(dir, name))
	}
	if !found {
		return nil
	}
	return fmt.Errorf("cannot install %s in %s: WordPress is there, and a route of %[1]s takes every address\n\t"+
		"hint: give %[1]s a folder of its own (--base /%[1]s), or a sub-domain (--docroot FOLDER)", w.Site, dir)
}

// writeBlocks writes the .htaccess files that select programs, or the others.
func (w *folder) writeBlocks(site bool) error {
	for _, b := range w.Blocks {
		if b.Site != site {
			continue
		}
		if err := w.replaceRules(b.Path, w.texts[b.Path]); err != nil {
			return err
		}
	}
	return nil
}

// replaceRules replaces an .htaccess, which keeps its mode and its owner. One that
// stays the same is left alone.
func (w *folder) replaceRules(name string, text []byte) error {
	f := File{Path: name, Mode: publicMode, Data: text}
	info, err := w.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.record.add("made", name)
		return w.writeFile(w.root, f)
	case err != nil:
		return err
	}
	there, err := w.root.ReadFile(name)
	if err != nil || bytes.Equal(there, text) {
		return err
	}
	if err := w.keepCopy(name, there); err != nil {
		return err
	}
	f.Mode = info.Mode().Perm()
	if err := w.writeFile(w.root, f); err != nil {
		return err
	}
	return keepOwner(w.root, name, info)
}

// keepCopy keeps what an .htaccess was before it was changed.
func (w *folder) keepCopy(name string, text []byte) error {
	kept := path.Join("private", w.Site, "before", name)
	if err := w.root.MkdirAll(path.Dir(kept), privateMode); err != nil {
		return err
	}
	return w.writeFile(w.root, File{Path: kept, Mode: secretMode, Data: text})
}

// removeBlocks takes the blocks out that an earlier package had, and this one has
// not. A file that is empty then is left: it may be somebody else's.
func (w *folder) removeBlocks() error {
	for _, old := range w.before.Blocks {
		if slices.ContainsFunc(w.Blocks, func(b Block) bool { return b.Path == old.Path }) {
			continue
		}
		text, err := w.rules(old.Path)
		if err != nil {
			return err
		}
		rest, err := htaccess.Remove(text, w.Site)
		if err != nil {
			return broken(old.Path, err)
		}
		if text == nil {
			continue
		}
		if err := w.replaceRules(old.Path, rest); err != nil {
			return err
		}
		if err := w.dropMade(old.Path, rest); err != nil {
			return err
		}
	}
	return nil
}

// dropMade removes a file that an earlier package made and that is empty, and its
// folder, if an earlier package made that and nothing is left in it.
func (w *folder) dropMade(name string, rest []byte) error {
	if len(rest) > 0 || !w.record.has("made", name) {
		return nil
	}
	if err := removeIfThere(w.root, name); err != nil {
		return err
	}
	if dir := path.Dir(name); w.record.has("made", dir) {
		_ = w.root.Remove(dir) // what is not empty stays
	}
	return nil
}

// readRecord reads what was installed before.
func readRecord(root *os.Root, name string) (record, error) {
	text, err := root.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return record{}, fmt.Errorf("looking into the folder of the package: %w", leadsOut(err))
	}
	return decodeRecord(text), nil
}
