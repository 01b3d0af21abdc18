// Package builder compiles generated programs with the go command.
package builder

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cgigen/cgigen/generator/model"
)

// Options describe what to compile, and how.
type Options struct {
	Programs []model.Main
	Dir      string // folder for the programs; made if it is missing
	Target   Target
	Tags     string   // build tags, separated by commas
	Site     string   // name of the site, which programs find their settings by; "" links none
	Link     string   // linker flags besides the usual ones, as in go build -ldflags
	Flags    []string // flags of go build besides the usual ones
	Env      []string // variables for the go command, stronger than the environment and the target
	// OneRequest says that the programs end after one request (CGI alone): they
	// are built for a quick start.
	OneRequest bool
	// Identify links into each program the hash of what it was built from, which
	// Program.Build returns.
	Identify bool
	// Progress, if set, is called while the compiler works, with the number
	// of programs that are ready. It is called by one goroutine at a time.
	Progress func(ready int)
}

// A Program is a compiled program.
type Program struct {
	Name  string
	Path  string        // of the file
	Size  int64         // in bytes
	Time  time.Duration // from the start of the build until the program was ready
	Build string        // the hash of its inputs, 32 hexadecimal digits; "" without Options.Identify
}

// A CompileError is what the go command reports about the source.
type CompileError struct {
	Output string // file:line:col: message, a line each
}

func (e *CompileError) Error() string { return e.Output }

// Build compiles all programs with one go command, which shares the work
// between them and keeps all cores busy. Either all files appear in
// Options.Dir, each replaced atomically; or none of them does. Files that are up to
// date are recognised and not linked again.
func Build(ctx context.Context, o Options) (programs []Program, err error) {
	if len(o.Programs) == 0 {
		return nil, nil
	}
	defer func() {
		if err != nil {
			_ = os.Remove(o.Dir) // if nothing has come into it, it was made in vain
		}
	}()
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the folder for the programs: %w", err)
	}
	stage, err := os.MkdirTemp(o.Dir, ".cgigen-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the build: %w", err)
	}
	defer os.RemoveAll(stage)
	b := build{Options: o, stage: stage, start: time.Now(), hashes: map[string]string{}}
	b.seed()
	if err := b.compile(ctx); err != nil {
		return nil, err
	}
	return b.install()
}

// build is one run of Build.
type build struct {
	Options
	stage  string // folder that the compiler writes to
	start  time.Time
	hashes map[string]string // of the programs' inputs, by their folders
}

// seed links the programs of the last build into the stage: the go command
// finds out by itself whether they are still what it would build.
func (b *build) seed() {
	for _, p := range b.Programs {
		// If there is no such file, or no hard links, the program is linked again.
		_ = os.Link(b.final(p), b.staged(p))
	}
}

// staged is where the go command puts a program; final is where it belongs.
func (b *build) staged(p model.Main) string {
	name := p.Name
	if b.Target.OS == "windows" {
		name += ".exe"
	}
	return filepath.Join(b.stage, name)
}

func (b *build) final(p model.Main) string {
	return filepath.Join(b.Dir, p.Name+b.Target.suffix())
}

// compile runs the go command for all programs, while progress is watched.
func (b *build) compile(ctx context.Context) error {
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		b.watch(done)
	}()
	defer func() {
		close(done)
		<-watched
	}()
	return b.goBuild(ctx)
}

// The go command names a program after the last element of its path, unless
// that looks like a major version: then it takes the element before.
var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// goBuild compiles the programs into the stage. Those whose names the go
// command would change are compiled one by one, under their own.
func (b *build) goBuild(ctx context.Context) error {
	var dirs []string
	for _, p := range b.Programs {
		if !majorVersion.MatchString(p.Name) {
			dirs = append(dirs, p.Dir)
			continue
		}
		if err := b.goCommand(ctx, b.staged(p), p.Dir); err != nil {
			return err
		}
	}
	if len(dirs) == 0 {
		return nil
	}
	return b.goCommand(ctx, b.stage+string(filepath.Separator), dirs...)
}

