package cgi

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

// awaitInput waits until a descriptor can be read, at most for d. It is not done
// if the descriptor has to go to the poller for that, which costs more than what
// a small request takes in all.
func awaitInput(fd int, d time.Duration) (done bool, err error) {
	var set syscall.FdSet
	const width = strconv.IntSize // of an element of set
	if fd >= len(set.Bits)*width {
		return false, nil
	}
	for until := time.Now().Add(d); ; {
		set.Bits[fd/width] = 1 << (uint(fd) % width)
		left := syscall.NsecToTimeval(int64(max(0, time.Until(until))))
		switch n, err := syscall.Select(fd+1, &set, nil, nil, &left); {
		case err == syscall.EINTR:
		case err == nil && n == 0:
			return true, os.ErrDeadlineExceeded
		default:
			return true, nil // whatever is wrong with it, the read says better
		}
	}
}
