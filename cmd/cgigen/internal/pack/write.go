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
		return atomically(name, t.staged().writeTar)
	case "zip":
		return atomically(name, t.staged().writeZip)
	}
	return t.writeFolder(name)
}

// staged returns what an archive holds. To unpack it changes nothing that others
// have: all files lie in the site's own folder, from which install.sh moves them to
// their places. For a server of one's own all files lie in their places.
func (t *Tree) staged() *Tree {
	if t.docroot == "" {
		return t
	}
	own := path.Join("private", t.Site)
	move := func(name string) string {
		if name == "" || strings.HasPrefix(name, own+"/") {
			return name
		}
		return path.Join(own, "next", name)
	}
	s := &Tree{Site: t.Site, Time: t.Time}
	for _, f := range t.Files {
		f.Path, f.Link = move(f.Path), move(f.Link)
		s.Files = append(s.Files, f)
	}
	s.addFolders(nil)
	s.Folders = slices.DeleteFunc(s.Folders, func(f Folder) bool { return f.Path == "private" })
	s.sort()
	return s
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
