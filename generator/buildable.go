package generator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"slices"
	"strings"
)

// A buildCheck is what the go command says about the packages that programs
// import, asked while the source is being read.
type buildCheck struct {
	broken error             // keeps the packages of the handlers from being read at all
	failed error             // keeps any program from being built
	said   map[string]string // about packages of the runtime, by import path
}

// checkBuildable asks the go command, in the background, whether go.mod, go.sum
// and the vendor folder have everything that the programs import: the source
// alone does not show it, and no program may be there yet that would.
func (r *run) checkBuildable(ctx context.Context) <-chan buildCheck {
	answer := make(chan buildCheck, 1)
	handlers := r.handlerPackages()
	if len(handlers) == 0 || !r.hasRequirement() || r.mendsModule() {
		answer <- buildCheck{}
		return answer
	}
	go func() {
		said, failed := listErrors(ctx, r.Options, slices.Concat(runtimePackages(r.sites), handlers))
		var broken error
		if failed != nil {
			_, broken = listErrors(ctx, r.Options, handlers)
		}
		answer <- buildCheck{broken, failed, said}
	}()
	return answer
}

// mendsModule tells whether the user lets every go command change go.mod, which
// then does what it needs when it builds, and not before.
func (o Options) mendsModule() bool {
	return slices.ContainsFunc(o.environ(), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return name == "GOFLAGS" && slices.Contains(strings.Fields(value), "-mod=mod")
	})
}

// handlerPackages gives the packages of chosen handlers.
func (r *run) handlerPackages() []string {
	var paths []string
	for _, src := range r.sources {
		if r.chooses(src) && slices.ContainsFunc(src.annotations, isHandler) {
			paths = append(paths, src.pkg)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// runtimePackages gives the packages of the runtime that programs import.
func runtimePackages(sites []*site) []string {
	paths := []string{runtimePath, configPath, loggerPath}
	for _, g := range gateways() {
		if slices.ContainsFunc(sites, func(s *site) bool { return slices.Contains(s.Gateways, g.name) }) {
			paths = append(paths, g.importPath())
		}
	}
	return paths
}

// listErrors gives what the go command says about packages, by their paths. It
// gives an error if it says nothing about any of them.
func listErrors(ctx context.Context, o Options, paths []string) (map[string]string, error) {
	args := append([]string{"list", "-e", "-json=ImportPath,Error"}, o.buildFlags()...)
	out, err := goCommand(ctx, o, append(append(args, "--"), paths...)...)
	if err != nil {
		return nil, err
	}
	said := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Error      *struct{ Err string }
		}
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return said, nil
		case err != nil:
			return nil, fmt.Errorf("reading the answer of go list: %w", err)
		case p.Error != nil:
			said[p.ImportPath] = p.Error.Err
		}
	}
}

// pendingIn gives what keeps programs from being built, "" for nothing: what the
// go command says about one of the packages that they import.
func (c buildCheck) pendingIn(programs []emitted) string {
	if c.failed != nil {
		return c.failed.Error()
	}
	if len(c.said) == 0 {
		return ""
	}
	for _, p := range programs {
		for _, path := range importsIn(p.Source) {
			if strings.HasPrefix(path, runtimePath) && c.said[path] != "" {
				return c.said[path]
			}
		}
	}
	return ""
}

// moduleLine is where the module is named.
func (r *run) moduleLine() token.Position {
	return r.relative(token.Position{Filename: r.module.GoMod, Line: r.module.line, Column: 1})
}

// moduleRemedy takes the command to run from what the go command says.
func moduleRemedy(said string) (what, hint string) {
	what, more, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(said), "go: "), "; to ")
	if found {
		lines := strings.Fields(strings.ReplaceAll(strings.TrimSpace(more), "\n", " \n "))
		if i := slices.Index(lines, "go"); i >= 0 {
			return what, strings.Join(lines[i:], " ")
		}
	}
	switch {
	case strings.Contains(said, "replacement directory"):
		return what, "correct the replace line of go.mod, or remove it"
	case strings.Contains(said, "vendor"):
		return what, "go mod vendor"
	}
	return what, "go mod tidy"
}
