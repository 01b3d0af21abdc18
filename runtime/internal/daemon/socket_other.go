//go:build !unix

package daemon

import (
	"os"
	"os/signal"
)

// isListener: there are no sockets to inherit.
func isListener(int) bool { return false }

func emptyInput() {}

// signals catches the signal that stops the process.
func signals() chan os.Signal {
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, os.Interrupt)
	return stop
}
