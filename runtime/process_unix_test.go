//go:build unix

package runtime_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start runs a program until its header has arrived.
func start(t *testing.T, path string, extra ...string) (cmd *exec.Cmd, out io.ReadCloser, stderr *bytes.Buffer) {
	t.Helper()
	cmd = command(t, path, extra...)
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("Status: 200 OK\r\n\r\n"))); err != nil {
		t.Fatalf("no header: %v, %s", err, stderr)
	}
	return cmd, out, stderr
}

func TestSignalsCancelTheContext(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		if ossignal.Ignored(signal) {
			continue // the program, too, leaves it to what nohup has said
		}
		// The clean-up makes sure that the signal is caught from the start.
		cmd, out, stderr := start(t, "/wait", "TEST_CLEANUP=1")
		cmd.Process.Signal(signal)
		rest, _ := io.ReadAll(out)
		cmd.Wait()
		if string(rest) != "stopped: context canceled" || !strings.Contains(stderr.String(), "cleaned up first one") {
			t.Errorf("%v: got %q, standard error %q", signal, rest, stderr)
		}
	}
}

// The descriptor of a response is not given to a file while the process lives.
func TestResponseThatHasEndedCannotSpoilAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	out, stderr, code := run(t, command(t, "/leftover", "TEST_LEFTOVER="+name), "")
	if !strings.HasPrefix(out, "Status: 200 ") || code != 0 {
		t.Errorf("exit code %d, got %q, standard error %q", code, out, stderr)
	}
	if b, err := os.ReadFile(name); string(b) != "data" {
		t.Errorf("the file holds %d bytes, %v", len(b), err)
	}
}

func TestSignalEndsADeafHandlerWithItsCleanups(t *testing.T) {
	cmd, _, stderr := start(t, "/deaf", "TEST_CLEANUP=1")
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Process.Signal(syscall.SIGTERM) // in a hurry; may be joined with the first
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "cleaned up first one") {
		t.Errorf("%v, standard error %q", cmd.ProcessState, stderr)
	}
}

func TestClosedOutputIsAnErrorAndNotDeath(t *testing.T) {
	cmd, out, stderr := start(t, "/endless")
	out.Close()
	cmd.Wait()
	if want := "write failed, context: context canceled\n"; stderr.String() != want || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, standard error %q, want %q", cmd.ProcessState, stderr, want)
	}
}

func TestReadDeadlineEndsAWaitForTheBody(t *testing.T) {
	cmd := command(t, "/slow", "CONTENT_LENGTH=4")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	answer, _ := io.ReadAll(out)
	if !strings.HasSuffix(string(answer), "<nil> true") {
		t.Errorf("got %q", answer)
	}
}

func TestClosedStandardErrorDoesNotCostTheResponse(t *testing.T) {
	cmd := command(t, "/args", "TEST_BUILD=error")
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `exec "$0" 2>&-`, cmd.Path}
	out, _, _ := run(t, cmd, "")
	if !strings.HasPrefix(out, "Status: 500 ") {
		t.Errorf("got %q", out)
	}
}

// The client has its answer, and the server sees the end of it, while the clean-ups still run.
func TestAnswerEndsBeforeSlowCleanups(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/print", "/none"} {
		cmd := command(t, path, "TEST_SLOW_CLEANUP="+pipe)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		out.(*os.File).SetReadDeadline(time.Now().Add(20 * time.Second))
		answer, err := io.ReadAll(out)
		if err != nil || body(string(answer)) != "answer" && body(string(answer)) != "404 page not found\n" {
			t.Errorf("%s: got %q, %v", path, answer, err)
		}
		if err := os.WriteFile(pipe, []byte("in the end"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil || !strings.HasSuffix(stderr.String(), "cleaned up in the end\n") {
			t.Errorf("%s: %v, standard error %q", path, err, &stderr)
		}
	}
}
