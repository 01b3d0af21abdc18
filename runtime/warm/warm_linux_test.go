package warm_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const entry = "github.com/cgigen/cgigen/runtime/warm.Entry"

// built compiles the program of testdata once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cgigen-warm-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "site.cgi")
	cmd := exec.Command("go", "build", "-o", file, "-ldflags=-s -w -E="+entry+" -X=github.com/cgigen/cgigen/runtime/warm.linkedBuild=0123456789abcdef0123456789abcdef", "./testdata/site")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return file, nil
})

// A site is a copy of the program in a folder of its own, with settings beside it.
type site struct {
	t       *testing.T
	dir     string
	program string
}

func newSite(t *testing.T) *site {
	t.Helper()
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("there is no entry for " + runtime.GOARCH)
	}
	file, err := built()
	must(t, err)
	s := &site{t: t, dir: t.TempDir()}
	s.program = filepath.Join(s.dir, "public", "site.cgi")
	must(t, os.MkdirAll(filepath.Dir(s.program), 0o755))
	must(t, os.Mkdir(filepath.Join(s.dir, "private"), 0o700))
	program, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(s.program, program, 0o755))
	t.Cleanup(s.end)
	return s
}

// end stops the workers of the site, and waits until they are gone.
func (s *site) end() {
	for _, pid := range s.workers() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
}

// workers are the processes that say that they belong to the program's file.
func (s *site) workers() []int {
	var found []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		environ, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err == nil && slices.Contains(strings.Split(string(environ), "\x00"), "CGIGEN_WORKER="+s.program) {
			found = append(found, pid)
		}
	}
	return found
}

// An answer is what came of one process.
type answer struct {
	gateway, body, log string
	code               int
	took               time.Duration
}

// start prepares a request as a web server does, in a bare environment.
func (s *site) start(path string, env ...string) *exec.Cmd {
	cmd := exec.Command(s.program)
	cmd.Dir = filepath.Dir(s.program)
	cmd.Env = append([]string{"REQUEST_METHOD=GET", "GATEWAY_INTERFACE=CGI/1.1", "SERVER_PROTOCOL=HTTP/1.1", "SCRIPT_NAME=/site.cgi", "PATH_INFO=" + path,
		"REQUEST_URI=/site.cgi" + path, "SERVER_NAME=host.test", "SERVER_PORT=80", "QUERY_STRING=", "REMOTE_ADDR=192.0.2.1", "PATH=/usr/bin:/bin"}, env...)
	return cmd
}

func (s *site) ask(path string, env ...string) answer {
	s.t.Helper()
	return s.run(s.start(path, env...))
}

func (s *site) run(cmd *exec.Cmd) answer {
	s.t.Helper()
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	begin := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	_, body, _ := strings.Cut(strings.ReplaceAll(out.String(), "\r\n", "\n"), "\n\n")
	gateway, _, _ := strings.Cut(body, " ")
	return answer{gateway, body, log.String(), cmd.ProcessState.ExitCode(), time.Since(begin)}
}

// wake asks until a worker answers. The first request notes its time, the second leaves
// a worker behind.
func (s *site) wake(env ...string) answer {
	s.t.Helper()
	var a answer
	for until := time.Now().Add(20 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if a = s.ask("/show", env...); a.gateway == "warm" {
			return a
		}
	}
	s.t.Fatalf("no worker has answered: %+v", a)
	return a
}

