package runtime_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// limited runs a command after the shell has set a limit.
func limited(cmd *exec.Cmd, limit string) *exec.Cmd {
	cmd.Args = []string{"sh", "-c", limit + ` && exec "$0"`, cmd.Path}
	cmd.Path = "/bin/sh"
	return cmd
}

func TestFileSizeLimitIsAnAnswerAndNotDeath(t *testing.T) {
	body := strings.Repeat("b", 3<<20)
	out, stderr, _ := run(t, limited(command(t, "/echo", "REQUEST_METHOD=POST", "CONTENT_LENGTH=3145728"), "ulimit -f 1"), body)
	if !strings.HasPrefix(out, "Status: 507 ") || !strings.Contains(stderr, "file too large") {
		t.Errorf("got %.100q, standard error %q", out, stderr)
	}
}

func TestBareEnvironmentIsEnough(t *testing.T) {
	cmd := command(t, "/print")
	cmd.Env = []string{"REQUEST_METHOD=GET", "PATH_INFO=/print"}
	if out, stderr, code := run(t, cmd, ""); !strings.HasPrefix(out, "Status: 200 ") || code != 0 {
		t.Errorf("exit code %d, got %q, standard error %q", code, out, stderr)
	}
}

func TestTemporaryFolderThatIsMissingIsSaid(t *testing.T) {
	body := strings.Repeat("b", 3<<20)
	out, stderr, _ := run(t, command(t, "/echo", "REQUEST_METHOD=POST", "CONTENT_LENGTH=3145728", "TMPDIR=/nonexistent"), body)
	if !strings.HasPrefix(out, "Status: 507 ") || !strings.Contains(stderr, "/nonexistent") {
		t.Errorf("got %.100q, standard error %q", out, stderr)
	}
}

// A 64-bit Go program reserves more than 700 MB of addresses. The one for 386 is
// the rescue for hosts that do not grant them.
func Test386RunsInASmallAddressSpace(t *testing.T) {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		t.Skip("the processor does not run programs for 386")
	}
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", program, "./internal/coldstart/programs/cgigen")
	build.Env = append(os.Environ(), "GOARCH=386", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := &exec.Cmd{Path: program, Env: []string{"REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h"}}
	out, stderr, code := run(t, limited(cmd, "ulimit -v 65536"), "")
	if !strings.HasPrefix(out, "Status: 200 ") || body(out) != "hello\n" || code != 0 {
		t.Errorf("exit code %d, got %q, standard error %q", code, out, stderr)
	}
}
