package gocmd

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// IsGoFile leaves out files that the go command does not see.
func IsGoFile(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasPrefix(name, "_") && !strings.HasPrefix(name, ".")
}

// GoFilesIn returns the paths of the Go files in a folder; none if it cannot be
// read.
func GoFilesIn(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var files []string
	for _, entry := range entries {
		if IsGoFile(entry.Name()) {
			files = append(files, filepath.Join(dir, entry.Name()))
		}
	}
	return files
}

// ImportsOfFolder returns what the Go files of a folder import. A file that
// cannot be read imports nothing: the go command will say why.
func ImportsOfFolder(dir string) []string {
	var paths []string
	for _, file := range GoFilesIn(dir) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range parsed.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// IsModuleFile reports whether the go command reads a file of this name to find
// out which packages there are, besides Go files.
func IsModuleFile(name string) bool {
	return slices.Contains([]string{"go.mod", "go.sum", "go.work", "go.work.sum", "modules.txt"}, name)
}
