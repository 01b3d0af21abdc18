package generator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// cgigenModule is what modules with handlers have to require.
const cgigenModule = "github.com/cgigen/cgigen"

// A module is a main module: the current one, or one of the workspace.
type module struct {
	Path  string
	Dir   string // absolute
	GoMod string // absolute; its folder is another one with -modfile

	line     int      // of the module line in GoMod
	ignored  []string // ignore lines of GoMod
	requires bool     // cgigen is among the requirements, or the module itself
}

// importPath gives the import path of a folder of the module.
func (m *module) importPath(dir string) string {
	rel, _ := filepath.Rel(m.Dir, dir)
	return path.Join(m.Path, filepath.ToSlash(rel))
}

// contains tells whether a path lies in the module's folder.
func (m *module) contains(dir string) bool {
	rel, err := filepath.Rel(m.Dir, dir)
	return err == nil && filepath.IsLocal(rel)
}

// below gives the folders from the module's root, without it, down to one that
// the module contains.
func (m *module) below(dir string) []string {
	rel, _ := filepath.Rel(m.Dir, dir)
	var dirs []string
	for ; rel != "."; rel = filepath.Dir(rel) {
		dirs = append(dirs, filepath.Join(m.Dir, rel))
	}
	slices.Reverse(dirs)
	return dirs
}

// mainModules asks the go command for the modules that it works on.
func mainModules(ctx context.Context, c command) ([]*module, error) {
	out, err := c.run(ctx, "list", "-m", "-json=Path,Dir,GoMod")
	if err != nil {
		return nil, err
	}
	var modules []*module
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		m := new(module)
		switch err := decoder.Decode(m); {
		case errors.Is(err, io.EOF):
			return modules, nil
		case err != nil:
			return nil, fmt.Errorf("reading the answer of go list -m: %w", err)
		case m.Dir == "" || m.GoMod == "":
			return nil, fmt.Errorf("%s is in no module: go mod init makes one", c.dir)
		}
		if err := m.readGoMod(); err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
}

func (m *module) readGoMod() error {
	content, err := os.ReadFile(m.GoMod)
	if err != nil {
		return err
	}
	file, err := modfile.ParseLax(m.GoMod, content, nil)
	if err != nil {
		return err
	}
	for _, ignored := range file.Ignore {
		m.ignored = append(m.ignored, ignored.Path)
	}
	m.line = file.Module.Syntax.Start.Line
	m.requires = m.Path == cgigenModule || slices.ContainsFunc(file.Require, func(r *modfile.Require) bool {
		return r.Mod.Path == cgigenModule
	})
	return nil
}

// A command is how the go command is called.
type command struct {
	dir  string   // absolute working directory
	env  []string // nil is the process's own
	tags string   // as for -tags
}

// run runs the go command and gives its standard output. Its own words are the
// error.
func (c command) run(ctx context.Context, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.dir, &stdout, &stderr
	cmd.Env = append(c.environ(), "PWD="+c.dir) // the go command gives folders by this name
	if err := cmd.Run(); err != nil {
		if said := strings.TrimSpace(stderr.String()); said != "" {
			return nil, errors.New(said)
		}
		return nil, fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return stdout.Bytes(), nil
}

func (c command) environ() []string {
	if c.env == nil {
		return os.Environ()
	}
	return slices.Clone(c.env)
}

// buildFlags are those of every go command that looks at packages. Positions
// in export data are file names only without -trimpath.
func (c command) buildFlags() []string {
	flags := []string{"-trimpath=false"}
	if c.tags != "" {
		flags = append(flags, "-tags="+c.tags)
	}
	return flags
}

// mendsModule tells whether the user lets every go command change go.mod, which
// then does what it needs when it builds, and not before.
func (c command) mendsModule() bool {
	return slices.ContainsFunc(c.environ(), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return name == "GOFLAGS" && slices.Contains(strings.Fields(value), "-mod=mod")
	})
}
