package main

import (
	"errors"
	"fmt"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/cgigen/cgigen/templates"
)

const (
	modulePath = "github.com/cgigen/cgigen"
	toolPath   = modulePath + "/cmd/cgigen"
	minimumGo  = "1.26.0"
)

// moduleFiles returns go.mod, and go.sum where it can be known without asking a
// module proxy.
func (s *starter) moduleFiles() ([]templates.File, error) {
	mod := new(modfile.File)
	if err := errors.Join(mod.AddModuleStmt(s.module), mod.AddGoStmt(minimumGo)); err != nil {
		return nil, fmt.Errorf("making go.mod: %w", err)
	}
	if s.replace == "" {
		return formatModule(mod, nil)
	}
	if err := s.replaceModule(mod); err != nil {
		return nil, err
	}
	sums, err := os.ReadFile(filepath.Join(s.replace, "go.sum"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the checksums of cgigen: %w", err)
	}
	return formatModule(mod, sums)
}

// replaceModule takes cgigen from a folder. The requirements of the tool are
// copied, so that go tool cgigen works without asking a proxy for anything.
func (s *starter) replaceModule(mod *modfile.File) error {
	source, err := readModule(s.replace)
	if err != nil {
		return err
	}
	err = errors.Join(
		mod.AddGoStmt(source.Go.Version),
		mod.AddTool(toolPath),
		mod.AddRequire(modulePath, "v0.0.0"),
		mod.AddReplace(modulePath, "", filepath.ToSlash(s.replace), ""),
	)
	for _, r := range source.Require {
		mod.AddNewRequire(r.Mod.Path, r.Mod.Version, true)
	}
	if err != nil {
		return fmt.Errorf("making go.mod: %w", err)
	}
	return nil
}

// readModule reads the go.mod of a checkout of cgigen.
func readModule(dir string) (*modfile.File, error) {
	name := filepath.Join(dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("--replace: %w", err)
	}
	mod, err := modfile.ParseLax(name, data, nil)
	if err != nil {
		return nil, fmt.Errorf("--replace: %w", err)
	}
	if mod.Module == nil || mod.Module.Mod.Path != modulePath || mod.Go == nil {
		return nil, fmt.Errorf("--replace: %s is not the module %s", dir, modulePath)
	}
	return mod, nil
}

func formatModule(mod *modfile.File, sums []byte) ([]templates.File, error) {
	mod.SetRequireSeparateIndirect(mod.Require)
	mod.Cleanup()
	text, err := mod.Format()
	if err != nil {
		return nil, fmt.Errorf("making go.mod: %w", err)
	}
	files := []templates.File{{Path: "go.mod", Data: text}}
	if len(sums) > 0 {
		files = append(files, templates.File{Path: "go.sum", Data: sums})
	}
	return files, nil
}

// sourceDir returns the checkout that this program was built in, or "" if it is
// not there or unknown, as after a build with -trimpath.
func sourceDir() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return ""
	}
	dir := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if _, err := readModule(dir); err != nil {
		return ""
	}
	return dir
}

// packageName makes a package name from the last element of a path.
func packageName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(path.Base(filepath.ToSlash(name))) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		}
	}
	if name := b.String(); name != "" && name != "main" && !token.IsKeyword(name) {
		return name
	}
	return "site"
}
