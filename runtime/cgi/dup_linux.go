package cgi

import (
	"os"
	"syscall"
)

// duplicate copies a descriptor to a new one above 2 that children do not get.
func duplicate(fd int) (int, error) {
	const fDupfdCloexec = 0x406 // F_DUPFD_CLOEXEC
	copied, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(fd), fDupfdCloexec, 3)
	if errno != 0 {
		return 0, os.NewSyscallError("fcntl", errno)
	}
	return int(copied), nil
}

// replace makes descriptor to another name of from.
func replace(from, to int) error { return syscall.Dup3(from, to, 0) }

// ReadFile sends n bytes of file without copying them through the process.
func (out *output) ReadFile(file *os.File, n int64) (int64, error) {
	if out.file != nil {
		return copyFile(out, file, n) // sendfile knows no deadline
	}
	source, err := file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var sent int64
	var sendErr error
	err = source.Read(func(fd uintptr) bool {
		sent, sendErr = sendAll(out.fd, int(fd), n)
		return true
	})
	if err != nil {
		return sent, err
	}
	switch sendErr {
	case syscall.EINVAL, syscall.ENOSYS, syscall.EAGAIN:
		// A target in append mode or that does not block, or an old kernel.
		rest, err := copyFile(out, file, n-sent)
		return sent + rest, err
	}
	return sent, os.NewSyscallError("sendfile", sendErr)
}

func sendAll(to, from int, n int64) (sent int64, err error) {
	for sent < n {
		const chunk = 1 << 30 // sendfile stops below 2 GiB
		got, err := syscall.Sendfile(to, from, nil, int(min(n-sent, chunk)))
		if err == syscall.EINTR {
			continue
		}
		if err != nil || got == 0 {
			return sent, err
		}
		sent += int64(got)
	}
	return sent, nil
}
