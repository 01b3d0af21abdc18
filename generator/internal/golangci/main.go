// Golangci tries the plugin for golangci-lint as docs/reference/vet.md describes it. It
// has golangci-lint build itself with the plugin of this checkout, by the very
// configuration that stands there, and lets the outcome look at the misuse that
// is planted in the tests of package vet:
//
//	go run ./generator/internal/golangci [-dir DIR]
//
// It takes some minutes and the module proxy: golangci-lint comes from there. What
// golangci-lint would clone from GitHub is a repository made from that module.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	lintModule  = "github.com/golangci/golangci-lint/v2"
	lintCommand = lintModule + "/cmd/golangci-lint"
	lintClone   = "https://github.com/golangci/golangci-lint.git" // what golangci-lint custom clones
)

func main() {
	dir := flag.String("dir", "", "where to build (default a temporary folder)")
	flag.Parse()
	if err := run(context.Background(), *dir); err != nil {
		fmt.Fprintln(os.Stderr, "golangci:", err)
		os.Exit(1)
	}
}

// A trial is one run of this program.
type trial struct {
	root    string // this checkout
	dir     string // absolute; holds everything
	version string // of golangci-lint
}

func run(ctx context.Context, dir string) error {
	root, err := output(ctx, "", nil, "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	if dir == "" {
		if dir, err = os.MkdirTemp("", "cgigen-golangci-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	docs, err := readDocs(filepath.Join(root, "docs", "reference", "vet.md"))
	if err != nil {
		return err
	}
	t := trial{root: root, dir: dir, version: docs.version}
	for _, step := range []func(context.Context) error{t.installLint, t.makeClone, t.plant(docs), t.buildCustom, t.lint} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t trial) in(elements ...string) string {
	return filepath.Join(append([]string{t.dir}, elements...)...)
}

func (t trial) installLint(ctx context.Context) error {
	fmt.Println("building golangci-lint", t.version)
	_, err := output(ctx, t.dir, []string{"GOBIN=" + t.in("bin"), "GOWORK=off", "GOFLAGS="}, "go", "install", lintCommand+"@"+t.version)
	return err
}

// makeClone makes a repository with the tag that golangci-lint clones.
func (t trial) makeClone(ctx context.Context) error {
	source, err := output(ctx, t.dir, []string{"GOWORK=off"}, "go", "list", "-m", "-f", "{{.Dir}}", lintModule+"@"+t.version)
	if err != nil {
		return err
	}
	if source == "" {
		return fmt.Errorf("%s is not in the module cache", lintModule)
	}
	if err := errors.Join(os.RemoveAll(t.in("clone")), copyFiles(t.in("clone"), source)); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "-A"},
		{"-c", "user.name=cgigen", "-c", "user.email=cgigen@example.com", "commit", "-q", "-m", t.version},
		{"tag", t.version},
	} {
		if _, err := output(ctx, t.in("clone"), nil, "git", args...); err != nil {
			return err
		}
	}
	return nil
}

// plant makes a module of the misuse in the tests, with the configuration files
// of the documentation. The plugin is that of this checkout.
func (t trial) plant(docs documented) func(context.Context) error {
	return func(context.Context) error {
		if err := copyFiles(t.in("site"), filepath.Join(t.root, "generator", "vet", "testdata", "src")); err != nil {
			return err
		}
		return errors.Join(
			os.WriteFile(t.in("site", "go.mod"), []byte("module example.com/site\n\ngo 1.26.0\n"), 0o666),
			os.WriteFile(t.in("site", ".golangci.yml"), []byte(docs.config), 0o666),
			os.WriteFile(t.in("site", ".custom-gcl.yml"), []byte(docs.customFor(t.root)), 0o666),
		)
	}
}

func (t trial) buildCustom(ctx context.Context) error {
	fmt.Println("golangci-lint custom")
	env := []string{
		"GOWORK=off", "GOFLAGS=", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url.file://" + filepath.ToSlash(t.in("clone")) + ".insteadOf", "GIT_CONFIG_VALUE_0=" + lintClone,
	}
	_, err := output(ctx, t.in("site"), env, t.in("bin", "golangci-lint"), "custom")
	return err
}

// copyFiles copies a folder. Files in the module cache are read-only, and the
// copies are not.
func copyFiles(to, from string) error {
	return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		return errors.Join(os.MkdirAll(filepath.Dir(target), 0o777), os.WriteFile(target, content, 0o666))
	})
}

// output runs a command and returns what it prints. The error holds what it
// prints, too.
func output(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), fmt.Errorf("%s: %w\n%s", cmd, err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
