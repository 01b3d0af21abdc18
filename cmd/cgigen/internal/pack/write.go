package pack

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// Format returns the format of a package, which the name decides.
func Format(name string) string {
	switch {
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return "tar"
	case strings.HasSuffix(name, ".zip"):
		return "zip"
	}
	return "folder"
}

// Write writes a package to a .tar.gz, a .zip or a folder. An archive appears
// when it is complete.
func (t *Tree) Write(name string) error {
	switch Format(name) {
	case "tar":
		return atomically(name, t.writeTar)
	case "zip":
		return atomically(name, t.writeZip)
	}
	return t.writeFolder(name)
}

func atomically(name string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("making the folder of the package: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".cgigen-")
	if err != nil {
		return fmt.Errorf("making the package: %w", err)
	}
	defer os.Remove(f.Name())
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// writeTar writes owners as numbers 0, which an ordinary user's tar ignores,
// and one time, that of the commit. Names that are too long for the format of
// 1988 (ustar) take that of 2001 (pax).
func (t *Tree) writeTar(w io.Writer) error {
	zipped := gzip.NewWriter(w)
	out := tar.NewWriter(zipped)
	for _, f := range t.Folders {
		header := tar.Header{Typeflag: tar.TypeDir, Name: f.Path + "/", Mode: int64(f.Mode.Perm()), ModTime: t.Time}
		if err := out.WriteHeader(&header); err != nil {
			return err
		}
	}
	for _, f := range t.Files {
		if err := t.tarFile(out, f); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return errors.Join(out.Close(), zipped.Close())
}

func (t *Tree) tarFile(out *tar.Writer, f File) error {
	header := tar.Header{Typeflag: tar.TypeReg, Name: f.Path, Mode: int64(f.Mode.Perm()), ModTime: t.Time}
	if f.Link != "" {
		header.Typeflag, header.Linkname = tar.TypeLink, f.Link
		return out.WriteHeader(&header)
	}
	size, err := f.size()
	if err != nil {
		return err
	}
	header.Size = size
	if err := out.WriteHeader(&header); err != nil {
		return err
	}
	return f.copyTo(out)
}

// writeZip writes Unix modes, which the file managers of control panels keep.
func (t *Tree) writeZip(w io.Writer) error {
	out := zip.NewWriter(w)
	for _, f := range t.Folders {
		header := zip.FileHeader{Name: f.Path + "/", Modified: t.Time.UTC()}
		header.SetMode(fs.ModeDir | f.Mode)
		if _, err := out.CreateHeader(&header); err != nil {
			return err
		}
	}
	for _, f := range t.Files {
		if f.Link != "" {
			return errors.New("a .zip cannot hold hard links: write a .tar.gz or a folder")
		}
		header := zip.FileHeader{Name: f.Path, Modified: t.Time.UTC(), Method: zip.Deflate}
		header.SetMode(f.Mode)
		file, err := out.CreateHeader(&header)
		if err != nil {
			return err
		}
		if err := f.copyTo(file); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return out.Close()
}

func (f File) size() (int64, error) {
	if f.Source == "" {
		return int64(len(f.Data)), nil
	}
	info, err := os.Stat(f.Source)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f File) copyTo(w io.Writer) error {
	content, err := f.open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(w, content)
	return err
}

// writeFolder writes into a folder that is new or empty, or holds an earlier
// package. It removes the files of the earlier package that the new one lacks, but
// keeps settings. It never writes or removes a file outside of the folder, even
// where a link leads out of it.
func (t *Tree) writeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder of the package: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("opening the folder of the package: %w", err)
	}
	defer root.Close()
	before, err := ownFolder(root)
	if err != nil {
		return err
	}
	if err := t.writeBelow(root); err != nil {
		return fmt.Errorf("writing the package to %s: %w", dir, leadsOut(err))
	}
	if err := t.removeStale(root, before); err != nil {
		return fmt.Errorf("removing what the package no longer has from %s: %w", dir, leadsOut(err))
	}
	return nil
}

// writeBelow writes the folders and the files. The folders get their modes, which
// may close them, when all files are written.
func (t *Tree) writeBelow(root *os.Root) error {
	for _, f := range t.Folders {
		if err := root.MkdirAll(f.Path, 0o755); err != nil {
			return err
		}
	}
	for _, f := range t.Files {
		if err := t.writeFile(root, f); err != nil {
			return err
		}
	}
	for _, f := range t.Folders {
		if err := root.Chmod(f.Path, f.Mode); err != nil {
			return err
		}
	}
	return nil
}

// leadsOut explains the error of os.Root for a link that leads out of it.
func leadsOut(err error) error {
	const escapes = "path escapes from parent" // the error of package os has no name
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at) && strings.HasSuffix(at.Err.Error(), escapes):
		return fmt.Errorf("cannot write %s: it lies behind a symbolic link that leads out of the folder; remove the link", at.Path)
	case errors.As(err, &link) && strings.HasSuffix(link.Err.Error(), escapes):
		return fmt.Errorf("cannot write %s: it lies behind a symbolic link that leads out of the folder; remove the link", link.New)
	}
	return err
}

// ownFolder refuses a folder that holds something else.
func ownFolder(root *os.Root) (*manifest.Manifest, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("looking into the folder of the package: %w", err)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	text, err := root.ReadFile(manifest.Path)
	if err != nil {
		return nil, fmt.Errorf("cannot write the package: %s is not empty and holds no package of cgigen; choose another folder, or empty it", root.Name())
	}
	before, err := manifest.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("cannot replace the package in %s: %w: choose another folder, or empty it", root.Name(), err)
	}
	return before, nil
}

func (t *Tree) writeFile(root *os.Root, f File) error {
	temp := f.Path + ".cgigen-new"
	if err := removeIfThere(root, temp); err != nil {
		return err
	}
	defer root.Remove(temp)
	if f.Link != "" {
		if err := root.Link(f.Link, temp); err != nil {
			return err
		}
		// rename(2) does nothing where both names are the same file.
		if err := removeIfThere(root, f.Path); err != nil {
			return err
		}
		return root.Rename(temp, f.Path)
	}
	out, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.copyTo(out), out.Chmod(f.Mode), out.Close(), root.Chtimes(temp, t.Time, t.Time)); err != nil {
		return err
	}
	return root.Rename(temp, f.Path)
}

func removeIfThere(root *os.Root, name string) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// removeStale removes the files of the earlier package that this one lacks. It
// keeps a path that is no longer a file, or lies behind a link: the earlier package
// did not write it.
func (t *Tree) removeStale(root *os.Root, before *manifest.Manifest) error {
	if before == nil {
		return nil
	}
	for _, f := range before.Files {
		if slices.ContainsFunc(t.Files, func(now File) bool { return now.Path == f.Path }) {
			continue
		}
		if !isPlain(root, f.Path) {
			continue
		}
		if err := removeIfThere(root, f.Path); err != nil {
			return err
		}
	}
	return nil
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
