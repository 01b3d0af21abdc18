package servers

import "syscall"

// ownGroup starts a process in a group of its own; the signal comes when the test's process ends, however it does.
func ownGroup(end syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: end}
}
