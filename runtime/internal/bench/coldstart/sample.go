package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// A sample is one start of a program.
type sample struct {
	wall, cpu time.Duration
	faults    int64 // minor page faults
	memory    int64 // peak resident memory in KiB
}

// run1 starts a command and waits for its end.
func run1(cmd *exec.Cmd) (sample, error) {
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	s := sample{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	s.faults, s.memory = usage(cmd.ProcessState)
	return s, nil
}

func appendSample(rounds [][]sample, round int, s sample) [][]sample {
	if len(rounds) <= round {
		rounds = append(rounds, nil)
	}
	rounds[round] = append(rounds[round], s)
	return rounds
}

// report prints a line for each program. The ratio is to net/http/cgi.
func report(programs []*program) {
	peer := named(programs, "net/http/cgi")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\twall ms\tratio\tmin ms\tcpu ms\tpage faults\tpeak MiB\tsystem calls\tthreads\tsize MB\t")
	for _, p := range programs {
		all := p.all()
		calls, threads := p.trace()
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%.2f\t%.2f\t%d\t%.1f\t%s\t%s\t%s\t\n", p.name,
			ms(median(all, wall)), compare(p, peer), ms(slices.MinFunc(all, byWall).wall), ms(median(all, cpu)),
			median(all, faults), float64(median(all, memory))/1024, calls, threads, p.size())
	}
	w.Flush()
	fmt.Println()
	for _, name := range []string{"cgigen", "cgigen build --gateways cgi"} {
		p := named(programs, name+configured)
		fmt.Printf("%s, ten fields of configuration and a file: loading them %s, with the code for it %s\n",
			name, compare(p, named(programs, name+notLoaded)), compare(p, named(programs, name)))
	}
}

// all are the samples of all rounds.
func (p *program) all() []sample { return slices.Concat(p.rounds...) }

func named(programs []*program, name string) *program {
	return programs[slices.IndexFunc(programs, func(p *program) bool { return p.name == name })]
}

func wall(s sample) int64   { return int64(s.wall) }
func cpu(s sample) int64    { return int64(s.cpu) }
func faults(s sample) int64 { return s.faults }
func memory(s sample) int64 { return s.memory }

func byWall(a, b sample) int { return cmp.Compare(a.wall, b.wall) }

func ms[T ~int64](d T) float64 { return float64(d) / 1e6 }

func median(samples []sample, of func(sample) int64) int64 {
	values := make([]int64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// size is that of the program's file; an interpreter's is not its own.
func (p *program) size() string {
	info, err := os.Stat(p.path)
	if err != nil || p.prefix != nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", float64(info.Size())/1e6)
}

// trace counts the system calls and the threads of one start with strace, "-"
// without it.
func (p *program) trace() (calls, threads string) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return "-", "-"
	}
	log := filepath.Join(filepath.Dir(p.path), "strace.log")
	args := append(append([]string{strace, "-f", "-o", log}, p.prefix...), p.path)
	cmd := &exec.Cmd{Path: strace, Args: args, Env: append(environment("/", p.path), p.env...)}
	if err := cmd.Run(); err != nil {
		return "-", "-"
	}
	lines, _ := os.ReadFile(log)
	text := string(lines)
	started := strings.Count(text, " clone(") + strings.Count(text, " clone3(")
	return strconv.Itoa(strings.Count(text, "\n") - strings.Count(text, "resumed>")), strconv.Itoa(1 + started)
}
