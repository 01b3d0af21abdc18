//go:build !unix

package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// errLink never happens: the system follows symbolic links.
const errLink = reason("symbolic link")

// processUser has no meaning where files have no owners.
func processUser() int { return -1 }

func isFolder(path string) (bool, error) {
	info, err := os.Stat(path)
	return err == nil && info.IsDir(), nil
}

// isMissing reports whether there is nothing at a path.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// statPath leaves the owner unknown: access is ruled by other means.
func statPath(path string) (status, error) {
	info, err := os.Stat(path)
	if err != nil {
		return status{}, err
	}
	return statusOf(info), nil
}

func statusOf(info os.FileInfo) status {
	return status{owner: -1, folder: info.IsDir(), plain: info.Mode().IsRegular()}
}

// readChecked reads a file after checking what it is.
func readChecked(path string) (contents, error) {
	f, err := os.Open(path)
	if err != nil {
		return contents{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return contents{}, err
	}
	if err := checkFile(path, statusOf(info), info.Size()); err != nil {
		return contents{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFileSize))
	return contents{text: string(text)}, err
}

// readStart returns at most the first size bytes of a file, or "" if it cannot be read.
func readStart(path string, size int) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, int64(size)))
	return string(text)
}
