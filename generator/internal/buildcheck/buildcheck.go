// Package buildcheck asks the go command whether the programs can be built: whether go.mod,
// go.sum and the vendor folder have everything that they import. It asks in the
// background, while the source is being read.
package buildcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/emit"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/mainfile"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// A buildCheck is what the go command says about the packages that programs
// import, asked while the source is being read.
type buildCheck struct {
	broken error             // keeps the packages of the handlers from being read at all
	failed error             // keeps any program from being built
	said   map[string]string // about packages of the runtime, by import path
}

// Check asks the go command, in the background, whether go.mod, go.sum
// and the vendor folder have everything that the programs import: the source
// alone does not show it, and no program may be there yet that would.
func Check(ctx context.Context, c gocmd.Command, l *site.Layout) <-chan buildCheck {
	answer := make(chan buildCheck, 1)
	handlers := l.HandlerPackages()
	if len(handlers) == 0 || !l.HasRequirement() || c.MendsModule() {
		answer <- buildCheck{}
		return answer
	}
	go func() {
		said, failed := listErrors(ctx, c, slices.Concat(runtimePackages(l.Sites), handlers))
		var broken error
		if failed != nil {
			_, broken = listErrors(ctx, c, handlers)
		}
		answer <- buildCheck{broken, failed, said}
	}()
	return answer
}

// runtimePackages returns the packages of the runtime that programs import.
func runtimePackages(sites []*site.Site) []string {
	paths := []string{model.RuntimePath, emit.ConfigPath, model.LoggerPath}
	for _, g := range model.GatewayTable() {
		if slices.ContainsFunc(sites, func(s *site.Site) bool { return slices.Contains(s.Gateways, g.Name) }) {
			paths = append(paths, g.ImportPath())
		}
	}
	return paths
}

// listErrors returns what the go command says about packages, by their paths. It
// returns an error if it says nothing about any of them.
func listErrors(ctx context.Context, c gocmd.Command, paths []string) (map[string]string, error) {
	args := append([]string{"list", "-e", "-json=ImportPath,Error"}, c.BuildFlags()...)
	out, err := c.Run(ctx, append(append(args, "--"), paths...)...)
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

// ReportBroken reports what keeps the packages of the handlers from being read.
func (c buildCheck) ReportBroken(l *site.Layout, r *diag.Reporter) bool {
	if c.broken == nil {
		return false
	}
	what, hint := moduleRemedy(c.broken.Error())
	r.Errors.Add(l.ModuleLine(), "module-broken", "the packages cannot be read: %s", what).Hint = hint
	return true
}

// PendingIn returns what has to be done before the programs can be built.
func (c buildCheck) PendingIn(programs []emit.File, l *site.Layout) (pending diag.List) {
	if said := c.saidOf(programs); said != "" {
		what, hint := moduleRemedy(said)
		pending.Add(l.ModuleLine(), "module-pending", "the programs cannot be built yet: %s", what).Hint = hint
	}
	return pending
}

// saidOf returns what the go command says about a package that the programs
// import, "" for nothing.
func (c buildCheck) saidOf(programs []emit.File) string {
	if c.failed != nil {
		return c.failed.Error()
	}
	if len(c.said) == 0 {
		return ""
	}
	for _, p := range programs {
		for _, path := range mainfile.ImportsIn(p.Source) {
			if strings.HasPrefix(path, model.RuntimePath) && c.said[path] != "" {
				return c.said[path]
			}
		}
	}
	return ""
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
