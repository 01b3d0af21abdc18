//go:build unix

package hosts_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// containersConf chooses what runs on machines with control groups of both versions.
const containersConf = `[engine]
runtime = "runc"
events_logger = "none"
cgroup_manager = "cgroupfs"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
`

// notedLines are the lines of the first block of commands below a heading of INSTALL.md.
func notedLines(t *testing.T, file, heading string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	_, below, found := strings.Cut(string(text), "\n"+heading+"\n")
	_, block, fenced := strings.Cut(below, "```sh\n")
	block, _, closed := strings.Cut(block, "\n```")
	if !found || !fenced || !closed {
		t.Fatalf("no commands below %q in\n%s", heading, text)
	}
	return strings.Split(block, "\n")
}

// The guestbook as INSTALL.md of its package says, line by line: it keeps what it was
// told over a stop, and a request that ran when the stop came gets its answer.
func TestGuestbookInPodman(t *testing.T) {
	t.Parallel()
	needRoot(t)
	for _, tool := range []string{"skopeo", "podman", "runc"} {
		servers.Need(t, tool)
	}
	root, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "examples", "guestbook"))
	must(t, err)
	dir := filepath.Join(t.TempDir(), "guestbook")
	packModule(t, root, dir, "--for", "container")
	servers.Write(t, dir, "site.env", "GUESTBOOK_TITLE=It's \"a book\"\n", 0o600)
	store := t.TempDir()
	conf := servers.Write(t, store, "containers.conf", containersConf, 0o600)
	addr := servers.Address(t)
	_, port, err := net.SplitHostPort(addr)
	must(t, err)
	flags := "podman --storage-driver vfs --root " + store + "/root --runroot " + store + "/run "
	here := strings.NewReplacer("podman run ", flags+"run ", "podman stop ", flags+"stop ", "-p 8080:8080", "--network host -e PORT="+port,
		"containers-storage:", "'containers-storage:[vfs@"+store+"/root+"+store+"/run]'")
	sh := func(ctx context.Context, line string) error {
		cmd := exec.CommandContext(ctx, "sh", "-c", line)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "CONTAINERS_CONF="+conf)
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", line, err, out)
		}
		return nil
	}
	lines := notedLines(t, filepath.Join(dir, "private/guestbook/INSTALL.md"), "## One machine")
	if len(lines) != 3 {
		t.Fatalf("got %q", lines)
	}
	for i, line := range lines {
		lines[i] = here.Replace(line)
	}
	t.Cleanup(func() {
		sh(context.Background(), flags+"rm --force --time 0 guestbook")
		sh(context.Background(), flags+"volume rm --force guestbook-data")
	})
	must(t, sh(t.Context(), lines[0]))
	must(t, sh(t.Context(), lines[1]))
	address := "http://" + addr
	awaitAnswer(t, address+"/healthz")
	if resp := post(t, address, strings.NewReader(`{"name": "Ada", "message": "Hello from podman"}`)); resp != http.StatusCreated {
		t.Errorf("signing: %d", resp)
	}

	body, half := io.Pipe()
	answered := make(chan int, 1)
	go func() { answered <- post(t, address, body) }()
	_, err = io.WriteString(half, `{"name": "Grace", `)
	must(t, err)
	stopped := make(chan error, 1)
	go func() { stopped <- sh(context.Background(), lines[2]) }()
	awaitRefusal(t, addr)
	_, err = io.WriteString(half, `"message": "Hello while it stops"}`)
	must(t, err)
	half.Close()
	if got := <-answered; got != http.StatusCreated {
		t.Errorf("a request that ran when the stop came: %d", got)
	}
	must(t, <-stopped)

	must(t, sh(t.Context(), flags+"start guestbook"))
	awaitAnswer(t, address+"/healthz")
	resp, err := http.Get(address + "/")
	must(t, err)
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	must(t, err)
	for _, want := range []string{"Hello from podman", "Hello while it stops", "It&#39;s &#34;a book&#34;"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("there is no %s in\n%s", want, page)
		}
	}
}

// post signs the guestbook, and returns the status.
func post(t *testing.T, address string, body io.Reader) int {
	resp, err := http.Post(address+"/api/entries", "application/json", body)
	if err != nil {
		t.Error(err)
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// awaitAnswer waits until an address answers 200.
func awaitAnswer(t *testing.T, url string) {
	t.Helper()
	var last error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(url)
		if last = err; err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("%s does not answer: %v", url, last)
}

// awaitRefusal waits until nobody listens at an address.
func awaitRefusal(t *testing.T, addr string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		conn.Close()
	}
	t.Error("a program that stops still takes connections")
}
