package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/module"

	"github.com/cgigen/cgigen/templates"
)

func (a *app) initCommand() *cobra.Command {
	var project starter
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Write a starter project",
		Long: `init writes a new module into DIR: a page, a JSON route and a configuration struct.
It creates DIR if it does not exist. It never overwrites a file, and removes
what it has written if it fails.`,
		Args: arguments(1, 1, "one folder, as in cgigen init hello"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := project.resolve(args[0]); err != nil {
				return err
			}
			if err := project.write(cmd.Context()); err != nil {
				return err
			}
			a.say("wrote %s; now run: %s", shown(project.dir), serveCommandFor(shown(project.dir)))
			return nil
		},
		ValidArgsFunction: completePackages,
	}
	cmd.Flags().StringVar(&project.module, "module", "", "use `PATH` as the module path (default example.com/NAME, where NAME is that of DIR)")
	cmd.Flags().StringVar(&project.replace, "replace", "", "use the cgigen module in the checkout `DIR`")
	must(cmd.MarkFlagDirname("replace"))
	return cmd
}

// serveCommandFor is what serves a project, to be pasted into a shell.
func serveCommandFor(dir string) string {
	plain, quote := "/._-+@%:,", "'"
	if runtime.GOOS == "windows" {
		plain, quote = plain+`\`, `"`
	}
	special := func(r rune) bool {
		return !strings.ContainsRune(plain, r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}
	switch {
	case dir == ".":
		return "go tool cgigen serve"
	case strings.ContainsFunc(dir, special):
		dir = quote + strings.ReplaceAll(dir, "'", `'\''`) + quote
	}
	return "go -C " + dir + " tool cgigen serve"
}

// starter is a starter project to be.
type starter struct {
	dir     string // absolute
	module  string // module path
	replace string // absolute folder of a checkout of cgigen; "" for a released version
	version string // released version of cgigen
}

// resolve fills in what the command line leaves open.
func (s *starter) resolve(dir string) error {
	var err error
	if s.dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("finding %s: %w", dir, err)
	}
	if s.module == "" {
		s.module = "example.com/" + packageName(filepath.Base(s.dir))
	}
	if err := module.CheckImportPath(s.module); err != nil {
		return usageError{"--module: " + err.Error()}
	}
	return s.resolveSource()
}

// resolveSource decides where the project gets the cgigen module from: the
// released version that is running, or else the checkout that it was built in.
func (s *starter) resolveSource() error {
	running := readVersion()
	if s.replace == "" && running.released() {
		s.version = running.Version
		return nil
	}
	if s.replace == "" {
		s.replace = sourceDir()
	}
	if s.replace == "" {
		return errors.New("this cgigen is not a released version; name its checkout with --replace DIR")
	}
	replace, err := filepath.Abs(s.replace)
	if err != nil {
		return fmt.Errorf("finding %s: %w", s.replace, err)
	}
	s.replace = replace
	return nil
}

// write renders the project next to its place and then moves it there, file by
// file if the folder exists already.
func (s *starter) write(ctx context.Context) (err error) {
	made, err := makeDir(s.dir)
	if err != nil {
		return err
	}
	stage, err := os.MkdirTemp(s.dir, ".cgigen-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() {
		err = errors.Join(err, os.RemoveAll(stage))
		if err != nil && made != "" {
			_ = os.RemoveAll(made) // it holds nothing but what was made here
		}
	}()
	if err := s.render(ctx, stage); err != nil {
		return err
	}
	return moveNew(stage, s.dir)
}

// render writes all files below the folder stage.
func (s *starter) render(ctx context.Context, stage string) error {
	files, err := templates.Starter(templates.StarterData{Package: packageName(s.module)})
	if err != nil {
		return err
	}
	mod, err := s.moduleFiles()
	if err != nil {
		return err
	}
	for _, file := range append(files, mod...) {
		name := filepath.Join(stage, filepath.FromSlash(file.Path))
		if err := os.WriteFile(name, file.Data, 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", file.Path, err)
		}
	}
	if s.replace != "" {
		return nil
	}
	return goGetTool(ctx, stage, s.version)
}

// goGetTool lets the go command add the requirement: only a module proxy knows
// the checksums of a release.
func goGetTool(ctx context.Context, dir, version string) error {
	cmd := exec.CommandContext(ctx, "go", "get", "-tool", toolPath+"@"+version)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("adding cgigen %s to the project: %w\n%s", version, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// makeDir makes a folder and those above it, and returns the topmost one that
// was missing.
func makeDir(dir string) (made string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = d
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the project's folder: %w", err)
	}
	return made, nil
}

// moveNew moves the files of one folder into another one, all or none: none if
// one of them is there already.
func moveNew(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("moving the project to its place: %w", err)
	}
	for _, entry := range entries {
		if _, err := os.Lstat(filepath.Join(to, entry.Name())); err == nil {
			return fmt.Errorf("cannot write the project: %s already exists", shown(filepath.Join(to, entry.Name())))
		}
	}
	for i, entry := range entries {
		err := os.Rename(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name()))
		if err != nil {
			for _, moved := range entries[:i] {
				_ = os.Remove(filepath.Join(to, moved.Name())) // it was made here
			}
			return fmt.Errorf("moving the project to its place: %w", err)
		}
	}
	return nil
}
