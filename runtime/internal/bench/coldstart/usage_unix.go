//go:build unix

package main

import (
	"os"
	"syscall"
)

// usage reads what the kernel counted for a process that has ended.
func usage(state *os.ProcessState) (faults, memory int64) {
	r, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, 0
	}
	return int64(r.Minflt), int64(r.Maxrss)
}
