//go:build unix

package gateway

import (
	"os/signal"
	"syscall"
)

// unlinks: an open file can lose its name.
const unlinks = true

// ignoreFileSizeSignal turns death by RLIMIT_FSIZE into the error EFBIG.
func ignoreFileSizeSignal() { signal.Ignore(syscall.SIGXFSZ) }
