package mainfile

import (
	"go/parser"
	"go/token"
	"strconv"
)

// ImportsIn returns the import paths of a file; none if it cannot be parsed.
func ImportsIn(source []byte) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	var paths []string
	for _, spec := range file.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}
