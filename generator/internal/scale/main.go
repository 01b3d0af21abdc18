// Scale measures how the generator grows with a repository, against what such
// work costs at least and against google/wire. It makes modules of the given
// numbers of packages, a fifth of them with a program, and runs in turn
//
//   - go list -deps -export, on the packages that the programs are made from,
//   - cgigen generate, without and with its cache of an unchanged tree,
//   - wire, on equivalent injectors,
//
// with a warm build cache, and prints the medians:
//
//	go run ./generator/internal/scale [-packages 100,1000] [-rounds 7] [-build] [-dir DIR]
//
// It installs wire through the module proxy. With -build it also compiles the
// programs, with cgigen build and with one go build.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
)

func main() {
	packages := flag.String("packages", "100,1000", "numbers of packages, separated by commas")
	rounds := flag.Int("rounds", 7, "how often each command runs")
	build := flag.Bool("build", false, "also compile the programs of the largest module")
	dir := flag.String("dir", "", "where to make the modules (default a temporary folder)")
	flag.Parse()
	if err := run(context.Background(), *packages, *rounds, *build, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// A bench is one run of this program.
type bench struct {
	dir    string // absolute; holds everything
	cgigen string // the commands
	wire   string
	rounds int
}

func run(ctx context.Context, packages string, rounds int, build bool, dir string) error {
	if dir == "" {
		temporary, err := os.MkdirTemp("", "cgigen-scale-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	b, err := newBench(ctx, dir, rounds)
	if err != nil {
		return err
	}
	var modules []module
	for text := range strings.SplitSeq(packages, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 10 {
			return fmt.Errorf("-packages %s: want numbers of at least 10", packages)
		}
		m, err := b.makeModules(ctx, n)
		if err != nil {
			return err
		}
		modules = append(modules, m)
	}
	if err := b.compareGenerators(ctx, modules); err != nil || !build {
		return err
	}
	return b.compareBuilds(ctx, modules[len(modules)-1])
}

// newBench builds cgigen from this checkout, and wire.
func newBench(ctx context.Context, dir string, rounds int) (*bench, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, rounds: rounds, cgigen: filepath.Join(dir, "bin", "cgigen"), wire: filepath.Join(dir, "bin", "wire")}
	if err := os.MkdirAll(filepath.Dir(b.cgigen), 0o777); err != nil {
		return nil, err
	}
	for _, args := range [][]string{
		{"build", "-o", b.cgigen, "github.com/cgigen/cgigen/cmd/cgigen"},
		{"install", "github.com/google/wire/cmd/wire@" + wireVersion},
	} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Env = append(os.Environ(), "GOBIN="+filepath.Dir(b.wire))
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return b, nil
}

// compareGenerators prints a table for each module, and the growth from the
// first to the last.
func (b *bench) compareGenerators(ctx context.Context, modules []module) error {
	var lists, generates []median
	for _, m := range modules {
		commands := b.generators(m)
		results, err := inTurn(ctx, commands, b.rounds)
		if err != nil {
			return err
		}
		fmt.Printf("\n%d packages, %d programs\n\n", m.packages, m.programs)
		printTable(commands, results)
		list, generate, wire := results[0], results[1], results[3]
		fmt.Printf("\ngenerate / go list: %.2f    generate / wire: %.2f\n", ratio(generate, list), ratio(generate, wire))
		lists, generates = append(lists, list), append(generates, generate)
	}
	if last := len(modules) - 1; last > 0 {
		fmt.Printf("\ngrowth from %d to %d packages: go list %.1f, generate %.1f\n",
			modules[0].packages, modules[last].packages, ratio(lists[last], lists[0]), ratio(generates[last], generates[0]))
	}
	return nil
}

// generators are the commands of the comparison, go list first and wire last.
func (b *bench) generators(m module) []command {
	cache := filepath.Join(b.dir, "cache")
	return []command{
		{"go list -deps -export", m.site, nil, []string{"go", "list", "-deps", "-export", "./app/...", "./lib/..."}},
		{"cgigen generate", m.site, []string{"CGIGEN_CACHE=off"}, []string{b.cgigen, "generate"}},
		{"cgigen generate, nothing changed", m.site, []string{"CGIGEN_CACHE=" + cache}, []string{b.cgigen, "generate"}},
		{"wire", m.wired, nil, []string{b.wire, "gen", "./inject/..."}},
	}
}

// compareBuilds prints what compiling costs, first of a tree in which one
// package has changed that all programs need, then of an unchanged one.
func (b *bench) compareBuilds(ctx context.Context, m module) error {
	ours, theirs := filepath.Join(b.dir, "dist"), filepath.Join(b.dir, "dist-go")
	static := []string{"CGO_ENABLED=0"}
	commands := []command{
		{"go build", m.site, static, []string{"go", "build", "-trimpath", "-ldflags=-s -w", "-o", theirs + "/", "./cgi-bin/..."}},
		{"cgigen build", m.site, []string{"CGIGEN_CACHE=" + filepath.Join(b.dir, "cache")}, []string{b.cgigen, "build", "-d", ours}},
	}
	for _, title := range []string{"all programs linked", "nothing changed"} {
		var results []median
		for _, c := range commands {
			result, err := measure(ctx, c)
			if err != nil {
				return err
			}
			results = append(results, median{result})
		}
		fmt.Printf("\nbuild of %d programs, %s\n\n", m.programs, title)
		printTable(commands, results)
	}
	return nil
}

func printTable(commands []command, results []median) {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "command\twall s\tpeak MiB\t")
	for i, c := range commands {
		fmt.Fprintf(table, "%s\t%.3f\t%d\t\n", c.name, results[i].wall().Seconds(), results[i].memory()>>20)
	}
	table.Flush()
}

func ratio(a, b median) float64 { return a.wall().Seconds() / b.wall().Seconds() }
