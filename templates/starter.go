package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"
)

//go:embed starter
var starterFiles embed.FS

// StarterData is what the starter project depends on.
type StarterData struct {
	Package string // name of the package
}

// A File is a file to write.
type File struct {
	Path string // relative, with slashes
	Data []byte
}

// Starter renders the starter project without its go.mod: the files, sorted
// by path.
func Starter(data StarterData) ([]File, error) {
	var files []File
	err := fs.WalkDir(starterFiles, "starter", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := renderStarter(name, data)
		files = append(files, file)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("rendering the starter project: %w", err)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// renderStarter renders one template. Its path is the file's, with dot- for a
// leading dot, which go:embed would leave out, and .tmpl at the end, so that
// the go command does not take it for a part of this module. Delimiters are
// square, since the project holds templates of its own.
func renderStarter(name string, data StarterData) (File, error) {
	text, err := starterFiles.ReadFile(name)
	if err != nil {
		return File{}, err
	}
	page, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").Parse(string(text))
	if err != nil {
		return File{}, err
	}
	var out strings.Builder
	if err := page.Execute(&out, data); err != nil {
		return File{}, err
	}
	return File{Path: starterPath(name, data), Data: []byte(out.String())}, nil
}

func starterPath(name string, data StarterData) string {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "starter/"), ".tmpl")
	dir, base := path.Split(name)
	if hidden, ok := strings.CutPrefix(base, "dot-"); ok {
		base = "." + hidden
	}
	return dir + strings.ReplaceAll(base, "PACKAGE", data.Package)
}
