package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
	"github.com/cgigen/cgigen/generator"
)

func (a *app) buildCommand() *cobra.Command {
	var flags generateFlags
	var dist string
	var targets []string
	cmd := &cobra.Command{
		Use:   "build [packages]",
		Short: "Compile the programs",
		Long: `build generates, as generate does with the same flags, and compiles every program:
static, stripped, without paths of this machine. Programs are named DIR/<name>.cgi
(.exe on Windows); with several targets, DIR/<os>-<arch>/<name>.cgi.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			chosen, err := chooseTargets(cmd.Context(), targets)
			if err != nil {
				return err
			}
			return a.build(cmd.Context(), flags.options(patterns), dist, chosen)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVarP(&dist, "dist", "d", "dist", "write the programs to `DIR`")
	cmd.Flags().StringArrayVar(&targets, "target", nil, "compile for `OS/ARCH`; may be repeated (default the go command's)")
	must(cmd.MarkFlagDirname("dist"))
	must(cmd.RegisterFlagCompletionFunc("target", completeTargets))
	return cmd
}

func completeTargets(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	targets, err := builder.Targets(cmd.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return targets, cobra.ShellCompDirectiveNoFileComp
}

// chooseTargets checks the values of --target. Without any it is the go
// command's own target.
func chooseTargets(ctx context.Context, texts []string) ([]builder.Target, error) {
	if len(texts) == 0 {
		target, err := builder.DefaultTarget(ctx)
		return []builder.Target{target}, err
	}
	known, err := builder.Targets(ctx)
	if err != nil {
		return nil, err
	}
	var targets []builder.Target
	for _, text := range texts {
		target, err := builder.ParseTarget(text)
		if err != nil {
			return nil, usageError{err.Error()}
		}
		if !slices.Contains(known, text) {
			return nil, usageError{fmt.Sprintf("the go command knows no target %s; go tool dist list shows all", text)}
		}
		if !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
	}
	return targets, nil
}

// build compiles for one target after the other: each of them uses all cores.
func (a *app) build(ctx context.Context, options generator.Options, dist string, targets []builder.Target) error {
	for _, target := range targets {
		dir := dist
		if len(targets) > 1 {
			dir = filepath.Join(dist, target.Folder())
		}
		if err := a.buildTarget(ctx, options, dir, target); err != nil {
			return err
		}
	}
	return nil
}

// buildTarget generates with the eyes of the target, which may have programs
// that others lack, and compiles what it has.
func (a *app) buildTarget(ctx context.Context, options generator.Options, dir string, target builder.Target) error {
	options.Env = append(os.Environ(), target.Env()...)
	result, err := a.generate(ctx, options)
	if err != nil {
		return err
	}
	progress, done := a.progress(len(result.Programs), target.String())
	programs, err := builder.Build(ctx, builder.Options{
		Programs: result.Programs, Dir: dir, Target: target, Tags: options.Tags, Progress: progress,
		OneRequest: slices.Equal(options.Gateways, []string{"cgi"}),
	})
	done()
	if err != nil {
		return err
	}
	a.list(programs)
	return nil
}

// list says what was built.
func (a *app) list(programs []builder.Program) {
	width := 0
	for _, p := range programs {
		width = max(width, len(shown(p.Path)))
	}
	for _, p := range programs {
		a.say("%-*s  %s  %s", width, shown(p.Path), megabytes(p.Size), p.Time.Round(10*time.Millisecond))
	}
}

func megabytes(size int64) string {
	return fmt.Sprintf("%5.2f MB", float64(size)/1e6)
}

// progress gives a function that shows how many programs are ready, and one
// that wipes it away. On anything but a terminal nothing is shown.
func (a *app) progress(total int, title string) (update func(int), done func()) {
	if file, ok := a.stderr.(*os.File); !ok || !term.IsTerminal(int(file.Fd())) || total == 0 {
		return nil, func() {}
	}
	bar := progressbar.NewOptions(total,
		progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSetDescription("compiling for "+strings.TrimSpace(title)),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(24),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetPredictTime(false),
	)
	// A bar that cannot be drawn is no reason to stop.
	update = func(ready int) { _ = bar.Set(ready) }
	return update, func() { _ = bar.Clear() }
}
