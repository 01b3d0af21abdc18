package cgi

import (
	"strings"
	"syscall"
)

// wholeEnvironment is the environment with which the process was started,
// repeated names included. It is nil where the kernel does not show it: to a
// program that may not read its own file.
func wholeEnvironment() []string {
	fd, err := syscall.Open("/proc/self/environ", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	var text []byte
	buf := make([]byte, 16<<10)
	for {
		n, err := syscall.Read(fd, buf)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return nil
		case n == 0:
			return strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
		default:
			text = append(text, buf[:n]...)
		}
	}
}
