//go:build amd64 || arm64

package warm

import (
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

// System calls that package syscall has no function for.

func memfdCreate(name *byte, flags uintptr) (int, error) {
	fd, _, errno := syscall.Syscall(sysMemfdCreate, uintptr(unsafe.Pointer(name)), flags, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// duplicateAbove returns a copy of a descriptor with a number of at least least.
func duplicateAbove(fd, least int) (int, error) {
	const duplicate = 1030 // F_DUPFD_CLOEXEC
	n, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), duplicate, uintptr(least))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

// A pollfd is that of poll(2).
type pollfd struct {
	fd      int32
	events  int16
	revents int16
}

const (
	pollIn  = 1
	pollOut = 4
)

// await waits until a descriptor is ready for events, or until a time, whose zero is
// never. It reports false when the time is over.
func await(fd int, events int16, until time.Time) bool {
	p := pollfd{fd: int32(fd), events: events}
	for {
		var limit *syscall.Timespec
		if !until.IsZero() {
			t := syscall.NsecToTimespec(int64(max(0, time.Until(until))))
			limit = &t
		}
		n, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(limit)), 0, 0, 0)
		switch {
		case errno == syscall.EINTR:
		case errno == 0 && n == 0:
			return false
		default:
			return true // whatever is wrong with it, the read or the write says better
		}
	}
}

func decimal(n int) string { return strconv.Itoa(n) }

// closeOthersOnExec keeps descriptors that the web server has left open from a worker,
// which would hold them for as long as it lives.
func closeOthersOnExec() {
	const (
		closeRange = 436    // close_range(2), on all architectures
		onExec     = 1 << 2 // CLOSE_RANGE_CLOEXEC
		last       = ^uint32(0)
	)
	if _, _, errno := syscall.Syscall(closeRange, socketNumber, uintptr(last), onExec); errno == 0 {
		return
	}
	entries, _ := os.ReadDir("/proc/self/fd") // before Linux 5.11
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= socketNumber {
			syscall.CloseOnExec(fd)
		}
	}
}
