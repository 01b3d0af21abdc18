package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// A variant is a way to compile or to start the program of cgigen.
type variant struct {
	name  string
	args  []string // of go build, after the usual ones
	build []string // environment of go build
	start []string // environment of the program, besides the request
}

// variants are the rows of docs/explanation/performance.md that can be had without changing
// the source. The first is what the others are compared with and add to.
func variants() []variant {
	return []variant{
		{name: "CGO_ENABLED=0 go build -trimpath -ldflags='-s -w'"},
		{name: "the same again"},
		{name: "cgigen build --gateways cgi", args: []string{quickLink}, build: []string{quickEnv}},
		{name: "of these: GOEXPERIMENT=nogreenteagc", build: []string{"GOEXPERIMENT=nogreenteagc"}},
		{name: "-funcalign=16", args: []string{"-ldflags=-s -w -funcalign=16"}},
		{name: "GODEBUG memprofilerate=0", args: []string{"-ldflags=-s -w -X=runtime.godebugDefault=memprofilerate=0"}},
		{name: "GODEBUG updatemaxprocs=0", args: []string{"-ldflags=-s -w -X=runtime.godebugDefault=updatemaxprocs=0"}},
		{name: "GOEXPERIMENT=norandomizedheapbase64", build: []string{"GOEXPERIMENT=norandomizedheapbase64"}},
		{name: "GOEXPERIMENT=nosizespecializedmalloc", build: []string{"GOEXPERIMENT=nosizespecializedmalloc"}},
		{name: "-tags=nethttpomithttp2", args: []string{"-tags=nethttpomithttp2"}},
		{name: "GOAMD64=v3", build: []string{"GOAMD64=v3"}},
		{name: "-buildmode=pie", args: []string{"-buildmode=pie"}},
		{name: "not stripped", args: []string{"-ldflags="}},
		{name: "GODEBUG containermaxprocs=0", args: []string{"-ldflags=-s -w -X=runtime.godebugDefault=containermaxprocs=0"}},
		{name: "GOMAXPROCS=1 in the environment", start: []string{"GOMAXPROCS=1"}},
		{name: "GOGC=off in the environment", start: []string{"GOGC=off"}},
	}
}

// buildVariants builds those that this version of Go and this processor have.
func buildVariants(dir string) ([]*program, error) {
	var all []*program
	for i, v := range variants() {
		p := &program{name: v.name, path: filepath.Join(dir, fmt.Sprint("variant", i)), env: v.start}
		err := compile(p.path, "cgigen", v.args, v.build)
		if err == nil {
			p.copied = p.path
			_, err = p.start("/", nil, os.DevNull)
		}
		switch {
		case err == nil:
			all = append(all, p)
		case i == 0:
			return nil, err
		default:
			fmt.Printf("%s: not here: %v\n", v.name, err)
		}
	}
	return all, nil
}

// reportVariants prints a line for each.
func reportVariants(programs []*program) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "variant\tratio\tpage faults\tsize MB\t")
	for _, p := range programs {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t\n", p.name, compare(p, programs[0]), median(p.all(), faults), p.size())
	}
	w.Flush()
}
