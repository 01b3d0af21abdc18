//go:build unix

package daemon_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// A program that is started anew on its socket, as systemd does it, answers what has been accepted, and what has not waits for
// the next process. What remains is the moment between the last answer over a kept connection and its end, in which nginx may
// send another request: none of it with SCGI, and with FastCGI less than one in a restart under full load.
func TestRestartBehindNginxLosesNoPost(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	const restarts = 30
	for protocol, inherent := range map[string]int64{"fastcgi": restarts, "scgi": 0} {
		t.Run(protocol, func(t *testing.T) {
			socket, listener := listen(t)
			nginx := servers.NginxWith(t, fmt.Sprintf("upstream app { server unix:%s; keepalive 8; }\n", socket), passTo(protocol))
			all := post(t, "http://"+nginx.Addr(0)+"/count")
			for range restarts {
				p := restarted(t, listener)
				for range 300 {
					all.await(t)
				}
				p.cmd.Process.Signal(syscall.SIGTERM)
				if err := p.cmd.Wait(); err != nil || p.stderr.String() != "cleaned up\n" {
					t.Errorf("%v, standard error %q", err, &p.stderr)
				}
			}
			last := restarted(t, listener)
			all.stop()
			last.cmd.Process.Signal(syscall.SIGTERM)
			t.Logf("%d of %d requests are lost in %d restarts", all.lost.Load(), all.sent.Load(), restarts)
			if all.lost.Load() > inherent {
				t.Errorf("%d requests are lost, want %d at most: %v", all.lost.Load(), inherent, all.last.Load())
			}
		})
	}
}

// listen makes a socket that outlives the processes that listen on it.
func listen(t *testing.T) (socket string, listener *os.File) {
	t.Helper()
	socket = filepath.Join(servers.Dir(t), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	defer l.Close()
	listener, err = l.File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return socket, listener
}

func restarted(t *testing.T, listener *os.File) *program {
	p := &program{t: t}
	p.start(exec.Command(os.Args[0]), listener)
	return p
}

// passTo is a host of nginx that hands everything to the program.
func passTo(protocol string) string {
	lines := "location / {\nfastcgi_param REQUEST_METHOD $request_method;\nfastcgi_param REQUEST_URI $request_uri;\n" +
		"fastcgi_param CONTENT_LENGTH $content_length;\nfastcgi_param SERVER_SOFTWARE nginx/$nginx_version;\nfastcgi_pass app;\n"
	if protocol == "scgi" {
		return strings.ReplaceAll(lines, "fastcgi_", "scgi_") + "scgi_param SCGI 1;\n}"
	}
	return lines + "fastcgi_keep_conn on;\n}"
}

// posts are requests that clients send one after the other until they are stopped.
type posts struct {
	sent, lost atomic.Int64
	last       atomic.Value // how the last one was lost
	answered   chan struct{}
	stopping   chan struct{}
	clients    sync.WaitGroup
}

// post starts the clients.
func post(t *testing.T, url string) *posts {
	all := &posts{answered: make(chan struct{}), stopping: make(chan struct{})}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: time.Minute}
	t.Cleanup(client.CloseIdleConnections)
	for range 8 {
		all.clients.Go(func() {
			for {
				all.send(client, url)
				select {
				case all.answered <- struct{}{}:
				case <-all.stopping:
					return
				}
			}
		})
	}
	return all
}

// await returns when a request has been answered.
func (all *posts) await(t *testing.T) {
	t.Helper()
	select {
	case <-all.answered:
	case <-time.After(time.Minute):
		t.Fatal("no request is answered any more")
	}
}

func (all *posts) stop() {
	close(all.stopping)
	all.clients.Wait()
}

func (all *posts) send(client *http.Client, url string) {
	all.sent.Add(1)
	resp, err := client.Post(url, "text/plain", strings.NewReader("hello"))
	if err != nil {
		all.lost.Add(1)
		all.last.Store(err.Error())
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || string(body) != "5 <nil>" || err != nil {
		all.lost.Add(1)
		all.last.Store(fmt.Sprintf("%s, %q, %v", resp.Status, body, err))
	}
}
