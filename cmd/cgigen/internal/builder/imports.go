package builder

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Imports reports whether a package that is neither of the standard library
// nor below the path except imports one of the given ones, among the packages
// and all that they need.
func Imports(ctx context.Context, tags string, patterns []string, except string, paths ...string) (bool, error) {
	args := []string{"list", "-e", "-deps", "-tags=" + tags, "-f={{if not .Standard}}{{.ImportPath}} {{join .Imports \" \"}}{{end}}", "--"}
	out, err := command(ctx, append(args, patterns...)...).Output()
	if err != nil {
		return false, fmt.Errorf("listing what the packages import: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], except) {
			continue
		}
		if slices.ContainsFunc(words[1:], func(path string) bool { return slices.Contains(paths, path) }) {
			return true, nil
		}
	}
	return false, nil
}
