package builder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Inputs are the places that hold what a build is made from, as far as a
// developer edits it: packages of the module, of the workspace and of modules
// that a replace directive takes from a folder.
type Inputs struct {
	Dirs   []string // absolute folders of packages, sorted
	Embeds []Embed
}

// An Embed is one pattern of a go:embed directive.
type Embed struct {
	Dir     string // absolute folder of the package
	Pattern string // without its prefix all:
}

// Root finds the folder of the module that holds the working directory, or of
// the workspace.
func Root(ctx context.Context) (string, error) {
	out, err := command(ctx, "env", "GOMOD", "GOWORK").Output()
	if err != nil {
		return "", fmt.Errorf("asking the go command for the module: %w", err)
	}
	module, workspace, _ := strings.Cut(string(out), "\n")
	workspace = strings.TrimSpace(workspace)
	switch module = strings.TrimSpace(module); {
	case workspace != "" && workspace != "off":
		return filepath.Dir(workspace), nil
	case filepath.Base(module) == "go.mod":
		return filepath.Dir(module), nil
	}
	return "", errors.New("no go.mod in this folder or above it; cgigen init DIR writes a starter project")
}

// listed is the output of go list about a package.
type listed struct {
	Dir           string
	EmbedPatterns []string
	Module        *listedModule
}

type listedModule struct {
	Main    bool
	Version string
	Replace *listedModule
}

// edited reports whether a developer edits the package in place, unlike one
// in the module cache.
func (p listed) edited() bool {
	m := p.Module
	return m != nil && (m.Main || m.Replace != nil && m.Replace.Version == "")
}

// ListInputs asks the go command what the packages are made from. Packages
// that do not compile are listed as well as it can be done.
func ListInputs(ctx context.Context, tags string, patterns []string) (Inputs, error) {
	args := []string{"list", "-e", "-deps", "-tags=" + tags, "-json=Dir,EmbedPatterns,Module", "--"}
	out, err := command(ctx, append(args, patterns...)...).Output()
	if err != nil {
		return Inputs{}, fmt.Errorf("listing the packages: %w", err)
	}
	var inputs Inputs
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Inputs{}, fmt.Errorf("reading the list of packages: %w", err)
		}
		inputs.add(p)
	}
	slices.Sort(inputs.Dirs)
	inputs.Dirs = slices.Compact(inputs.Dirs)
	return inputs, nil
}

func (in *Inputs) add(p listed) {
	if p.Dir == "" || !p.edited() {
		return
	}
	in.Dirs = append(in.Dirs, p.Dir)
	for _, pattern := range p.EmbedPatterns {
		in.Embeds = append(in.Embeds, Embed{p.Dir, strings.TrimPrefix(pattern, "all:")})
	}
}

// Match reports whether the pattern takes in the file: by its name, or by the
// name of a folder above it.
func (e Embed) Match(file string) bool {
	rel, err := filepath.Rel(e.Dir, file)
	if err != nil || !filepath.IsLocal(rel) {
		return false
	}
	for name := filepath.ToSlash(rel); name != "."; name = path.Dir(name) {
		if ok, _ := path.Match(e.Pattern, name); ok {
			return true
		}
	}
	return false
}