// isCold fails unless a request is answered, and by its own process.
func (s *site) isCold(what string, a answer) {
	s.t.Helper()
	if a.gateway != "cgi" || a.code != 0 {
		s.t.Errorf("%s: %+v", what, a)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheSecondRequestLeavesAWorkerBehind(t *testing.T) {
	s := newSite(t)
	s.isCold("the first", s.ask("/show"))
	if n := len(s.workers()); n != 0 {
		t.Errorf("%d workers after one request", n)
	}
	s.isCold("the second", s.ask("/show"))
	first := s.wake()
	again := s.ask("/show")
	if again.gateway != "warm" || !strings.Contains(again.body, "n="+strconv.Itoa(number(t, first)+1)+" ") || len(s.workers()) != 1 {
		t.Errorf("%+v, then %+v, %d workers", first, again, len(s.workers()))
	}
	body := s.start("/show", "REMOTE_USER=ada")
	body.Env = append(body.Env, "CONTENT_LENGTH=100000")
	body.Stdin = strings.NewReader(strings.Repeat("x", 100000))
	if a := s.run(body); a.gateway != "warm" || !strings.Contains(a.body, "body=100000 ") || !strings.HasSuffix(a.body, "user=ada") {
		t.Errorf("with a body: %+v", a)
	}
}

var count = regexp.MustCompile(` n=(\d+) `)

func number(t *testing.T, a answer) int {
	t.Helper()
	m := count.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no number in %+v", a)
	}
	n, err := strconv.Atoi(m[1])
	must(t, err)
	return n
}

// What a request's own process would find otherwise is served by it.
func TestWhatDiffersIsCold(t *testing.T) {
	s := newSite(t)
	s.wake("SITE_TITLE=a")
	tests := map[string]func(*exec.Cmd){
		"a value of the configuration": func(c *exec.Cmd) { c.Env = append(c.Env, "SITE_TITLE=b") },
		"no value":                     func(*exec.Cmd) {},
		"GODEBUG":                      func(c *exec.Cmd) { c.Env = append(c.Env, "SITE_TITLE=a", "GODEBUG=http2client=0") },
		"a file for a value":           func(c *exec.Cmd) { c.Env = append(c.Env, "SITE_TITLE=a", "SITE_TITLE_FILE=/none") },
		"the working directory":        func(c *exec.Cmd) { c.Env = append(c.Env, "SITE_TITLE=a"); c.Dir = s.dir },
		"another name": func(c *exec.Cmd) {
			c.Args[0] = "other.cgi" // as by a hard link
			c.Env = append(c.Env, "SITE_TITLE=a", "SCRIPT_NAME=/other.cgi", "REQUEST_URI=/other.cgi/show")
			c.Env = slices.DeleteFunc(c.Env, func(v string) bool { return v == "SCRIPT_NAME=/site.cgi" || v == "REQUEST_URI=/site.cgi/show" })
		},
		"turned off": func(c *exec.Cmd) { c.Env = append(c.Env, "SITE_TITLE=a", "CGIGEN_WARM=off") },
		"an environment too large": func(c *exec.Cmd) {
			c.Env = append(c.Env, "SITE_TITLE=a", "BIG="+strings.Repeat("x", 120<<10), "BIG2="+strings.Repeat("x", 120<<10))
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			cmd := s.start("/show")
			change(cmd)
			a := s.run(cmd)
			if name == "a file for a value" { // a file that is not there is an error of the program's own
				if a.code == 0 || a.gateway == "warm" {
					t.Errorf("%+v", a)
				}
				return
			}
			s.isCold(name, a)
		})
	}
	if a := s.ask("/show", "SITE_TITLE=a", "HTTP_PROXY=http://evil.test", "UNRELATED=1"); a.gateway != "warm" || !strings.Contains(a.body, "title=a ") {
		t.Errorf("what has no say makes no difference: %+v", a)
	}
}

func TestUmaskIsCompared(t *testing.T) {
	s := newSite(t)
	s.wake()
	cmd := s.start("/show")
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", "umask 027; exec " + s.program}
	s.isCold("another umask", s.run(cmd))
}

