package main

import (
	"context"
	"errors"
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
	var o buildFlags
	var targets []string
	cmd := &cobra.Command{
		Use:   "build [packages]",
		Short: "Compile the programs",
		Long: `build updates the generated programs, as generate does but with the gateways that
they already link. Then it compiles every program: static, stripped, and without
paths of this machine. It writes

  DIR/<name>.cgi               for one target (.exe on Windows)
  DIR/<os>-<arch>/<name>.cgi   for several targets
  DIR/<site>/<name>.cgi        for several sites

For each program it prints the size, the time to start, and how long the build
took until the program was ready. To time a start, build runs the program without
a request: packages are initialised, but no constructor is called.`,
		RunE: func(cmd *cobra.Command, patterns []string) error {
			chosen, err := chooseTargets(cmd.Context(), targets)
			if err != nil {
				return err
			}
			o.startsSet = cmd.Flags().Changed("starts")
			if o.starts < 0 {
				return usageError{fmt.Sprintf("--starts: %d is negative; 0 means never", o.starts)}
			}
			o.gateways = flags.gateways
			return a.build(cmd.Context(), flags.options(patterns), o, chosen)
		},
	}
	flags.addFollowing(cmd)
	cmd.Flags().StringVarP(&o.dist, "dist", "d", "dist", "write the compiled programs to `DIR`")
	cmd.Flags().IntVar(&o.starts, "starts", 5, "start each program `N` times to time it; 0 means never; without this flag, timing takes no more than about a fiftieth of the build's time")
	cmd.Flags().StringArrayVar(&targets, "target", nil, "compile for `OS/ARCH`; may be repeated (default: the target of go build)")
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
	known, err := builder.Targets(ctx)
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		target, err := builder.DefaultTarget(ctx)
		if err != nil {
			return nil, err
		}
		texts = []string{target.String()}
	}
	var targets []builder.Target
	for _, text := range texts {
		target, err := builder.ParseTarget(text)
		if err != nil {
			return nil, usageError{err.Error()}
		}
		if !slices.Contains(known, text) {
			return nil, usageError{fmt.Sprintf("programs cannot be built for %s; targets are %s", text, strings.Join(known, ", "))}
		}
		if !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
	}
	return targets, nil
}

// buildFlags are those that generate lacks.
type buildFlags struct {
	dist   string
	starts int
	// startsSet reports whether the user set --starts: then timing has no time limit.
	startsSet bool
	gateways  []string // that the user expects
}

// build generates for each target, with its eyes: it may have programs that
// others lack. Then it compiles for all of them side by side.
func (a *app) build(ctx context.Context, options generator.Options, o buildFlags, targets []builder.Target) error {
	var jobs []builder.Options
	for _, target := range targets {
		options.Env = append(os.Environ(), target.Env()...)
		result, err := a.follow(ctx, options, o.gateways)
		if err != nil {
			return err
		}
		if err := a.checkCgo(ctx, result, target, options.Tags); err != nil {
			return err
		}
		dir := o.dist
		if len(targets) > 1 {
			dir = filepath.Join(o.dist, target.Folder())
		}
		jobs = append(jobs, siteJobs(result, dir, builder.Options{Target: target, Tags: options.Tags, Identify: true})...)
	}
	built, err := a.compile(ctx, jobs)
	if err != nil {
		return err
	}
	a.list(ctx, jobs, built, o)
	return ctx.Err()
}

// siteJobs returns what there is to build of each site.
func siteJobs(result *generator.Result, dir string, common builder.Options) []builder.Options {
	var jobs []builder.Options
	for i, site := range result.Model.Sites {
		job := common
		job.Dir, job.Site = siteFolder(dir, result, site), site.Name
		job.OneRequest = true
		for _, p := range result.Programs {
			if p.Site == i {
				job.Programs = append(job.Programs, p)
				job.OneRequest = job.OneRequest && slices.Equal(p.Gateways, []string{"cgi"})
			}
		}
		if len(job.Programs) > 0 {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// compile compiles for several targets side by side, and shows how far it is.
func (a *app) compile(ctx context.Context, jobs []builder.Options) ([][]builder.Program, error) {
	total := 0
	var titles []string
	for _, job := range jobs {
		total += len(job.Programs)
		if title := job.Target.String(); !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
	}
	progress, done := a.progress(total, strings.Join(titles, ", "))
	defer done()
	return builder.BuildAll(ctx, jobs, progress)
}

// list prints what was built.
func (a *app) list(ctx context.Context, jobs []builder.Options, built [][]builder.Program, o buildFlags) {
	width := 0
	for _, p := range slices.Concat(built...) {
		width = max(width, len(shown(p.Path)))
	}
	// A site of hundreds of programs must not wait for what it has not asked for.
	var building time.Duration
	for _, p := range slices.Concat(built...) {
		building = max(building, p.Time)
	}
	left := max(building/50, time.Second/5)
	busy := false
	for i, programs := range built {
		for _, p := range programs {
			starts := o.starts
			if left <= 0 && !o.startsSet {
				starts = 0
			}
			begin := time.Now()
			took, err := startTime(ctx, jobs[i].Target, p, starts)
			busy = busy || errors.Is(err, builder.ErrBusy)
			a.say("%-*s  %s  starts in %7s  ready after %s", width, shown(p.Path), megabytes(p.Size), took, p.Time.Round(10*time.Millisecond))
			left -= time.Since(begin)
		}
	}
	if busy {
		a.say("%v", builder.ErrBusy)
	}
}

// startTime returns the time that a program takes to start, or a dash where it
// cannot be, or shall not be, started, or was disturbed.
func startTime(ctx context.Context, target builder.Target, p builder.Program, starts int) (string, error) {
	if starts == 0 || !target.RunsHere() {
		return "-", nil
	}
	took, err := builder.StartTime(ctx, p.Path, starts)
	if err != nil {
		return "-", err
	}
	return fmt.Sprintf("%.2f ms", float64(took)/float64(time.Millisecond)), nil
}

func megabytes(size int64) string {
	return fmt.Sprintf("%5.2f MB", float64(size)/1e6)
}

// isTerminal reports whether somebody watches standard error.
func (a *app) isTerminal() bool {
	file, ok := a.stderr.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// progress returns a function that shows how many programs are ready, and one
// that wipes it away. On anything but a terminal nothing is shown.
func (a *app) progress(total int, title string) (update func(int), done func()) {
	if !a.isTerminal() || total == 0 {
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
	// Continue if the bar cannot be drawn.
	update = func(ready int) { _ = bar.Set(ready) }
	return update, func() { _ = bar.Clear() }
}
