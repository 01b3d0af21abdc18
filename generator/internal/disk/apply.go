package disk

import (
	"crypto/rand"
	"os"
	"path/filepath"

	"github.com/cgigen/cgigen/generator/model"
)

// Apply brings the disk up to date. Everything is written to temporary files
// first, so that a full disk or a missing permission leaves the programs as
// they were; then they are put in place one by one, each in one step. An error
// takes back what has been done.
func Apply(changes []model.Change) (err error) {
	temporary := make([]string, len(changes))
	var folders []string
	defer func() {
		if err != nil {
			discard(temporary, folders)
		}
	}()
	for i, c := range changes {
		if c.Kind == model.Removed {
			continue
		}
		made, err := makeFolder(filepath.Dir(c.Path))
		folders = append(folders, made...)
		if err != nil {
			return err
		}
		if temporary[i], err = writeTemporary(c); err != nil {
			return err
		}
	}
	for i, c := range changes {
		if err := putChange(c, temporary[i]); err != nil {
			undo(changes[:i])
			return err
		}
	}
	return nil
}

// putChange does the last step of a change.
func putChange(c model.Change, temporary string) error {
	if c.Kind != model.Removed {
		return os.Rename(temporary, c.Path)
	}
	if err := os.Remove(c.Path); err != nil {
		return err
	}
	removeEmpty(filepath.Dir(c.Path))
	return nil
}

// undo takes changes back as far as possible, after a later one has failed.
func undo(done []model.Change) {
	for _, c := range done {
		if c.Kind == model.Created {
			_ = os.Remove(c.Path)
			continue
		}
		if _, err := makeFolder(filepath.Dir(c.Path)); err == nil {
			_ = os.WriteFile(c.Path, c.Old, 0o666)
		}
	}
}

// removeEmpty removes the folder of a program, and that of all programs after
// the last one. A folder that holds something else stays.
func removeEmpty(dir string) {
	if os.Remove(dir) == nil {
		_ = os.Remove(filepath.Dir(dir))
	}
}

// makeFolder makes a folder and returns those that were missing, outermost first.
func makeFolder(dir string) (made []string, err error) {
	if _, err := os.Stat(dir); err == nil {
		return nil, nil
	}
	if made, err = makeFolder(filepath.Dir(dir)); err != nil {
		return made, err
	}
	if err := os.Mkdir(dir, 0o777); err != nil && !os.IsExist(err) {
		return made, err
	}
	return append(made, dir), nil
}

// writeTemporary writes the new content beside its place. The go command does
// not see files whose names begin with a dot.
func writeTemporary(c model.Change) (string, error) {
	name := filepath.Join(filepath.Dir(c.Path), "."+filepath.Base(c.Path)+"."+rand.Text())
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	if _, err = file.Write(c.New); err != nil {
		file.Close()
		return name, err
	}
	return name, file.Close()
}

// discard removes what a failed Apply has left.
func discard(temporary, folders []string) {
	for _, name := range temporary {
		if name != "" {
			_ = os.Remove(name)
		}
	}
	for i := len(folders) - 1; i >= 0; i-- {
		_ = os.Remove(folders[i]) // those with files in them stay
	}
}