func (b *build) goCommand(ctx context.Context, output string, dirs ...string) error {
	quick := b.quickStart(ctx)
	args := []string{"build", "-trimpath", "-buildmode=default", "-tags=" + b.Tags, "-o", output}
	args = append(args, b.linkFlags(ctx, quick, dirs)...)
	args = append(append(args, b.Flags...), "--")
	cmd := command(ctx, append(args, dirs...)...)
	cmd.Env = slices.Concat(os.Environ(), b.Target.Env(), quick.env, b.Env)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &exit):
		return &CompileError{Output: tidy(out.String())}
	case err != nil:
		return fmt.Errorf("running the go command: %w", err)
	}
	return nil
}

// siteLink returns the linker flag that gives programs the name of their site.
func (b *build) siteLink() string {
	if b.Site == "" {
		return ""
	}
	return "-X=github.com/cgigen/cgigen/runtime/config.siteName=" + b.Site + " "
}

var (
	packageHeading = regexp.MustCompile(`(?m)^# .*\n([^\s:]+:\d+:)`)
	currentFolder  = regexp.MustCompile(`(?m)^\./`)
)

// tidy returns the compiler's messages as cgigen shows its own: file:line:col
// without ./, and without the name of the package above.
func tidy(output string) string {
	output = packageHeading.ReplaceAllString(output, "$1")
	return strings.TrimSpace(currentFolder.ReplaceAllString(output, ""))
}

// command prepares a go command that is asked to stop when ctx ends, and made
// to if it does not.
func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			return cmd.Process.Kill() // Windows has no interrupt to send
		}
		return nil
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// watch reports how many programs are ready, until done.
func (b *build) watch(done <-chan struct{}) {
	if b.Progress == nil {
		return
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			b.Progress(b.ready())
		}
	}
}

// ready counts the programs that this build has written or found up to date:
// in both cases the go command sets the time of the file.
func (b *build) ready() int {
	n := 0
	for _, p := range b.Programs {
		if info, err := os.Stat(b.staged(p)); err == nil && info.ModTime().After(b.start) {
			n++
		}
	}
	return n
}

// install moves the programs from the stage to their place.
func (b *build) install() ([]Program, error) {
	programs := make([]Program, 0, len(b.Programs))
	for _, p := range b.Programs {
		program, err := b.installOne(p)
		if err != nil {
			return nil, fmt.Errorf("installing %s: %w", p.Name, err)
		}
		programs = append(programs, program)
	}
	return programs, nil
}

func (b *build) installOne(p model.Main) (Program, error) {
	staged, final := b.staged(p), b.final(p)
	info, err := os.Stat(staged)
	if err != nil {
		return Program{}, err
	}
	if p.Warm > 0 && b.Target.HasEntry() {
		if err := checkEntry(staged); err != nil {
			return Program{}, err
		}
	}
	old, err := os.Stat(final)
	kept := err == nil && os.SameFile(old, info)
	if !kept && len(b.Programs) <= manyPrograms {
		if staged, err = rewrite(staged); err != nil {
			return Program{}, err
		}
	}
	if err := os.Chmod(staged, 0o755); err != nil {
		return Program{}, err
	}
	if err := os.Rename(staged, final); err != nil {
		return Program{}, err
	}
	took := max(info.ModTime().Sub(b.start), 0)
	return Program{Name: p.Name, Path: final, Size: info.Size(), Time: took, Build: b.hash(p)}, nil
}

// manyPrograms are so many that to rewrite them would take as long as to link
// every tenth of them. Uploading, or any other copying, does the same for them.
const manyPrograms = 50

// rewrite copies a file from its beginning to its end, in large pieces. The
// linker writes here and there, and leaves the file in memory in small pages: a
// program that is started from there takes a tenth longer than from a copy.
func rewrite(path string) (copied string, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	copied = path + ".copy"
	return copied, os.WriteFile(copied, content, 0o755)
}
