package daemon_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// peak returns the most memory that the process has had, in bytes.
func (p *program) peak() int64 {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	var kb int64
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, "VmHWM: %d kB", &kb)
	}
	return kb << 10
}

// fields is a header of a size, of fields that take as much memory as fields can.
func fields(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size-20; i++ {
		fmt.Fprintf(&b, "%x:\r\n", i)
	}
	return b.String()
}

// ask sends a request and returns the status line.
func (p *program) ask(path, header string) (net.Conn, string) {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	go fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: test\r\n%s\r\n", path, header)
	status, _ := bufio.NewReader(conn).ReadString('\n')
	return conn, strings.TrimSpace(status)
}

// What clients can make the process keep by headers alone fits into what the generated manifest of Kubernetes grants, by the
// limits that hold unless they are set.
func TestHeadersFitIntoTheMemoryOfTheManifest(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	grant, env := granted(t)
	p := spawnWeb(t, env...)
	for range 40 {
		if _, status := p.ask("/", fields(1<<20)); status != "HTTP/1.1 431 Request Header Fields Too Large" {
			t.Fatalf("a header of 1 MB: %q", status)
		}
	}
	taken := 0
	for ; taken <= 10_000; taken++ {
		if _, status := p.ask("/wait", fields(32<<10)); status == "HTTP/1.1 503 Service Unavailable" {
			break
		} else if status != "HTTP/1.1 200 OK" {
			t.Fatalf("request %d: %q", taken, status)
		}
	}
	for range 40 {
		if _, status := p.ask("/", fields(32<<10)); status != "HTTP/1.1 503 Service Unavailable" {
			t.Fatalf("a request beyond the limit: %q", status)
		}
	}
	t.Logf("%d requests with the largest header took %d MiB of %d", taken, p.peak()>>20, grant>>20)
	if taken != 250 || p.peak() > grant {
		t.Errorf("%d requests took %d MiB, want 250 within %d", taken, p.peak()>>20, grant>>20)
	}
}

// granted reads from the template of the manifest how much memory the container gets, and its variables.
func granted(t *testing.T) (bytes int64, env []string) {
	t.Helper()
	text, err := os.ReadFile("../../../templates/hosting/cluster/kubernetes.yaml.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	limit := regexp.MustCompile(`limits: \{memory: (\d+)Mi\}`).FindSubmatch(text)
	if limit == nil {
		t.Fatal("the manifest has no limit")
	}
	n, err := strconv.ParseInt(string(limit[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range regexp.MustCompile(`name: (GO\w+), value: "([^"]*)"`).FindAllSubmatch(text, -1) {
		env = append(env, string(v[1])+"="+string(v[2]))
	}
	return n << 20, env
}
