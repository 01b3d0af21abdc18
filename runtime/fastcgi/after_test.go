package fastcgi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A lockedLog is an error log that may be read while it is written.
type lockedLog struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// A record with the id of a request that has ended would belong to the next one.
func TestLogAfterTheEndOfARequestGoesToTheLogOfTheServer(t *testing.T) {
	logs := make(chan io.Writer, 1)
	log := new(lockedLog)
	c := start(t, &Server{ErrorLog: log, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		own := gateway.InfoOf(r.Context()).Log
		fmt.Fprint(own, "while it runs\n")
		logs <- own
		io.WriteString(w, "answer")
	})})()
	want := ok("answer")
	want.err = "while it runs\n"
	for i := range 3 {
		c.send(get(1))
		c.want(1, want)
		late := fmt.Sprintf("after request %d\n", i)
		before := log.String()
		if n, err := io.WriteString(<-logs, late); n != len(late) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if got := log.String(); got != before+late {
			t.Errorf("the log has grown by %q, want %q", got[len(before):], late)
		}
	}
}

// The expiry of a deadline wakes up a read that waits: nothing else does.
func TestReadDeadlineEndsAReadThatWaits(t *testing.T) {
	set := func(r *http.Request, w http.ResponseWriter, d time.Duration) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(d)); err != nil {
			t.Error(err)
		}
	}
	handlers := map[string]http.HandlerFunc{
		"set before": func(w http.ResponseWriter, r *http.Request) { set(r, w, 10*time.Millisecond) },
		"set while it reads": func(w http.ResponseWriter, r *http.Request) {
			go set(r, w, 10*time.Millisecond)
		},
		"brought forward": func(w http.ResponseWriter, r *http.Request) {
			set(r, w, time.Hour)
			go set(r, w, 10*time.Millisecond)
		},
		"in the past": func(w http.ResponseWriter, r *http.Request) { set(r, w, -time.Second) },
	}
	for name, prepare := range handlers {
		t.Run(name, func(t *testing.T) {
			c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				first := make([]byte, 3)
				_, err := io.ReadFull(r.Body, first)
				prepare(w, r)
				rest, late := io.ReadAll(r.Body)
				fmt.Fprintf(w, "%s %v, then %q, timeout %v", first, err, rest, errors.Is(late, os.ErrDeadlineExceeded))
			})})()
			c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "10"), stdinOf(1, "abc"))
			c.want(1, ok(`abc <nil>, then "", timeout true`))
		})
	}
}

func TestReadDeadlineThatIsTakenBackEndsNothing(t *testing.T) {
	entered := make(chan bool)
	c := start(t, &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		control.SetReadDeadline(time.Now().Add(time.Hour))
		control.SetReadDeadline(time.Time{})
		entered <- true
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", body, err)
	})})()
	c.send(begin(1, keepConn), vars(1, "POST", "CONTENT_LENGTH", "6"))
	<-entered
	c.send(stdinOf(1, "abc"))
	c.send(stdinOf(1, "def"), stdinOf(1, ""))
	c.want(1, ok("abcdef <nil>"))
}

// A web server that still sends the body of a request that is refused learns that the answer is complete, and loses
// nothing of it. Its connection ends after a while.
func TestEndOfAConnectionDoesNotWaitForTheBodyOfARefusedRequest(t *testing.T) {
	c := start(t, &Server{Handler: http.NotFoundHandler()})()
	c.within(10 * time.Second)
	malformed := append(appendRecord(nil, params, 1, []byte{200}), appendRecord(nil, params, 1, nil)...)
	c.send(begin(1, 0), malformed, stdinOf(1, "the beginning"))
	if got := c.answer(1); !strings.HasPrefix(got.out, "Status: 400 Bad Request\r\n") {
		t.Errorf("got %q", got)
	}
	begin := time.Now()
	if r, err := c.receive(); err != io.EOF {
		t.Fatalf("got %v, %v, want the end", r, err)
	}
	if took := time.Since(begin); took >= lingering {
		t.Errorf("the end came after %v", took)
	}
	// Closing both directions would destroy the answer of a server that has not yet read it.
	if _, err := c.conn.Write(stdinOf(1, "more of the body")); err != nil {
		t.Errorf("the web server cannot send: %v", err)
	}
	if testing.Short() {
		return
	}
	c.within(10 * time.Second)
	for {
		if _, err := c.conn.Write(stdinOf(1, "more of the body")); err != nil {
			break
		}
	}
}
