//go:build unix && !linux

package cgi

import "syscall"

// duplicate copies a descriptor to one that children do not get. It is above 2
// as long as 0, 1 and 2 are open, which the Go runtime sees to.
func duplicate(fd int) (int, error) {
	copied, err := syscall.Dup(fd)
	if err == nil {
		syscall.CloseOnExec(copied)
	}
	return copied, err
}

// replace makes descriptor to another name of from.
func replace(from, to int) error { return syscall.Dup2(from, to) }
