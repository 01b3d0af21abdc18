//go:build amd64 || arm64

package warm

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// workerVariable tells a program that it is a worker, and the path of its file.
const workerVariable = "CGIGEN_WORKER"

// socketNumber is the descriptor of a worker's socket.
const socketNumber = 3

const (
	// soon: a second request within this time makes it likely that a worker pays.
	soon = time.Minute
	// afterCrash is how long a program stays cold whose worker has not ended in order.
	afterCrash = 10 * time.Minute
)

// leave returns what starts a worker at the end of a cold request, if a worker was
// looked for and there was none, and it is likely to pay. Servers such as lighttpd end a
// program with SIGTERM as soon as they have the whole response.
func leave(p gateway.Program, linked time.Duration) func() {
	if entered != noWorker || idleTime(p, linked) == 0 || !isLikely(p.Name) {
		return nil
	}
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP) // which the worker asks for itself
	return func() {
		// What fails here costs warmth, and the next request tries again.
		_ = startWorker()
	}
}

// mark is the file whose time of change is all that is remembered from process to
// process; "" if the site has no folder for it.
func mark(program string) string {
	dir := config.PrivateDir()
	if dir == "" {
		return ""
	}
	return dir + "/.warm-" + program
}

// isLikely reports whether a second request has come within a minute, and notes this
// one. The time is in the future while a worker runs, and for a while after one that
// has not ended in order. Where nothing can be noted, the first request is enough.
func isLikely(program string) bool {
	file := mark(program)
	if file == "" {
		return true
	}
	now := time.Now()
	info, err := os.Lstat(file)
	if err != nil {
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
		if err != nil {
			return true
		}
		f.Close()
		return false
	}
	last := info.ModTime()
	if last.After(now) && last.Before(now.Add(2*afterCrash)) {
		return false
	}
	next := now
	likely := now.Sub(last) < soon
	if likely {
		next = now.Add(afterCrash)
	}
	return os.Chtimes(file, next, next) != nil || likely
}

// endInOrder takes back that a worker may have crashed.
func endInOrder(program string) {
	if file := mark(program); file != "" {
		now := time.Now()
		_ = os.Chtimes(file, now, now) // the program stays cold for a while otherwise
	}
}

// startWorker binds the address, so that one process alone starts a worker, and starts
// this program once more with the socket. The worker listens when it is ready.
func startWorker() error {
	name, err := address()
	if err != nil {
		return err
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	socket := os.NewFile(uintptr(fd), "worker's socket")
	defer socket.Close()
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: name}); err != nil {
		return err // another process has been faster
	}
	file, err := os.Executable()
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	image, path := copyProgram()
	if image != nil {
		defer image.Close()
	} else {
		path = file
	}
	closeOthersOnExec()
	process, err := os.StartProcess(path, []string{os.Args[0]}, &os.ProcAttr{
		Env:   append(os.Environ(), workerVariable+"="+file),
		Files: []*os.File{null, null, null, socket},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return err
	}
	return process.Release()
}

// address is the abstract name of the worker's socket, as Entry makes it: the identity
// of the program's file, and the user's.
func address() (string, error) {
	var s syscall.Stat_t
	if err := syscall.Stat("/proc/self/exe", &s); err != nil {
		return "", err
	}
	return addressOf(&s), nil
}

func addressOf(s *syscall.Stat_t) string {
	var identity [48]byte
	for i, v := range [...]uint64{uint64(s.Dev), uint64(s.Ino), uint64(s.Size), uint64(s.Ctim.Sec), uint64(s.Ctim.Nsec), uint64(os.Geteuid()) | uint64(os.Getegid())<<32} {
		binary.LittleEndian.PutUint64(identity[8*i:], v)
	}
	return "@cgigen/" + hex.EncodeToString(identity[:])
}

// copyProgram copies the program into memory, because a file that runs can neither be
// written nor, on some file systems, be removed. It returns nil where that cannot be
// done: the program may not be readable, or the system may allow no such files to run.
func copyProgram() (image *os.File, path string) {
	source, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, ""
	}
	defer source.Close()
	name := []byte("cgigen-worker\x00")
	const closeOnExec = 1 // MFD_CLOEXEC
	fd, err := memfdCreate(&name[0], closeOnExec)
	if err != nil {
		return nil, ""
	}
	// Descriptors up to socketNumber are the worker's own while it is started.
	high, err := duplicateAbove(fd, 10)
	syscall.Close(fd)
	if err != nil {
		return nil, ""
	}
	image = os.NewFile(uintptr(high), "the program in memory")
	if _, err := io.Copy(image, source); err != nil {
		image.Close()
		return nil, ""
	}
	return image, "/proc/self/fd/" + decimal(high)
}
