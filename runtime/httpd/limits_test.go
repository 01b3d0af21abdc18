package httpd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// serveMany serves a handler with the setting CGIGEN_MAX_REQUESTS and returns a function that connects to it.
func serveMany(t *testing.T, limits stream.Limits, handler http.HandlerFunc) (s *service, dial func() net.Conn) {
	t.Helper()
	s = newService(gateway.Program{
		Name:    "test",
		Start:   func() (http.Handler, error) { return handler, nil },
		Setting: asGiven,
	}, limits).(*service)
	l := make(pipes)
	served := make(chan error)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close(errors.New("the test is over"))
		if err := <-served; err != nil {
			t.Error(err)
		}
		synctest.Wait()
	})
	return s, func() net.Conn {
		client, server := net.Pipe()
		t.Cleanup(func() { client.Close() })
		l <- server
		return client
	}
}

const plainGet = "GET %s HTTP/1.1\r\nHost: h\r\n\r\n"

// ask sends a request and returns status, Retry-After and body.
func ask(t *testing.T, conn net.Conn, path string) string {
	t.Helper()
	fmt.Fprintf(conn, plainGet, path)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return fmt.Sprintf("%d %q %s", resp.StatusCode, resp.Header.Get("Retry-After"), body)
}

// What is refused does not count, however often that happens, and a supervisor is answered all the time.
func TestRequestsBeyondTheLimitAreRefused(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.Requests = 2
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		_, dial := serveMany(t, limits, func(w http.ResponseWriter, r *http.Request) {
			<-release
			io.WriteString(w, "served")
		})
		const served, refused = `200 "" served`, "503 \"1\" 503 Service Unavailable\n"
		for range 3 {
			first, second := dial(), dial()
			answers := make(chan string)
			for _, conn := range []net.Conn{first, second} {
				go func() { answers <- ask(t, conn, "/") }()
			}
			synctest.Wait() // both run
			for range 3 {
				if got := ask(t, dial(), "/"); got != refused {
					t.Errorf("beyond the limit: got %q, want %q", got, refused)
				}
			}
			if got, want := ask(t, dial(), "/healthz"), "200 \"\" ok\n"; got != want {
				t.Errorf("health at the limit: got %q, want %q", got, want)
			}
			close(release)
			for range 2 {
				if got := <-answers; got != served {
					t.Errorf("within the limit: got %q, want %q", got, served)
				}
			}
			release = make(chan bool)
		}
	})
}

const badRequest = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"

func TestSilentConnectionsEndInTime(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.HeaderTimeout, limits.IdleTimeout = 20*time.Second, 70*time.Second
	tests := []struct {
		name, sent string
		requests   int // that are answered before
		after      time.Duration
		last       string // what net/http says before it closes the connection
	}{
		{"half a header", "GET / HTTP/1.1\r\nHo", 0, limits.HeaderTimeout, badRequest},
		{"half a header of another request", "GET / HTTP/1.1\r\nHo", 1, limits.HeaderTimeout, badRequest},
		{"nothing at all", "", 0, limits.HeaderTimeout, ""},
		{"nothing after a request", "", 1, limits.IdleTimeout, ""},
		{"nothing after two requests", "", 2, limits.IdleTimeout, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client := dial(t, limits, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "served") })
				response := bufio.NewReader(client)
				for range test.requests {
					fmt.Fprintf(client, plainGet, "/")
					if got := answer(t, response); got != "served" {
						t.Errorf("got %q", got)
					}
				}
				io.WriteString(client, test.sent)
				begin := time.Now()
				if last, err := io.ReadAll(response); err != nil || string(last) != test.last {
					t.Errorf("got %q, %v, want %q", last, err, test.last)
				}
				if took := time.Since(begin); took != test.after {
					t.Errorf("ended after %v, want %v", took, test.after)
				}
			})
		})
	}
}

