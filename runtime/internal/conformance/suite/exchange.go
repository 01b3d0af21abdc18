package suite

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Do sends the case to the target and returns the answer. An error means that the exchange could not be held, not that
// the answer is bad.
func Do(t Target, c Case, deadline time.Duration) (Answer, error) {
	journal, err := listenJournal()
	if err != nil {
		return Answer{}, err
	}
	a, err := exchange(t, c, journal, deadline)
	a.journal = journal.finish(deadline)
	a.normalize(t, c)
	return a, err
}

func exchange(t Target, c Case, journal *listener, deadline time.Duration) (Answer, error) {
	conn, err := net.DialTimeout("tcp", t.Addr, deadline)
	if err != nil {
		return Answer{}, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(deadline))
	x := &client{c: c, conn: conn.(*net.TCPConn), in: bufio.NewReader(conn), journal: journal, answered: make(chan int, 8)}
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		x.send(t.Prefix)
	}()
	a := x.receive()
	close(x.answered)
	conn.Close()
	<-sent
	return a, nil
}

// client holds one exchange; sending and receiving do not wait for each other.
type client struct {
	c        Case
	conn     *net.TCPConn
	in       *bufio.Reader
	journal  *listener
	answered chan int // status codes as they arrive
}

// send writes the request. Its errors are of no interest: servers answer before they have everything, and hang up.
func (x *client) send(prefix string) {
	head := x.c.head(prefix, x.journal.Addr().String())
	if !x.c.Body.Expect {
		head += x.c.Body.wire()
		io.WriteString(x.conn, head)
	} else {
		io.WriteString(x.conn, head)
		if code, ok := <-x.answered; !ok || code != http.StatusContinue {
			return
		}
		io.WriteString(x.conn, x.c.Body.wire())
	}
	if x.c.Body.Missing > 0 {
		x.conn.CloseWrite()
	}
}

// receive reads the answer, interim ones included.
func (x *client) receive() Answer {
	var a Answer
	for {
		resp, err := http.ReadResponse(x.in, &http.Request{Method: or(x.c.Method, "GET")})
		if err != nil {
			a.failure = failure("no response", err)
			return a
		}
		select {
		case x.answered <- resp.StatusCode:
		default:
		}
		if resp.StatusCode >= 200 {
			x.receiveFinal(resp, &a)
			return a
		}
		if resp.StatusCode != http.StatusContinue { // whether a 100 is sent is between the client and the server
			a.interim = append(a.interim, interim{resp.StatusCode, resp.Header})
		}
	}
}

func (x *client) receiveFinal(resp *http.Response, a *Answer) {
	a.status, a.header = resp.StatusCode, resp.Header
	if resp.ContentLength >= 0 {
		a.header.Set("Content-Length", fmt.Sprint(resp.ContentLength))
	}
	if x.c.Await == "header" {
		x.journal.release()
	}
	var err error
	a.body, err = x.readBody(resp.Body)
	a.trailer = resp.Trailer
	if err != nil {
		a.failure = failure("body cut", err)
	}
	if x.c.Method == http.MethodHead {
		extra, _ := io.ReadAll(x.in)
		a.body = append(a.body, extra...)
	}
}

// readBody reads to the end, and lets the handler go on when it has seen what it awaits.
func (x *client) readBody(body io.Reader) ([]byte, error) {
	var b bytes.Buffer
	waiting := x.c.Await != "" && x.c.Await != "header"
	part := make([]byte, 32<<10)
	for {
		n, err := body.Read(part)
		b.Write(part[:n])
		if waiting && bytes.Contains(b.Bytes(), []byte(x.c.Await)) {
			waiting = false
			x.journal.release()
		}
		if err == io.EOF {
			return b.Bytes(), nil
		}
		if err != nil {
			return b.Bytes(), err
		}
	}
}

// failure names the way in which an exchange failed, but not its details, which depend on chance.
func failure(what string, err error) string {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return what + ": deadline"
	}
	return what
}

// fields returns the header lines that frame the body.
func (b Body) fields() string {
	var lines string
	switch n := len(b.Data) + b.Missing; {
	case b.Chunked:
		lines = "Transfer-Encoding: chunked\r\n"
		if name, _, ok := strings.Cut(b.Trailer, ":"); ok {
			lines += "Trailer: " + name + "\r\n"
		}
	case n > 0:
		lines = fmt.Sprintf("Content-Length: %d\r\n", n)
	}
	if b.Expect {
		lines += "Expect: 100-continue\r\n"
	}
	return lines
}

// wire returns the body as it is sent.
func (b Body) wire() string {
	if !b.Chunked {
		return b.Data
	}
	var s strings.Builder
	for chunk := range slices.Chunk([]byte(b.Data), 10_000) {
		fmt.Fprintf(&s, "%x\r\n%s\r\n", len(chunk), chunk)
	}
	if b.Missing > 0 {
		return s.String()
	}
	s.WriteString("0\r\n")
	if b.Trailer != "" {
		s.WriteString(b.Trailer + "\r\n")
	}
	return s.String() + "\r\n"
}
