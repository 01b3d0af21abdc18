package servers

import "syscall"

// ownGroup starts a process in a group of its own; it ends with the test's process, however that ends.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
