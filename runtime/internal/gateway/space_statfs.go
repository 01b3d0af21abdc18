//go:build linux || darwin || freebsd || dragonfly

package gateway

import (
	"os"
	"syscall"
)

// space returns how many bytes the file system of a file has, and how many of
// them a process without privileges can still use.
func space(file *os.File) (free, total int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(file.Fd()), &s); err != nil || s.Blocks == 0 {
		return 0, 0, false // some network file systems say nothing
	}
	return max(int64(s.Bavail), 0) * int64(s.Bsize), int64(s.Blocks) * int64(s.Bsize), true
}
