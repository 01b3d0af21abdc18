//go:build unix

package daemon

import (
	"os"
	"os/signal"
	"syscall"
)

// isListener reports whether a descriptor is a socket without a peer: so a
// FastCGI program knows that it is one (FastCGI 1.0 §2.2).
func isListener(fd int) bool {
	_, err := syscall.Getpeername(fd)
	return err == syscall.ENOTCONN
}

// emptyInput takes descriptor 0 away from children.
func emptyInput() {
	null, err := syscall.Open(os.DevNull, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	if replace(null, 0) == nil {
		syscall.Close(null)
	}
}

// signals catches the signals that stop the process; SIGUSR1 is that of
// FastCGI process managers. A broken pipe behind standard error is not such a signal.
func signals() chan os.Signal {
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT, syscall.SIGUSR1)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(stop, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return stop
}
