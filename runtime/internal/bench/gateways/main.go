// Command gateways measures long-running gateways behind one nginx worker,
// by wrk, over kept-alive unix sockets:
//
//	go run ./runtime/internal/bench/gateways            requests per second, and their ratios
//	go run ./runtime/internal/bench/gateways -memory    of idle connections, and of requests in flight
//	go run ./runtime/internal/bench/gateways -stream    a gigabyte in each direction
//
// All gateways serve the same handler, each in a process of its own. They take
// turns for several rounds, and the median counts, so that what else happens on
// the machine hits all of them.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"
)

// options are the flags.
type options struct {
	rounds      int
	duration    time.Duration
	connections int
	memory      bool
	stream      bool
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("gateways: ")
	if len(os.Args) == 4 && os.Args[1] == "serve" { // started by itself
		log.Fatal(serve(os.Args[2], os.Args[3]))
	}
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "turns of each gateway")
	flag.DurationVar(&o.duration, "duration", 3*time.Second, "of one turn")
	flag.IntVar(&o.connections, "connections", 16, "of the client")
	flag.BoolVar(&o.memory, "memory", false, "measure memory")
	flag.BoolVar(&o.stream, "stream", false, "measure large bodies")
	flag.Parse()
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "gateways-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &site{dir: dir}
	defer s.stop()
	if err := s.start(); err != nil {
		return err
	}
	switch {
	case o.memory:
		return s.measureMemory(os.Stdout)
	case o.stream:
		return s.measureStreams(os.Stdout)
	}
	turns, err := s.measureRates(o)
	if err != nil {
		return err
	}
	printRates(os.Stdout, turns)
	return nil
}

// printRates writes a line for each gateway: the medians of its requests per
// second, of its ratio to each yardstick in the same round, and of the
// processor time of a request, in the program and in nginx.
func printRates(w *os.File, turns map[string][]turn) {
	fmt.Fprintf(w, "%-20s %11s   %14s %9s %9s   %8s %9s\n", "", "", "of", "of", "net/http", "program", "nginx")
	fmt.Fprintf(w, "%-20s %11s   %14s %9s %9s   %8s %9s\n", "", "requests/s", "net/http/fcgi", "net/http", "not kept", "µs", "µs")
	for _, b := range backends() {
		mine := turns[b.name]
		fmt.Fprintf(w, "%-20s %11.0f  ", b.name, median(each(mine, turn.getRate)))
		for _, yardstick := range []string{"net/http/fcgi", "net/http", "net/http, not kept"} {
			fmt.Fprintf(w, " %9.2f", median(ratios(each(mine, turn.getRate), each(turns[yardstick], turn.getRate))))
		}
		fmt.Fprintf(w, "        %8.1f %9.1f\n", median(each(mine, turn.getProgram)), median(each(mine, turn.getNginx)))
	}
}