// Settings that change, appear or go are the next request's.
func TestSettingsAreNeverStale(t *testing.T) {
	s := newSite(t)
	s.wake()
	file := filepath.Join(s.dir, "private", "site.env")
	for _, text := range []string{"SITE_TITLE=one\n", "SITE_TITLE=two\n", "CGIGEN_WARM=off\nSITE_TITLE=three\n"} {
		must(t, os.WriteFile(file, []byte(text), 0o600))
		changed := time.Now()
		_, want, _ := strings.Cut(strings.TrimSpace(text), "SITE_TITLE=")
		for {
			if a := s.ask("/show"); strings.Contains(a.body, "title="+want+" ") {
				break
			} else if time.Since(changed) > 3*time.Second { // the worker looks once a second
				t.Fatalf("%q is still unknown: %+v", text, a)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if strings.Contains(text, "off") {
			for range 5 {
				s.isCold("turned off in a file", s.ask("/show"))
			}
			continue
		}
		s.wake()
	}
}

// A program that is replaced, or written over in place, is another one at once.
func TestAReplacedProgramIsAnotherOne(t *testing.T) {
	s := newSite(t)
	s.wake()
	program, err := os.ReadFile(s.program)
	must(t, err)
	must(t, os.WriteFile(s.program, program, 0o755)) // which fails for a file that runs
	s.isCold("written over", s.ask("/show"))
	s.wake()
	must(t, os.WriteFile(s.program+".new", program, 0o755))
	must(t, os.Rename(s.program+".new", s.program))
	s.isCold("replaced", s.ask("/show"))
	s.wake()
	must(t, os.Chtimes(s.program, time.Unix(1, 0), time.Unix(1, 0)))
	s.isCold("touched", s.ask("/show"))
}

// Nothing has been sent to a worker that does not say hello.
func TestAStoppedWorkerCostsASecond(t *testing.T) {
	s := newSite(t)
	s.wake()
	pid := s.workers()[0]
	must(t, syscall.Kill(pid, syscall.SIGSTOP))
	for !isStopped(t, pid) { // which takes a moment for each of its threads
		time.Sleep(time.Millisecond)
	}
	a := s.ask("/show")
	s.isCold("a stopped worker", a)
	if a.took < 900*time.Millisecond || a.took > 10*time.Second {
		t.Errorf("it took %v", a.took)
	}
	must(t, syscall.Kill(pid, syscall.SIGCONT))
	if a := s.ask("/show"); a.gateway != "warm" {
		t.Errorf("after it was continued: %+v", a)
	}
}

// isStopped reports whether every thread of a process is stopped (proc(5), stat).
func isStopped(t *testing.T, pid int) bool {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	must(t, err)
	for _, file := range threads {
		text, err := os.ReadFile(file)
		_, state, found := strings.Cut(string(text), ") ")
		if err != nil || !found || state[0] != 'T' {
			return false
		}
	}
	return len(threads) > 0
}

// Somebody who listens at the address reads nothing.
func TestASquatterGetsNothing(t *testing.T) {
	s := newSite(t)
	s.wake()
	name := address(t, s.workers()[0])
	s.end()
	var l *net.UnixListener
	for l == nil { // until the worker's own socket is gone
		l, _ = net.ListenUnix("unixpacket", &net.UnixAddr{Name: name, Net: "unixpacket"})
	}
	defer l.Close()
	read := make(chan int, 1)
	go func() {
		conn, err := l.AcceptUnix()
		if err != nil {
			read <- -1
			return
		}
		conn.Write([]byte("cgigen1\nyes\n\x00\x00\x00\x00another build, whatever it says.."))
		n, _ := io.Copy(io.Discard, conn)
		conn.Close()
		read <- int(n)
	}()
	s.isCold("a squatter", s.ask("/show"))
	if n := <-read; n != 0 {
		t.Errorf("the squatter has read %d bytes", n)
	}
}

// address is the name of the socket on which a process listens.
func address(t *testing.T, pid int) string {
	t.Helper()
	table, err := os.ReadFile("/proc/net/unix")
	must(t, err)
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	must(t, err)
	for _, fd := range fds {
		link, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name()))
		inode := strings.TrimSuffix(strings.TrimPrefix(link, "socket:["), "]")
		for line := range strings.Lines(string(table)) {
			if fields := strings.Fields(line); len(fields) == 8 && fields[6] == inode {
				return fields[7]
			}
		}
	}
	t.Fatal("the worker listens nowhere")
	return ""
}

func TestWhatIsLoggedGoesWhereTheRequestsOwnProcessWouldLogIt(t *testing.T) {
	s := newSite(t)
	s.wake()
	a := s.ask("/log")
	for _, want := range []string{"by slog", "by fmt\n", "by hand\n"} {
		if !strings.Contains(a.log, want) {
			t.Errorf("there is no %q in %q", want, a.log)
		}
	}
	a = s.ask("/panic")
	if a.code != 1 || !strings.HasPrefix(a.body, "500 Internal Server Error\n") || !strings.Contains(a.log, "panic serving GET") {
		t.Errorf("a panic: %+v", a)
	}
	if a := s.ask("/show"); a.gateway != "warm" {
		t.Errorf("after a panic: %+v", a)
	}
}

