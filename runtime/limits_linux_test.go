package runtime_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/covered"
	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
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
	cmd.Env = append(covered.Environ(t), "REQUEST_METHOD=GET", "PATH_INFO=/print")
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
	servers.Need386(t)
	cmd := &exec.Cmd{Path: buildProgram(t, "386"), Env: []string{"REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h"}}
	out, stderr, code := run(t, limited(cmd, "ulimit -v 65536"), "")
	if !strings.HasPrefix(out, "Status: 200 ") || body(out) != "hello\n" || code != 0 {
		t.Errorf("exit code %d, got %q, standard error %q", code, out, stderr)
	}
}

// buildProgram builds a small generated program.
func buildProgram(t *testing.T, arch string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", program, "./internal/bench/coldstart/programs/cgigen")
	build.Env = append(os.Environ(), "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// A limit that even the start of a Go program does not survive ends it with a
// reason, and leaves no half of a response to be taken for one.
func TestLimitsBelowAGoProgramAreNamed(t *testing.T) {
	program := buildProgram(t, runtime.GOARCH)
	tests := map[string]struct{ limit, reason string }{
		"address space": {"ulimit -v 65536", "reserve"},
		"processes":     {"ulimit -p 2", "max user processes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if name == "address space" && strings.HasSuffix(runtime.GOARCH, "86") {
				t.Skip("a program of 32 bits starts")
			}
			out, stderr, code := run(t, limited(alone(t, program), test.limit), "")
			if out != "" || code == 0 || !strings.Contains(stderr, test.reason) {
				t.Errorf("exit code %d, got %q, standard error %.300q", code, out, stderr)
			}
		})
	}
}

// Hosts count threads as processes. A program has four, and a fifth where a system
// call takes so long that the Go runtime has another thread go on meanwhile, as on
// a machine that is slow or busy.
func TestSixThreadsAreEnough(t *testing.T) {
	out, stderr, code := run(t, limited(alone(t, buildProgram(t, runtime.GOARCH)), "ulimit -p 6"), "")
	if !strings.HasPrefix(out, "Status: 200 ") || code != 0 {
		t.Errorf("exit code %d, got %q, standard error %.300q", code, out, stderr)
	}
}

// alone makes a request to a program that runs as a user who has no other
// process, as far as the test may do that: the limit on processes is not for root.
func alone(t *testing.T, program string) *exec.Cmd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	for dir := filepath.Dir(program); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return &exec.Cmd{Path: program, Dir: "/", Env: []string{"REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h"},
		SysProcAttr: &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 54321, Gid: 54321}}}
}

func TestFullDiskIsAnAnswer(t *testing.T) {
	dir := disk(t, "64k")
	wantNoRoom(t, dir, "503", "is full but for a reserve")
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	wantNoRoom(t, dir, "507", "read-only file system")
}

// disk mounts a file system of a size until the test ends.
func disk(t *testing.T, size string) (dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir = t.TempDir()
	switch err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("root may not mount a small disk: %v", err)
	case err != nil:
		t.Skipf("even root may not mount a small disk here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, 0) })
	return dir
}

// wantNoRoom sends a body that has to be spooled, to a program whose temporary folder does not take it.
func wantNoRoom(t *testing.T, dir, status, reason string) {
	t.Helper()
	out, stderr, _ := run(t, upload(t, "/echo", dir, 3<<20), strings.Repeat("b", 3<<20))
	if !strings.HasPrefix(out, "Status: "+status+" ") || !strings.Contains(stderr, reason) {
		t.Errorf("got %.100q, standard error %q, want status %s and %q", out, stderr, status, reason)
	}
}

// upload is a request with a body of a size, to a program with a temporary folder.
func upload(t *testing.T, path, dir string, size int) *exec.Cmd {
	return command(t, path, "REQUEST_METHOD=POST", fmt.Sprint("CONTENT_LENGTH=", size), "TMPDIR="+dir)
}

// Each request is a process of its own, so what they keep together is limited by what is left of the disk: others need it too.
func TestBodiesLeaveAReserveOfTheDisk(t *testing.T) {
	const size, reserve = 4 << 20, 1 << 20 // of a body, 1 MiB of it in memory; of 8 MiB
	dir := disk(t, "8m")
	body := strings.Repeat("b", size)
	for range 2 {
		cmd := upload(t, "/wait", dir, size)
		cmd.Stdin = strings.NewReader(body)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
		if line, _ := bufio.NewReader(out).ReadString('\n'); line != "Status: 200 OK\r\n" { // the body waits in a file
			t.Fatalf("the answer begins with %q", line)
		}
	}
	out, stderr, _ := run(t, upload(t, "/echo", dir, size), body)
	if !strings.HasPrefix(out, "Status: 503 ") || !strings.Contains(out, "\r\nRetry-After: ") || !strings.Contains(stderr, "is full but for a reserve") {
		t.Errorf("got %.200q, standard error %q", out, stderr)
	}
	var now syscall.Statfs_t
	if err := syscall.Statfs(dir, &now); err != nil || int64(now.Bavail)*now.Bsize < reserve {
		t.Errorf("%d bytes are left, want %d at least; %v", int64(now.Bavail)*now.Bsize, reserve, err)
	}
}

func TestBodyThatLeavesTheReserveIsTaken(t *testing.T) {
	dir := disk(t, "8m")
	out, stderr, code := run(t, upload(t, "/echo", dir, 4<<20), strings.Repeat("b", 4<<20))
	if !strings.HasPrefix(out, "Status: 200 ") || !strings.HasSuffix(out, strings.Repeat("b", 4<<20)) || code != 0 {
		t.Errorf("exit code %d, got %.100q, standard error %q", code, out, stderr)
	}
}
