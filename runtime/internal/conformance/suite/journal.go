package suite

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// patience ends what would otherwise hang for ever.
const patience = 10 * time.Second

// journal is the handler's end of the connection over which it tells the client what only a handler can see.
// It is silent for requests that name no address.
type journal struct {
	conn net.Conn
	in   *bufio.Reader
}

// openJournal dials the address in the request header Journal.
func openJournal(r *http.Request) *journal {
	addr := r.Header.Get("Journal")
	if addr == "" {
		return &journal{}
	}
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return &journal{}
	}
	return &journal{conn: conn, in: bufio.NewReader(conn)}
}

// note writes a line at once.
func (j *journal) note(format string, args ...any) {
	if j.conn != nil {
		line := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ")
		j.conn.Write([]byte(line + "\n"))
	}
}

// await returns when the client says that the handler may go on.
func (j *journal) await() error {
	if j.conn == nil {
		return fmt.Errorf("no journal")
	}
	_, err := j.in.ReadString('\n')
	return err
}

func (j *journal) close() {
	if j.conn != nil {
		j.conn.Close()
	}
}

// listener is the client's end of a journal.
type listener struct {
	net.Listener
	settle  func()        // ends the waiting for a handler; see call
	settled chan struct{} // closed once conn is known
	conn    *net.TCPConn  // the handler's connection, or the one that settle has made
	lines   chan []string // what the handler wrote, once it has ended
}

// listenJournal starts to listen for one handler. The caller calls finish.
func listenJournal() (*listener, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &listener{Listener: ln, settled: make(chan struct{}), lines: make(chan []string, 1)}
	l.settle = sync.OnceFunc(l.call)
	go l.serve()
	return l, nil
}

func (l *listener) serve() {
	defer close(l.lines)
	defer l.Close()
	conn, err := l.Accept()
	if err != nil {
		close(l.settled)
		return
	}
	defer conn.Close()
	l.conn = conn.(*net.TCPConn)
	close(l.settled)
	var lines []string
	for scanner := bufio.NewScanner(conn); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	l.lines <- lines
}

// call makes a connection that ends the waiting for a handler that was never reached. A handler that was reached has
// called before it answered, so that this call queues behind it.
func (l *listener) call() {
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
	}
	<-l.settled
}

// release lets the handler go on. The client has received something, so that the handler has called if it was reached.
func (l *listener) release() {
	l.settle()
	if l.conn != nil {
		io.WriteString(l.conn, "go\n")
	}
}

// finish waits until the handler has ended, but no longer than that, and returns its lines. It is called after the
// exchange: a handler that still awaits something awaits it in vain.
func (l *listener) finish(patience time.Duration) []string {
	l.settle()
	if l.conn != nil {
		l.conn.CloseWrite()
		l.conn.SetReadDeadline(time.Now().Add(patience))
	}
	return <-l.lines
}