// A request's life is its process's: the server ends that if the client is gone for long.
func TestAKilledProcessCancelsItsRequest(t *testing.T) {
	s := newSite(t)
	mark := filepath.Join(s.dir, "mark")
	s.wake("SITE_MARK=" + mark)
	cmd := s.start("/wait", "SITE_MARK="+mark)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	awaitText(t, out, "warm pid=")
	must(t, cmd.Process.Kill())
	cmd.Wait()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(mark); err == nil {
			return
		}
		if time.Now().After(until) {
			t.Fatal("the handler has not heard of it")
		}
	}
}

func awaitText(t *testing.T, r io.Reader, want string) {
	t.Helper()
	var text []byte
	buf := make([]byte, 4096)
	for !strings.Contains(string(text), want) {
		n, err := r.Read(buf)
		text = append(text, buf[:n]...)
		if err != nil {
			t.Fatalf("%q, %v", text, err)
		}
	}
}

// A worker that dies in the middle of a request leaves a failed one, as a program that
// crashes does. It is not repeated, and the next request is cold.
func TestADeadWorkerLeavesAFailedRequest(t *testing.T) {
	s := newSite(t)
	s.wake()
	cmd := s.start("/wait")
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	awaitText(t, out, "begun")
	s.end()
	rest, _ := io.ReadAll(out)
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != 1 || len(rest) != 0 {
		t.Errorf("exit status %d, rest %q", cmd.ProcessState.ExitCode(), rest)
	}
	for range 3 { // a worker that has crashed is not started again at once
		s.isCold("after a crash", s.ask("/show"))
	}
	if n := len(s.workers()); n != 0 {
		t.Errorf("%d workers after a crash", n)
	}
}

// Idle workers end, and hold nothing of requests while they wait.
func TestAnIdleWorkerEndsAndHoldsNothing(t *testing.T) {
	s := newSite(t)
	s.wake()
	pid := s.workers()[0]
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	must(t, err)
	for _, fd := range fds {
		link, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd.Name()))
		if err == nil && (strings.HasPrefix(link, "pipe:") || strings.HasPrefix(link, s.dir)) {
			t.Errorf("descriptor %s is %s", fd.Name(), link)
		}
	}
	for until := time.Now().Add(20 * time.Second); len(s.workers()) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it is still there")
		}
	}
	s.wake() // it has ended in order: the next one may begin at once
	must(t, syscall.Kill(s.workers()[0], syscall.SIGTERM))
	for until := time.Now().Add(10 * time.Second); len(s.workers()) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it ignores SIGTERM")
		}
	}
	if a := s.ask("/show"); a.code != 0 {
		t.Errorf("after SIGTERM: %+v", a)
	}
}

// Many requests at a time, and none before: all are answered, and there is one worker.
func TestManyAtATimeLeaveOneWorker(t *testing.T) {
	s := newSite(t)
	must(t, os.Remove(filepath.Join(s.dir, "private"))) // without a place to note it, the first request leaves a worker behind
	const requests, atATime = 400, 40
	var work sync.WaitGroup
	tokens := make(chan struct{}, atATime)
	failed := make(chan answer, requests)
	for range requests {
		tokens <- struct{}{}
		work.Go(func() {
			defer func() { <-tokens }()
			cmd := s.start("/show")
			out, err := cmd.Output()
			if err != nil || !bytes.Contains(out, []byte("title=none")) {
				failed <- answer{body: string(out), log: fmt.Sprint(err)}
			}
		})
	}
	work.Wait()
	close(failed)
	for a := range failed {
		t.Errorf("%+v", a)
	}
	if n := len(s.workers()); n != 1 {
		t.Errorf("%d workers", n)
	}
}

// Where others' sites run as the same user, nobody is warm who does not say so.
func TestForeignProgramsAreColdUnlessShared(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give a file away")
	}
	s := newSite(t)
	must(t, os.Chown(s.program, 12345, 12345))
	must(t, os.Remove(filepath.Join(s.dir, "private")))
	for range 5 {
		s.isCold("a program of another user", s.ask("/show"))
	}
	if n := len(s.workers()); n != 0 {
		t.Errorf("%d workers", n)
	}
	s.wake("CGIGEN_WARM=shared")
}

func TestAnotherNetworkHasAWorkerOfItsOwn(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make a network")
	}
	s := newSite(t)
	s.wake()
	cmd := s.start("/show")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	s.isCold("in another network", s.run(cmd))
}
