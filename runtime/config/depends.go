package config

import (
	"path/filepath"

	"github.com/cgigen/cgigen/runtime/internal/executable"
)

// Depends returns what the values have been taken from: the variables that were looked
// for, the runtime's own settings among them, and the absolute paths of the files and
// folders, found or not. A process that answers for others compares them.
func (v *Values) Depends() (names, files []string) { return v.names(), v.paths() }

func (v *Values) names() []string {
	var names []string
	for _, one := range v.seen {
		names = append(names, one.name, one.name+fileSuffix)
	}
	for _, setting := range v.settings {
		names = append(names, setting, setting+fileSuffix)
	}
	return names
}

func (v *Values) paths() []string {
	files := append([]string(nil), v.named...)
	if v.dir != "" {
		files = append(append(files, v.dir), v.candidates()...)
	}
	program, err := executable.Path()
	if err != nil {
		return files
	}
	for dir := filepath.Dir(program); ; dir = filepath.Dir(dir) {
		candidate := filepath.Join(dir, folderName)
		files = append(files, candidate)
		if siteName != "" {
			files = append(files, filepath.Join(candidate, siteName))
		}
		if dir == filepath.Dir(dir) {
			return files
		}
	}
}
