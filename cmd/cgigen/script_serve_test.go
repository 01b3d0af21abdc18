package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// servedKey is where a script's environment keeps its running server.
type servedKey struct{}

// served is a cgigen serve that a script has started.
type served struct {
	cmd *exec.Cmd
	log *bufio.Reader // what it writes to standard error, as it comes
	url string
}

// next reads the log up to the first line that matches.
func (s *served) next(ts *testscript.TestScript, pattern string) string {
	re, err := regexp.Compile(pattern)
	ts.Check(err)
	// The last resort against waiting for ever for what does not come.
	deadline := time.AfterFunc(time.Minute, func() { _ = s.cmd.Process.Kill() })
	defer deadline.Stop()
	var text strings.Builder
	defer func() { fmt.Fprint(ts.Stderr(), text.String()) }()
	for {
		line, err := s.log.ReadString('\n')
		text.WriteString(line)
		if re.MatchString(strings.TrimSuffix(line, "\n")) {
			return line
		}
		if err != nil {
			ts.Fatalf("the log ended before %q: %v", pattern, err)
		}
	}
}

func running(ts *testscript.TestScript) *served {
	s, ok := ts.Value(servedKey{}).(**served)
	if !ok || *s == nil {
		ts.Fatalf("no server is running: use serve")
	}
	return *s
}

// cmdServe starts cgigen serve on a free port and waits for its address:
//
//	serve [flags...]
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	path, err := exec.LookPath("cgigen")
	ts.Check(err)
	cmd := exec.Command(path, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = scriptEnv(ts)
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill() // if the script has not stopped it
		_, _ = io.Copy(io.Discard, stderr)
		_ = cmd.Wait()
	})
	s := &served{cmd: cmd, log: bufio.NewReader(stderr)}
	line := s.next(ts, `serving http://`)
	s.url = regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	*ts.Value(servedKey{}).(**served) = s
}

// scriptEnv returns the environment that exec would give to a command.
func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "WORK", "GOROOT", "GOCACHE", "GOPATH", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN",
		"GOWORK", "SITE_TITLE", "GREETING", "SECRET", "GOCOVERDIR", "SYSTEMROOT",
	} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// cmdLog waits for a line of the server's log:
//
//	log regexp
func cmdLog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: log regexp")
	}
	running(ts).next(ts, args[0])
}

// cmdGet prints status and body of an answer:
//
//	get path [header: value]...
func cmdGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: get path [header: value]...")
	}
	ask(ts, "GET", args[0], nil, args[1:])
}

// cmdPost sends a text without saying how long it is:
//
//	post path text
func cmdPost(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: post path text")
	}
	ask(ts, "POST", args[0], io.MultiReader(strings.NewReader(args[1])), nil)
}

func ask(ts *testscript.TestScript, method, path string, body io.Reader, header []string) {
	req, err := http.NewRequest(method, running(ts).url+path, body)
	ts.Check(err)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n%s", res.Status, text)
}

// cmdStopServe sends the server the signal of Ctrl-C and waits for its end,
// which has to be a clean one.
func cmdStopServe(ts *testscript.TestScript, neg bool, args []string) {
	s := running(ts)
	if runtime.GOOS == "windows" {
		ts.Check(s.cmd.Process.Kill())
		return
	}
	ts.Check(s.cmd.Process.Signal(os.Interrupt))
	_, err := io.Copy(ts.Stderr(), s.log)
	ts.Check(err)
	ts.Check(s.cmd.Wait())
}

// cmdConflict starts another server on the address of the first one.
func cmdConflict(ts *testscript.TestScript, neg bool, args []string) {
	addr := strings.TrimPrefix(running(ts).url, "http://")
	if ts.Exec("cgigen", "serve", "--addr", addr) == nil {
		ts.Fatalf("the second server ended without an error")
	}
}
