//go:build unix

package doctor

import "syscall"

// openFlags keep the opening of a pipe from waiting for somebody who writes to it.
const openFlags = syscall.O_NONBLOCK
