//go:build unix

package config

import (
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// errLink is a path that ends in a symbolic link, opened with O_NOFOLLOW.
// FreeBSD reports EMLINK, which is mapped to it.
const errLink = syscall.ELOOP

// processUser is the user whose rights the process has. It is asked for several
// times, and the kernel once.
var processUser = sync.OnceValue(os.Geteuid)

// The calls below are those of package syscall, because opening a file with
// package os starts the runtime's poller, which a short-lived process can do
// without.

// isFolder is true as well if it cannot be told: then reading says why. The
// error is that of a link that leads nowhere.
func isFolder(path string) (bool, error) {
	var st syscall.Stat_t
	err := again(func() error { return syscall.Lstat(path, &st) })
	if err == nil && uint32(st.Mode)&syscall.S_IFMT == syscall.S_IFLNK {
		if err = again(func() error { return syscall.Stat(path, &st) }); err != nil && err != syscall.EACCES {
			return false, reason("a symbolic link that cannot be followed: " + err.Error())
		}
	}
	return err == nil && statusOf(&st).folder || err == syscall.EACCES, nil
}

// isMissing reports whether there is nothing at the path of a system call.
func isMissing(err error) bool { return err == syscall.ENOENT }

func statPath(path string) (status, error) {
	var st syscall.Stat_t
	err := again(func() error { return syscall.Stat(path, &st) })
	return statusOf(&st), err
}

func statusOf(st *syscall.Stat_t) status {
	mode := uint32(st.Mode)
	return status{
		owner:  int(st.Uid),
		perm:   fs.FileMode(mode & 0o777),
		folder: mode&syscall.S_IFMT == syscall.S_IFDIR,
		plain:  mode&syscall.S_IFMT == syscall.S_IFREG,
	}
}

// readChecked reads a file after checking what the opened descriptor is. It does
// not block on a named pipe. The error is errLink for a symbolic link.
func readChecked(path string) (contents, error) {
	fd := -1
	err := again(func() (err error) {
		fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
		return err
	})
	switch err {
	case nil:
	case syscall.EMLINK:
		return contents{}, errLink
	default:
		return contents{}, err
	}
	defer syscall.Close(fd)
	return readOpened(path, fd)
}

// readOpened reads what readChecked has opened.
func readOpened(path string, fd int) (contents, error) {
	var st syscall.Stat_t
	if err := again(func() error { return syscall.Fstat(fd, &st) }); err != nil {
		return contents{}, err
	}
	s := statusOf(&st)
	if err := checkFile(path, s, st.Size); err != nil {
		return contents{}, err
	}
	text, err := readAll(fd, int(st.Size))
	return contents{text: text, exposed: s.exposed(path, processUser())}, err
}

// readStart returns at most the first size bytes of a file, or "" if it cannot be read.
func readStart(path string, size int) string {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer syscall.Close(fd)
	text, _ := readAll(fd, size)
	return text
}

// readAll reads a file of the given size, or what is left of it.
func readAll(fd, size int) (string, error) {
	text := make([]byte, size)
	read := 0
	for read < size {
		var n int
		err := again(func() (err error) {
			n, err = syscall.Read(fd, text[read:])
			return err
		})
		if err != nil {
			return "", err
		}
		if n == 0 {
			break
		}
		read += n
	}
	return string(text[:read]), nil
}

// again repeats a system call that a signal interrupted.
func again(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}
