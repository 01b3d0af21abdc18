//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakMemory returns the bytes that the largest of a process and its children
// had in memory: getrusage(2) counts in bytes on darwin, in KiB elsewhere.
func peakMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	switch {
	case !ok:
		return 0
	case runtime.GOOS == "darwin" || runtime.GOOS == "ios":
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
