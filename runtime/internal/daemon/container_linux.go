package daemon

import (
	"os"
	"runtime"
	"strings"
	"syscall"
)

// wanted switches on what the main packages of generated programs switch off:
// a process of one request saves the reading of four files by it.
const wanted = "containermaxprocs=1,updatemaxprocs=1"

// respectContainer gives a process that keeps running as many threads as its
// container has processors, now and when that changes. The Go runtime does it,
// but decides before main, and by GODEBUG: so the process executes its program
// once more, with the same descriptors and the same process id. That takes
// two milliseconds, once.
func respectContainer() {
	debug := os.Getenv("GODEBUG")
	if strings.Contains(debug, "maxprocs=") || os.Getenv("GOMAXPROCS") != "" || runtime.NumCPU() == 1 {
		return
	}
	program, err := os.Executable()
	if err != nil {
		return
	}
	if debug != "" {
		debug += ","
	}
	os.Setenv("GODEBUG", debug+wanted)
	if syscall.Exec(program, os.Args, os.Environ()) != nil {
		os.Setenv("GODEBUG", debug) // it cannot be read, or it is gone: go on as it is
	}
}
