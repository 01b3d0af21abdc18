// Command coldstart measures what one CGI request costs as a process, from its
// start to its exit: a program of cgigen, the same handler on net/http/cgi, the
// floor of a Go process with net/http, and what else is installed of C, Perl,
// PHP and Python.
//
//	go run ./runtime/internal/bench/coldstart [-starts 400] [-rounds 50] [-variants]
//
// With -variants it measures instead the program of cgigen as it is compiled or
// started in other ways.
//
// The programs take turns in an order that changes each time. In each round all
// are started from new copies of their files: how the pages of a file happen to
// lie in memory is worth ten per cent, and would be measured instead. Ratios
// are geometric means of the rounds' ratios without the tenth at each end, and
// come with the interval in which they lie with a probability of 95 %: programs
// whose interval holds 1 are not told apart by this run. Programs of other
// languages, which are slower or much quicker, are started a quarter as often.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("coldstart: ")
	starts := flag.Int("starts", 400, "starts of each program")
	rounds := flag.Int("rounds", 50, "rounds, each with new copies of the programs")
	others := flag.Bool("variants", false, "measure ways to compile and to start the program")
	flag.Parse()
	dir, err := os.MkdirTemp("", "coldstart-")
	if err != nil {
		log.Fatal(err)
	}
	err = run(dir, *starts, *rounds, *others)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

func run(dir string, starts, rounds int, others bool) error {
	build := buildAll
	if others {
		build = buildVariants
	}
	programs, err := build(dir)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s/%s, %d processors, %d starts of each program in %d rounds\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), starts, rounds)
	for round := range rounds {
		if err := measureRound(dir, round, programs, max(starts/rounds, 1)); err != nil {
			return err
		}
	}
	if others {
		reportVariants(programs)
		return nil
	}
	report(programs)
	return streams(programs)
}

// measureRound starts all programs in turn, from new copies.
func measureRound(dir string, round int, programs []*program, starts int) error {
	folder := filepath.Join(dir, "round-"+fmt.Sprint(round))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, i := range rand.Perm(len(programs)) {
		if err := programs[i].copyTo(folder); err != nil {
			return err
		}
	}
	for n := range starts + 2 {
		for _, i := range rand.Perm(len(programs)) {
			if programs[i].seldom && n > 2 && n%4 != 2 {
				continue
			}
			s, err := programs[i].start("/", nil, os.DevNull)
			if err != nil {
				return err
			}
			if n >= 2 { // the first two bring the file into memory
				programs[i].rounds = appendSample(programs[i].rounds, round, s)
			}
		}
	}
	return nil
}