// A connection beyond the limit waits for one that ends.
func TestConnectionsBeyondTheLimitWait(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.Connections = 1
	synctest.Test(t, func(t *testing.T) {
		_, dial := serveMany(t, limits, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "served") })
		const served = `200 "" served`
		first := dial()
		if got := ask(t, first, "/"); got != served {
			t.Errorf("got %q", got)
		}
		answered := make(chan string, 1)
		go func() { answered <- ask(t, dial(), "/") }()
		synctest.Wait()
		select {
		case got := <-answered:
			t.Errorf("got %q while another connection was open", got)
		default:
		}
		first.Close()
		if got := <-answered; got != served {
			t.Errorf("got %q", got)
		}
	})
}

// Accept waits for room then, and not for the network.
func TestShutdownEndsWhileConnectionsAreAtTheirLimit(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.Connections = 1
	synctest.Test(t, func(t *testing.T) {
		release := make(chan bool)
		s, dial := serveMany(t, limits, func(w http.ResponseWriter, r *http.Request) {
			<-release
			io.WriteString(w, "served")
		})
		answered, ended := make(chan string), make(chan error)
		go func() { answered <- ask(t, dial(), "/") }()
		synctest.Wait()
		go func() { ended <- s.Shutdown(t.Context()) }()
		synctest.Wait()
		close(release)
		if got, want := <-answered, `200 "" served`; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// brokenListener is one whose socket is none any more.
type brokenListener struct{ pipes }

var errBroken = errors.New("the socket is broken")

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }

func TestListenerThatFailsIsAnError(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.Connections = 1
	s := newService(program(nil), limits)
	if err := s.Serve(brokenListener{make(pipes)}); !errors.Is(err, errBroken) {
		t.Errorf("error %v, want %v", err, errBroken)
	}
}

// The default of the other gateways is for servers that stand in front of a program and limit what reaches it.
func TestRequestsHaveALimitOfTheirOwnUnlessItIsSet(t *testing.T) {
	limits := stream.DefaultLimits()
	limits.Requests = 1
	for setting, want := range map[string]int{"": 250, "MAX_REQUESTS": 1} {
		s := newService(gateway.Program{
			Start:   func() (http.Handler, error) { return nil, errors.New("not of interest") },
			Setting: func(name string) (string, bool) { return map[string]string{setting: "1"}[name], name == setting },
		}, limits).(*service)
		if s.limits.Requests != want {
			t.Errorf("with the setting %q the limit is %d, want %d", setting, s.limits.Requests, want)
		}
	}
}

// Why the constructors have failed stands in the log; the client hears that they have.
func TestFailedConstructorsAreAnErrorPage(t *testing.T) {
	s := newService(gateway.Program{
		Start:   func() (http.Handler, error) { return nil, errors.New("no database at secret.example.com") },
		Setting: func(string) (string, bool) { return "", false },
	}, stream.DefaultLimits()).(*service)
	w := httptest.NewRecorder()
	s.server.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got, want := w.Body.String(), "500 Internal Server Error\n"; w.Code != 500 || got != want {
		t.Errorf("got %d %q, want 500 %q", w.Code, got, want)
	}
}

// A handler that takes over its connection when the process has ended its time keeps nothing open.
func TestConnectionThatIsTakenOverTooLateIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entered, closed := make(chan bool), make(chan bool)
		s, client := dial(t, stream.DefaultLimits(), func(w http.ResponseWriter, r *http.Request) {
			entered <- true
			<-closed
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return // the server has closed it
			}
			if _, err := conn.Write([]byte("still open")); err == nil {
				t.Error("the connection is open")
			}
		})
		fmt.Fprintf(client, plainGet, "/")
		<-entered
		s.closed.Store(true) // Close has gone over the connections that were taken before
		close(closed)
		if got, err := io.ReadAll(client); len(got) > 0 || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func TestBaseMayEndInASlash(t *testing.T) {
	for _, base := range []string{"/app", "/app/"} {
		for path, want := range map[string]string{"/app/x": "/app", "/app/": "/app", "/app": "/app", "/apple": "", "/x": "", "/": ""} {
			if got := variables(httptest.NewRequest("GET", path, nil), base).Get("SCRIPT_NAME"); got != want {
				t.Errorf("CGIGEN_BASE=%s, %s: SCRIPT_NAME is %q, want %q", base, path, got, want)
			}
		}
	}
}
