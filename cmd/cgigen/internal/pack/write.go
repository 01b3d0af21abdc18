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
	"path/filepath"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// Format tells by its name what a package is written as.
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
			return errors.New("a .zip has no hard links: write a .tar.gz or a folder")
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

// writeFolder writes into a folder that is new, empty, or an earlier package.
// What that had and the new one lacks is removed; settings stay.
func (t *Tree) writeFolder(dir string) error {
	before, err := ownFolder(dir)
	if err != nil {
		return err
	}
	// The folders are closed to nobody until all is there.
	for _, f := range t.Folders {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(f.Path)), 0o755); err != nil {
			return fmt.Errorf("writing the package: %w", err)
		}
	}
	written := map[string]bool{}
	for _, f := range t.Files {
		written[f.Path] = true
		if err := t.writeFile(dir, f); err != nil {
			return fmt.Errorf("writing the package: %w", err)
		}
	}
	for _, f := range t.Folders {
		if err := os.Chmod(filepath.Join(dir, filepath.FromSlash(f.Path)), f.Mode); err != nil {
			return fmt.Errorf("writing the package: %w", err)
		}
	}
	return removeStale(dir, before, written)
}

// ownFolder refuses a folder that holds something else.
func ownFolder(dir string) (*manifest.Manifest, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking into the folder of the package: %w", err)
	}
	before, err := manifest.Read(dir)
	if err != nil {
		return nil, fmt.Errorf("%s is not empty and holds no package of cgigen: choose another folder, or empty it", dir)
	}
	return before, nil
}

func (t *Tree) writeFile(dir string, f File) error {
	name := filepath.Join(dir, filepath.FromSlash(f.Path))
	temp := name + ".cgigen-new"
	defer os.Remove(temp)
	if f.Link != "" {
		os.Remove(temp)
		if err := os.Link(filepath.Join(dir, filepath.FromSlash(f.Link)), temp); err != nil {
			return err
		}
		// rename(2) does nothing where both names are the same file.
		os.Remove(name)
		return os.Rename(temp, name)
	}
	out, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.copyTo(out), out.Chmod(f.Mode), out.Close(), os.Chtimes(temp, t.Time, t.Time)); err != nil {
		return err
	}
	return os.Rename(temp, name)
}

func removeStale(dir string, before *manifest.Manifest, written map[string]bool) error {
	if before == nil {
		return nil
	}
	for _, f := range before.Files {
		if written[f.Path] {
			continue
		}
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(f.Path))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing what the package no longer has: %w", err)
		}
	}
	return nil
}

// Write lays out a package and writes it.
func Write(o Options, name string) error {
	t, err := New(o)
	if err != nil {
		return err
	}
	return t.Write(name)
}
