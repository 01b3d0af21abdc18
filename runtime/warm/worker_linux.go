//go:build amd64 || arm64

package warm

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/executable"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

const (
	maxAge    = 20 * time.Minute
	maxMemory = 512 << 20 // resident; a site with more is better served by FastCGI
	// Each request has a connection and three descriptors; reserve is what the
	// program itself may need.
	perRequest = 4
	reserve    = 64
	mostAtOnce = 250
	backlog    = 128
)

// A worker answers the requests of the processes that are started for them.
type worker struct {
	program gateway.Program
	base    *baseline
	idle    time.Duration
	silence time.Duration // limit for silence in a request body
	most    int           // requests at the same time
	began   time.Time
	logs    logs
	retired chan struct{} // closed when the worker takes no more requests

	mu       sync.Mutex
	running  int
	lastUsed time.Time
	retiring bool
	all      sync.WaitGroup
}

// work runs a worker, if this process is one.
func work(start func() gateway.Program, linked time.Duration) (code int, found bool) {
	file := os.Getenv(workerVariable)
	if file == "" {
		return 0, false
	}
	os.Unsetenv(workerVariable)
	executable.Use(file)
	if err := syscall.Listen(socketNumber, backlog); err != nil {
		return 1, true // not started by a cold program
	}
	// Until the program is built, connections wait in the backlog, each for a
	// second at most.
	socket := os.NewFile(socketNumber, "worker's socket")
	l, err := net.FileListener(socket)
	socket.Close()
	listener, ok := l.(*net.UnixListener)
	if err != nil || !ok {
		return 1, true
	}
	p := start()
	p.KeepSignals()
	w, err := newWorker(p, file, idleTime(p, linked))
	if err != nil {
		listener.Close()
		return 1, true // the next cold request says why
	}
	w.run(listener)
	return 0, true
}

// newWorker builds the program, and notes what its answers depend on.
func newWorker(p gateway.Program, file string, idle time.Duration) (*worker, error) {
	handler, err := p.Start()
	if err != nil {
		return nil, err
	}
	if idle == 0 {
		return nil, errors.New("CGIGEN_WARM=off")
	}
	p.Start = func() (http.Handler, error) { return handler, nil }
	p.Gateway, p.Reason = "warm", ""
	p.Recorder, p.Spools = gateway.NewRecorder(p.Setting), gateway.NewSpools(gateway.DefaultSpoolTotal)
	p.Recorder.Out = nil // which is the standard error of each request's own process
	w := &worker{program: p, idle: idle, began: time.Now(), lastUsed: time.Now(), most: atOnce(), silence: silence(p), retired: make(chan struct{})}
	names, files := p.Depends()
	w.base = newBaseline(file, names, files)
	return w, nil
}

// atOnce is how many requests the limit for descriptors has room for.
func atOnce() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return mostAtOnce
	}
	return min(max(int(min(limit.Cur, 1<<20))-reserve, 0)/perRequest, mostAtOnce)
}

// silence is the setting CGIGEN_IDLE_TIMEOUT; 0 means no limit.
func silence(p gateway.Program) time.Duration {
	text, _ := p.Setting("IDLE_TIMEOUT")
	if text == "0" {
		return 0
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return d
	}
	return 5 * time.Minute
}

// run accepts connections until the worker retires, and waits for the requests that
// run. Connections that nobody has accepted have sent nothing: their processes serve
// the requests themselves.
func (w *worker) run(l *net.UnixListener) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go w.watch(l, signals)
	for {
		conn, err := l.AcceptUnix()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				break
			}
			w.retire(l) // without descriptors or memory
			break
		}
		w.all.Go(func() { w.serve(conn) })
	}
	w.all.Wait()
	_ = w.program.Stop() // its clean-ups have logged what is wrong
	endInOrder(w.program.Name)
}

// watch retires the worker when its time is over.
func (w *worker) watch(l *net.UnixListener, signals <-chan os.Signal) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		select {
		case <-signals:
		case <-w.retired:
			return
		case <-tick.C:
			if !w.isOver() {
				continue
			}
		}
		w.retire(l)
		return
	}
}

// isOver reports whether the worker has been idle or has lived for too long, has used
// up half of what the host allows, or is not of this program any more.
func (w *worker) isOver() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	idle := w.running == 0 && time.Since(w.lastUsed) > w.idle
	return idle || time.Since(w.began) > maxAge || !w.base.isCurrent() || usedHalf() || resident() > maxMemory
}

// usedHalf reports whether half of the limit for processor time is gone: beyond all of
// it the kernel kills the process, whatever it does.
func usedHalf() bool {
	const rlimitCPU = 0
	var limit syscall.Rlimit
	var used syscall.Rusage
	if syscall.Getrlimit(rlimitCPU, &limit) != nil || syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return false
	}
	spent := uint64(used.Utime.Sec) + uint64(used.Stime.Sec) + 1
	return limit.Cur < 1<<32 && 2*spent > uint64(limit.Cur)
}

// resident is the memory of the process in use, in bytes (proc(5), statm).
func resident() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.Atoi(fields[1]) // the kernel writes numbers
	return pages * os.Getpagesize()
}

// retire makes the worker take no more requests.
func (w *worker) retire(l *net.UnixListener) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.retiring {
		w.retiring = true
		close(w.retired)
		l.Close()
	}
}

// begin takes one more request, unless there are enough, or the program or its
// configuration has changed.
func (w *worker) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.retiring || w.running >= w.most || !w.base.isCurrent() {
		return false
	}
	w.running++
	return true
}

// end ends a request. One that was declined does not keep the worker: it may be that of
// a site which has moved.
func (w *worker) end(answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running--
	if answered {
		w.lastUsed = time.Now()
	}
}

// fits reports whether a request is one for this worker.
func (w *worker) fits(m *message) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base.isSame(m)
}

// logs make the descriptors 1 and 2 of the process those of a request that runs: what
// loggers and children write arrives where the web server keeps what programs say.
// They hold the descriptor of no request that has ended.
type logs struct {
	mu     sync.Mutex
	active []int // descriptors 2 of the requests that run, the oldest first
}

// enter begins a request.
func (l *logs) enter(fd int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = append(l.active, fd)
	if len(l.active) == 1 {
		stand(fd)
	}
}

// leave ends a request, and closes its descriptor.
func (l *logs) leave(fd int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, other := range l.active {
		if other != fd {
			continue
		}
		l.active = append(l.active[:i], l.active[i+1:]...)
		if i == 0 && len(l.active) > 0 {
			stand(l.active[0])
		} else if len(l.active) == 0 {
			stand(nullNumber)
		}
		break
	}
	syscall.Close(fd)
}

// nullNumber is a descriptor of /dev/null: that of standard input.
const nullNumber = 0

// stand makes 1 and 2 other names of a descriptor.
func stand(fd int) {
	syscall.Dup3(fd, 1, 0)
	syscall.Dup3(fd, 2, 0)
}
