package main

import (
	"fmt"
	"io"
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
// use them: the median of five, in turn.
func streams(programs []*program) error {
	compared := slices.DeleteFunc(slices.Clone(programs), func(p *program) bool {
		return p.name != "cgigen" && p.name != "net/http/cgi"
	})
	out, in := make([][]sample, len(compared)), make([][]sample, len(compared))
	for range 5 {
		for i, p := range compared {
			p.copied = p.path
			s, err := p.stream("/out", 0)
			if err != nil {
				return err
			}
			out[i] = append(out[i], s)
			if s, err = p.stream("/in", bodySize); err != nil {
				return err
			}
			in[i] = append(in[i], s)
		}
	}
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "program\t1 GiB out ms\tpeak MiB\t256 MiB in ms\tpeak MiB\t")
	for i, p := range compared {
		fmt.Fprintf(w, "%s\t%.0f\t%.1f\t%.0f\t%.1f\t\n", p.name,
			ms(median(out[i], wall)), float64(median(out[i], memory))/1024,
			ms(median(in[i], wall)), float64(median(in[i], memory))/1024)
	}
	return w.Flush()
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
