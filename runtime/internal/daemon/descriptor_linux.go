package daemon

import "syscall"

// replace makes descriptor to another name of from.
func replace(from, to int) error { return syscall.Dup3(from, to, 0) }
