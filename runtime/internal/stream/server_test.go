package stream_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A script is a listener that does what a test says: it accepts a connection in memory, or fails.
type script struct {
	steps  chan any
	closed chan bool
}

func newScript() script { return script{make(chan any), make(chan bool)} }

func (s script) Accept() (net.Conn, error) {
	select {
	case step := <-s.steps:
		if err, failed := step.(error); failed {
			return nil, err
		}
		return step.(net.Conn), nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s script) Close() error {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
	return nil
}

func (s script) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// dial hands the server a connection.
func (s script) dial(t *testing.T) net.Conn {
	server, client := net.Pipe()
	t.Cleanup(func() { client.Close() })
	s.steps <- server
	return client
}

// A session of the test's protocol is the letter e, which a byte answers, and then lasts until the peer hangs up.
type session struct{ conn *stream.Conn }

func (s *session) Serve() {
	s.conn.Discard(1)
	s.conn.Write([]byte("E"))
	s.conn.Read(make([]byte, 1))
}
func (s *session) Finish()      { s.conn.Close() }
func (s *session) Cancel(error) { s.conn.Close() }

var echo = stream.Protocol{
	Name:   "echo",
	Begins: func(b byte) bool { return b == 'e' },
	Open:   func(_ *stream.Server, c *stream.Conn) stream.Session { return &session{conn: c} },
}

// serve runs a server until the test ends.
func serve(t *testing.T, s *stream.Server, l net.Listener) (ended chan error) {
	ended = make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close(errors.New("the test is over"))
		s.Shutdown(context.Background())
		synctest.Wait()
	})
	return ended
}

func speak(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.WriteString(conn, "e"); err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	if _, err := io.ReadFull(conn, b[:]); err != nil || b[0] != 'E' {
		t.Fatalf("got %q, %v", b, err)
	}
}

func TestErrorsOfAcceptAreTriedAgainOrReturned(t *testing.T) {
	temporary, final := syscall.EMFILE, syscall.EINVAL
	const logged = "cgigen: too many open files; trying again\n"
	tests := []struct {
		name  string
		steps []error // nil is a connection
		log   string
		pause time.Duration
	}{
		{"one", []error{temporary, nil}, logged, 5 * time.Millisecond},
		{"a row is said once", []error{temporary, temporary, temporary, nil}, logged, 35 * time.Millisecond},
		{"two rows are said twice", []error{temporary, nil, temporary, nil}, logged + logged, 10 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, log := newScript(), new(bytes.Buffer)
				ended := serve(t, &stream.Server{Protocols: []stream.Protocol{echo}, Log: log}, l)
				begin := time.Now()
				for _, step := range test.steps {
					if step != nil {
						l.steps <- step
					} else {
						speak(t, l.dial(t))
					}
				}
				if took := time.Since(begin); took != test.pause || log.String() != test.log {
					t.Errorf("after %v, log %q; want %v, %q", took, log, test.pause, test.log)
				}
				l.steps <- final
				if err := <-ended; err != final {
					t.Errorf("error %v, want %v", err, final)
				}
			})
		})
	}
}

func TestPauseAfterErrorsEndsAtASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newScript()
		serve(t, &stream.Server{Protocols: []stream.Protocol{echo}, Log: io.Discard}, l)
		for range 20 {
			l.steps <- syscall.EMFILE
		}
		begin := time.Now()
		l.dial(t)
		if took := time.Since(begin); took != time.Second {
			t.Errorf("after %v", took)
		}
	})
}

func TestConnectionsBeyondTheLimitWaitToBeAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newScript()
		serve(t, &stream.Server{Protocols: []stream.Protocol{echo}, Limits: stream.Limits{Connections: 2}}, l)
		first := l.dial(t)
		speak(t, first)
		speak(t, l.dial(t))
		accepted := make(chan net.Conn)
		go func() { accepted <- l.dial(t) }()
		synctest.Wait()
		select {
		case <-accepted:
			t.Error("a third connection was accepted")
		default:
		}
		first.Close()
		speak(t, <-accepted)
	})
}

// Serve waits for room then, and not for the network.
func TestShutdownEndsAServerWhoseConnectionsAreAtTheirLimit(t *testing.T) {
	ways := map[string]func(*stream.Server) error{
		"shutdown": func(s *stream.Server) error { return s.Shutdown(context.Background()) },
		"close":    func(s *stream.Server) error { s.Close(errors.New("close")); return nil },
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newScript()
				s := &stream.Server{Protocols: []stream.Protocol{echo}, Limits: stream.Limits{Connections: 1}}
				ended := serve(t, s, l)
				speak(t, l.dial(t))
				synctest.Wait()
				if err := end(s); err != nil {
					t.Error(err)
				}
				if err := <-ended; err != nil {
					t.Error(err)
				}
				if !s.Stopping() {
					t.Error("the server does not say that it stops")
				}
			})
		})
	}
}

func TestPeerThatSpeaksNothingKnownIsLogged(t *testing.T) {
	other := echo
	other.Name, other.Begins = "other", func(b byte) bool { return b == 'o' }
	s := &stream.Server{Protocols: []stream.Protocol{echo, other}}
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": t.TempDir() + "/s"} {
		t.Run(network, func(t *testing.T) {
			l, err := net.Listen(network, address)
			if err != nil {
				t.Fatal(err)
			}
			log := new(bytes.Buffer)
			s := &stream.Server{Protocols: s.Protocols, Log: log}
			ended := make(chan error)
			go func() { ended <- s.Serve(l) }()
			conn, err := net.Dial(network, l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			from := "a socket"
			if network == "tcp" {
				from = conn.LocalAddr().String()
			}
			io.WriteString(conn, "G")
			io.ReadAll(conn) // to its end
			if err := s.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if want := "cgigen: a connection from " + from + " begins with 'G', which is not echo or other\n"; log.String() != want {
				t.Errorf("log %q, want %q", log, want)
			}
		})
	}
}

func TestLimitsAreChosen(t *testing.T) {
	for wanted, want := range map[int]int{0: 7, 3: 3, -1: 0} {
		limit := 7
		if stream.Choose(&limit, wanted); limit != want {
			t.Errorf("%d instead of 7 is %d, want %d", wanted, limit, want)
		}
	}
}
