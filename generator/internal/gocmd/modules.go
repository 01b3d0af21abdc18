// Package gocmd asks the go command: for the main modules, and for what package
// patterns choose.
//
//	modules, err := gocmd.MainModules(ctx, gocmd.Command{Dir: dir})
//	chosen, err := gocmd.Select([]string{"./users/..."}, dir, modules)
//	chosen.Has(modules[0], "example.com/shop/users") // true
//
// Read command.go (how the command is run), modules.go, selection.go, files.go.
package gocmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/cgigen/cgigen/generator/model"
)

// A Module is a main module: the current one, or one of the workspace.
type Module struct {
	Path  string
	Dir   string // absolute
	GoMod string // absolute; its folder is another one with -modfile

	Line     int      // of the module line in GoMod
	Ignored  []string // ignore lines of GoMod
	Requires bool     // cgigen is among the requirements, or the module itself
}

// ImportPath returns the import path of a folder of the module.
func (m *Module) ImportPath(dir string) string {
	rel, _ := filepath.Rel(m.Dir, dir)
	return path.Join(m.Path, filepath.ToSlash(rel))
}

// Contains reports whether a path lies in the module's folder.
func (m *Module) Contains(dir string) bool {
	rel, err := filepath.Rel(m.Dir, dir)
	return err == nil && filepath.IsLocal(rel)
}

// Below returns the folders from the module's root, without it, down to one that
// the module contains.
func (m *Module) Below(dir string) []string {
	rel, _ := filepath.Rel(m.Dir, dir)
	var dirs []string
	for ; rel != "."; rel = filepath.Dir(rel) {
		dirs = append(dirs, filepath.Join(m.Dir, rel))
	}
	slices.Reverse(dirs)
	return dirs
}

// MainModules asks the go command for the modules that it works on.
func MainModules(ctx context.Context, c Command) ([]*Module, error) {
	out, err := c.Run(ctx, "list", "-m", "-json=Path,Dir,GoMod")
	if err != nil {
		return nil, err
	}
	var modules []*Module
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		m := new(Module)
		switch err := decoder.Decode(m); {
		case errors.Is(err, io.EOF):
			return modules, nil
		case err != nil:
			return nil, fmt.Errorf("reading the answer of go list -m: %w", err)
		case m.Dir == "" || m.GoMod == "":
			return nil, fmt.Errorf("%s is in no module: go mod init makes one", c.Dir)
		}
		if err := m.readGoMod(); err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
}

func (m *Module) readGoMod() error {
	content, err := os.ReadFile(m.GoMod)
	if err != nil {
		return err
	}
	file, err := modfile.ParseLax(m.GoMod, content, nil)
	if err != nil {
		return err
	}
	for _, ignored := range file.Ignore {
		m.Ignored = append(m.Ignored, ignored.Path)
	}
	m.Line = file.Module.Syntax.Start.Line
	m.Requires = m.Path == model.CgigenModule || slices.ContainsFunc(file.Require, func(r *modfile.Require) bool {
		return r.Mod.Path == model.CgigenModule
	})
	return nil
}
