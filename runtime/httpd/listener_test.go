package httpd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A pipes is a listener whose connections are in memory, so that time is that
// of the test.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, ok := <-p; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// asGiven says of limits that they are what was asked for.
func asGiven(name string) (string, bool) {
	if name == "HEADER_LIMIT" || name == "MAX_REQUESTS" {
		return "as given", true
	}
	return "", false
}

// dial serves a handler and returns a client's connection to it.
func dial(t *testing.T, limits stream.Limits, handler http.HandlerFunc) (*service, net.Conn) {
	t.Helper()
	s := newService(gateway.Program{
		Name:    "test",
		Start:   func() (http.Handler, error) { return handler, nil },
		Setting: asGiven,
	}, limits).(*service)
	l := make(pipes)
	served := make(chan error)
	go func() { served <- s.Serve(l) }()
	client, server := net.Pipe()
	l <- server
	t.Cleanup(func() {
		client.Close()
		s.Close(errors.New("the test is over"))
		if err := <-served; err != nil {
			t.Error(err)
		}
		synctest.Wait()
	})
	return s, client
}

// answer reads a response.
func answer(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

// readAll answers with how much of a body has come.
func readAll(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	fmt.Fprintf(w, "%d bytes, timeout %v, cancelled %v", n, errors.Is(err, os.ErrDeadlineExceeded), r.Context().Err() != nil)
}

const post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n"

func TestBodyThatIsSteadyMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := dial(t, stream.DefaultLimits(), readAll)
		response := bufio.NewReader(client)
		for range 2 { // the connection goes on
			io.WriteString(client, post)
			for range 10 {
				time.Sleep(2 * time.Minute)
				io.WriteString(client, "x")
			}
			if got, want := answer(t, response), "10 bytes, timeout false, cancelled false"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	})
}

func TestBodyThatStallsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := dial(t, stream.DefaultLimits(), readAll)
		io.WriteString(client, post+"xxx")
		begin := time.Now()
		response := bufio.NewReader(client)
		if got, want := answer(t, response), "3 bytes, timeout true, cancelled true"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if took := time.Since(begin); took > stream.DefaultLimits().IdleTimeout {
			t.Errorf("after %v", took)
		}
		if _, err := response.ReadByte(); err != io.EOF {
			t.Errorf("the connection goes on: %v", err)
		}
	})
}

// What a handler leaves of a body is read before the response.
func TestBodyThatIsNotReadIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			io.WriteString(w, "answered")
		})
		io.WriteString(client, post)
		if got := answer(t, bufio.NewReader(client)); got != "answered" {
			t.Errorf("got %q", got)
		}
	})
}

func TestHandlerMayTakeItsTime(t *testing.T) {
	requests := map[string]string{"no body": "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "body": post + "xxxxxxxxxx"}
	for name, request := range requests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
					io.Copy(io.Discard, r.Body)
					select {
					case <-r.Context().Done():
						io.WriteString(w, "cancelled")
					case <-time.After(time.Hour):
						io.WriteString(w, "finished")
					}
				})
				response := bufio.NewReader(client)
				for range 2 {
					io.WriteString(client, request)
					if got := answer(t, response); got != "finished" {
						t.Errorf("got %q", got)
					}
				}
			})
		})
	}
}

func TestDeadlineOfTheHandlerGoesBeforeTheLimit(t *testing.T) {
	for _, wait := range []time.Duration{time.Second, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			_, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
				if err := http.NewResponseController(w).SetReadDeadline(begin.Add(wait)); err != nil {
					t.Error(err)
				}
				readAll(w, r)
			})
			io.WriteString(client, post)
			if got, want := answer(t, bufio.NewReader(client)), "0 bytes, timeout true, cancelled true"; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if took := time.Since(begin); took != wait {
				t.Errorf("after %v, want %v", took, wait)
			}
		})
	}
}

func TestConnectionThatIsTakenOverHasNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
			conn, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			line, err := rw.ReadString('\n')
			fmt.Fprintf(conn, "%q %v\n", line, err)
		})
		io.WriteString(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		time.Sleep(time.Hour)
		io.WriteString(client, "hello\n")
		got, err := io.ReadAll(client)
		if want := `"hello\n" <nil>` + "\n"; err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	})
}

func TestCancelledHandlersAreWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		returned := false
		s, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			time.Sleep(100 * time.Millisecond)
			returned = true
		})
		io.WriteString(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		synctest.Wait() // the handler runs
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := s.Shutdown(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown while the handler runs: %v", err)
		}
		s.Close(errors.New("the process stops"))
		if err := s.Shutdown(t.Context()); err != nil || !returned {
			t.Errorf("shutdown: %v, handler returned: %v", err, returned)
		}
	})
}

func TestConnectionsThatAreTakenOverAreClosedInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			io.Copy(io.Discard, conn)
		})
		io.WriteString(client, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		synctest.Wait() // the handler reads
		s.Close(errors.New("the process stops"))
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		for c := range s.taken.Range {
			t.Errorf("%v is kept", c)
		}
	})
}

func TestHeaderLimitOfZeroIsNone(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.Header = 0
	synctest.Test(t, func(t *testing.T) {
		_, client := dial(t, limits, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, len(r.Header.Get("Large")))
		})
		go io.WriteString(client, "GET / HTTP/1.1\r\nHost: h\r\nLarge: "+strings.Repeat("x", 2<<20)+"\r\n\r\n")
		if got, want := answer(t, bufio.NewReader(client)), fmt.Sprint(2<<20); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
