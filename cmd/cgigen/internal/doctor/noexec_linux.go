package doctor

import "syscall"

// stNoexec is ST_NOEXEC of statvfs(3).
const stNoexec = 8

// isNoexec reports whether programs may not be run from a folder.
func isNoexec(dir string) bool {
	var stat syscall.Statfs_t
	return syscall.Statfs(dir, &stat) == nil && stat.Flags&stNoexec != 0
}
