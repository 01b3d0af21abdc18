package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"text/tabwriter"
)

const (
	bodySize = 256 << 20
	outSize  = 1 << 30
)

// streams measures a gigabyte out and a quarter in, through pipes as servers
// use them, some times in turn.
func streams(programs []*program) error {
	const times = 15
	compared := []*program{named(programs, "cgigen"), named(programs, "net/http/cgi")}
	out, in := make([]*program, len(compared)), make([]*program, len(compared))
	for i, p := range compared {
		out[i], in[i] = &program{name: p.name, copied: p.path}, &program{name: p.name, copied: p.path}
	}
	for n := range times {
		for _, i := range rand.Perm(len(compared)) {
			s, err := out[i].stream("/out", 0)
			if err != nil {
				return err
			}
			out[i].rounds = appendSample(out[i].rounds, n, s)
			if s, err = in[i].stream("/in", bodySize); err != nil {
				return err
			}
			in[i].rounds = appendSample(in[i].rounds, n, s)
		}
	}
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\t1 GiB out ms\tratio\tpeak MiB\t256 MiB in ms\tratio\tpeak MiB\t")
	for i := range compared {
		fmt.Fprintf(w, "%s\t%s\t%s\t\n", out[i].name, out[i].streamed(out[1]), in[i].streamed(in[1]))
	}
	return w.Flush()
}

// streamed is what a program took, also in relation to its peer.
func (p *program) streamed(peer *program) string {
	return fmt.Sprintf("%.0f\t%s\t%.1f", ms(median(p.all(), wall)), compare(p, peer), float64(median(p.all(), memory))/1024)
}

// stream runs the program with pipes for a body of the given size and for the
// response, which is thrown away.
func (p *program) stream(path string, size int64) (sample, error) {
	env := environment(path, p.copied)
	if size > 0 {
		env = append(slices.DeleteFunc(env, func(e string) bool { return e == "REQUEST_METHOD=GET" }),
			"REQUEST_METHOD=POST", fmt.Sprint("CONTENT_LENGTH=", size))
	}
	counter := &counter{}
	cmd := &exec.Cmd{Path: p.copied, Args: []string{p.copied}, Env: env, Stdout: counter, Stderr: os.Stderr,
		Stdin: io.LimitReader(zeros{}, size)}
	s, err := run1(cmd)
	if path == "/out" && err == nil && counter.n < outSize {
		err = fmt.Errorf("%s: %d bytes came out", p.name, counter.n)
	}
	return s, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }
