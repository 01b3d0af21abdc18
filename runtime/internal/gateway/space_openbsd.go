package gateway

import (
	"os"
	"syscall"
)

// space returns how many bytes the file system of a file has, and how many of
// them a process without privileges can still use.
func space(file *os.File) (free, total int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(file.Fd()), &s); err != nil || s.F_blocks == 0 {
		return 0, 0, false
	}
	return max(s.F_bavail, 0) * int64(s.F_bsize), int64(s.F_blocks) * int64(s.F_bsize), true
}
