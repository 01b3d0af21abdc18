package fastcgi

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/covered"
)

var soak = flag.Duration("soak", 300*time.Millisecond, "how long TestSoak runs; ten minutes before a release, with -race")

// mischief answers, panics, breaks off, leaves its body or waits for the end.
func mischief(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/panic":
		panic("soak")
	case "/cut":
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	case "/echo":
		io.Copy(w, r.Body)
	case "/large":
		w.Write(make([]byte, 300_000))
	case "/gone":
		<-r.Context().Done()
	default:
		io.WriteString(w, "ok")
	}
}

// Everything at once, over and over; then nothing may be left.
func TestSoak(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	before := resources()
	server := &Server{Handler: http.HandlerFunc(mischief), ErrorLog: io.Discard, MaxRequests: 50}
	served := make(chan error)
	go func() { served <- server.Serve(l) }()
	until := time.Now().Add(*soak)
	var peers sync.WaitGroup
	for seed := range uint64(16) {
		peers.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			for time.Now().Before(until) {
				if err := misbehave(socket, random); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	peers.Wait()
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if n := server.stream.Running(); n != 0 {
		t.Errorf("%d requests are left", n)
	}
	settle(t, before)
}

// misbehave holds one connection on which requests of all kinds run, and leaves it in one of several ways. It is an
// error if an answer is mixed up.
func misbehave(socket string, random *rand.Rand) error {
	conn, err := net.Dial("unix", socket)
	if errors.Is(err, syscall.EAGAIN) {
		return nil // too many at once
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, conn)
		done <- err
	}()
	software := []string{"", "nginx/1.22.1", "HAProxy 2.6", "Apache/2.4"} // whatever it says, it sends as it likes
	paths := []string{"/", "/", "/panic", "/echo", "/large", "/gone", "/cut"}
	for range 1 + random.IntN(20) {
		id := uint16(1 + random.IntN(5))
		path := paths[random.IntN(len(paths))]
		records := append(begin(id, keepConn), appendRecord(nil, params, id,
			pairs("REQUEST_METHOD", "POST", "REQUEST_URI", path, "CONTENT_LENGTH", "20000", "UNIQUE_ID", fmt.Sprint(id),
				"SERVER_SOFTWARE", software[random.IntN(len(software))]))...)
		records = appendRecord(records, params, id, nil)
		records = appendRecord(records, stdinStream, id, make([]byte, random.IntN(30000)))
		if random.IntN(3) > 0 {
			records = appendRecord(records, stdinStream, id, nil)
		}
		if random.IntN(3) == 0 {
			records = appendRecord(records, abortRequest, id, nil)
		}
		if random.IntN(10) == 0 {
			records = records[:random.IntN(len(records))]
		}
		if _, err := conn.Write(records); err != nil {
			break // the server has hung up on a broken protocol, as it should
		}
	}
	if random.IntN(2) == 0 {
		conn.(*net.UnixConn).CloseWrite()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			return errors.New("the connection does not end")
		}
	}
	return nil
}

// usage is what a process holds.
type usage struct {
	goroutines, descriptors int
	heap                    uint64 // bytes that are in use
}

func resources() usage {
	entries, _ := os.ReadDir("/proc/self/fd")
	for range 2 { // the first one leaves what sync.Pool had
		runtime.GC()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return usage{runtime.NumGoroutine(), len(entries), memory.HeapAlloc}
}

// slack is how much the heap may grow for reasons of its own. A soak of ten minutes has more than a million requests,
// so that one byte of each would show.
const slack = 1 << 20

// settle waits until what a test has used is given back.
func settle(t *testing.T, before usage) {
	t.Helper()
	var now usage
	for stop := time.Now().Add(10 * time.Second); time.Now().Before(stop); time.Sleep(20 * time.Millisecond) {
		if now = resources(); now.goroutines <= before.goroutines && now.descriptors <= before.descriptors &&
			now.heap <= before.heap+slack {
			return
		}
	}
	buf := make([]byte, 1<<20)
	t.Errorf("before %+v, after %+v\n%s", before, now, buf[:runtime.Stack(buf, true)])
}

// serverSocket, in the environment, makes the test binary the server of TestTenThousandConnections: both ends in one
// process would need more descriptors than most limits allow.
const serverSocket = "TEST_FASTCGI_SOCKET"

func TestMain(m *testing.M) {
	socket := os.Getenv(serverSocket)
	if socket == "" {
		os.Exit(m.Run())
	}
	l, err := net.Listen("unix", socket)
	if err == nil {
		fmt.Println("listening")
		err = (&Server{Handler: http.HandlerFunc(mischief), MaxRequests: -1}).Serve(l)
	}
	fmt.Println(err)
	os.Exit(1)
}

func TestTenThousandConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	socket := filepath.Join(t.TempDir(), "s")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), serverSocket+"="+socket), covered.Environ(t)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "listening\n" {
		t.Fatal(line, err)
	}
	const n = 10_000
	clients := make([]*client, n)
	for i := range clients {
		conn, err := net.Dial("unix", socket)
		for errors.Is(err, syscall.EAGAIN) { // the server has not accepted those before
			runtime.Gosched()
			conn, err = net.Dial("unix", socket)
		}
		if err != nil {
			t.Fatalf("after %d connections: %v", i, err)
		}
		defer conn.Close()
		clients[i] = &client{t, conn, bufio.NewReaderSize(conn, 512)}
	}
	for range 2 {
		for _, c := range clients {
			c.send(get(1))
		}
		for _, c := range clients {
			c.want(1, ok("ok"))
		}
	}
}
