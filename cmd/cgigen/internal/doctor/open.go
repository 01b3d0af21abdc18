package doctor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxSettings bounds what is read of settings, rules and lists: programs refuse
// settings that are longer.
const maxSettings = 1 << 20

// errIrregular says that a name is no file whose content can be looked at.
var errIrregular = errors.New("it is a link, a pipe or a device, not a regular file")

// read returns the content of a file of the installation. Whoever owns the account
// chooses what lies there: a link out of the installation is not followed, a pipe
// is not waited for, and a file is read only up to a limit.
func (t *tree) read(name string, limit int64) ([]byte, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("it has %d bytes, at most %d are expected", info.Size(), limit)
	}
	return io.ReadAll(io.LimitReader(f, limit))
}

// beginning returns the first bytes of a file of the installation.
func (t *tree) beginning(name string, size int) ([]byte, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(size)))
}

// open opens a regular file of the installation.
func (t *tree) open(name string) (*os.File, error) {
	root, err := os.OpenRoot(t.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	local := filepath.FromSlash(name)
	if info, err := root.Lstat(local); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errIrregular
	}
	f, err := root.OpenFile(local, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() { // it was replaced meanwhile
		f.Close()
		return nil, errIrregular
	}
	return f, nil
}
