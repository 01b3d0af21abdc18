//go:build amd64 || arm64

package warm

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/runtime/config"
)

// A baseline is what an answer depends on beside the request: the worker serves only
// requests whose own process would have found the same.
type baseline struct {
	argument   string            // last element of argv[0], which several names of one file may have
	cwd        [2]uint64         // device and inode of the working directory
	umask      uint64            //
	names      map[string]bool   // variables that configuration has looked for
	variables  map[string]string // those of the worker: of names, and what libraries and Go's runtime read
	files      map[string]stamp  // configuration files, those not found among them
	program    string            // path of the program's file
	identity   string            // of that file
	checkedAt  time.Time         // when files and program were looked at last
	checkedFit bool              // and whether they were as before
}

// A stamp is what tells a file from an earlier one; zero for one that is not there.
type stamp struct {
	dev, ino     uint64
	size         int64
	mtime, ctime syscall.Timespec
}

func stampOf(path string) stamp {
	var s syscall.Stat_t
	switch {
	case syscall.Stat(path, &s) != nil:
		return stamp{}
	case s.Mode&syscall.S_IFMT == syscall.S_IFDIR: // what lies in it is looked at by itself
		return stamp{dev: uint64(s.Dev), ino: uint64(s.Ino)}
	}
	return stamp{uint64(s.Dev), uint64(s.Ino), s.Size, s.Mtim, s.Ctim}
}

// checkEvery is how often files are looked at.
const checkEvery = time.Second

// newBaseline notes what holds for this process, after everything has been loaded.
func newBaseline(program string, names, files []string) *baseline {
	b := &baseline{program: program, argument: filepath.Base(os.Args[0]), names: map[string]bool{}, variables: map[string]string{}, files: map[string]stamp{}}
	b.umask = uint64(syscall.Umask(0))
	syscall.Umask(int(b.umask))
	var s syscall.Stat_t
	if syscall.Stat(".", &s) == nil {
		b.cwd = [2]uint64{uint64(s.Dev), uint64(s.Ino)}
	}
	for _, name := range names {
		b.names[name] = true
	}
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); b.concerns(name) {
			b.variables[name] = value
		}
	}
	for _, file := range files {
		b.files[file] = stampOf(file)
	}
	b.identity, b.checkedFit = b.identityNow(), true
	b.checkedAt = time.Now()
	return b
}

// concerns reports whether a variable of the environment has a say in answers: it is
// one of the configuration's, or one that Go's runtime and libraries read.
func (b *baseline) concerns(name string) bool {
	switch {
	case name == workerVariable, config.IsRequestVariable(name): // which cold CGI takes out of the environment
		return false
	case b.names[name]:
		return true
	case strings.HasPrefix(name, "GO"), strings.HasPrefix(name, "LD_"), strings.HasPrefix(name, "CGIGEN_"), strings.HasPrefix(name, "LC_"):
		return true
	}
	switch name {
	case "TZ", "ZONEINFO", "HOME", "TMPDIR", "PATH", "LANG", "USER", "LOGNAME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME":
		return true
	}
	return false
}

// isSame reports whether a request is one for this worker. environment has the
// variables as the kernel gave them to its process: of one that is there twice,
// os.LookupEnv finds the first.
func (b *baseline) isSame(r *message) bool {
	if filepath.Base(r.argument) != b.argument || r.cwd != b.cwd || r.umask != b.umask {
		return false
	}
	found := 0
	seen := map[string]bool{}
	for _, entry := range r.environment {
		name, value, ok := strings.Cut(entry, "=")
		if !ok || seen[name] || !b.concerns(name) {
			continue
		}
		seen[name] = true
		if expected, has := b.variables[name]; !has || expected != value {
			return false
		}
		found++
	}
	return found == len(b.variables)
}

// isCurrent reports whether the program and its configuration are as they were when
// the worker began. It looks at most once a second.
func (b *baseline) isCurrent() bool {
	if now := time.Now(); now.Sub(b.checkedAt) >= checkEvery {
		b.checkedAt, b.checkedFit = now, b.look()
	}
	return b.checkedFit
}

func (b *baseline) look() bool {
	if b.identityNow() != b.identity {
		return false
	}
	for file, before := range b.files {
		if stampOf(file) != before {
			return false
		}
	}
	return true
}

// identityNow is the address that processes of the program's file look for.
func (b *baseline) identityNow() string {
	var s syscall.Stat_t
	if syscall.Stat(b.program, &s) != nil {
		return ""
	}
	return addressOf(&s)
}
