package stream_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// pipe is a connection in memory, so that time is that of the test.
func pipe(t *testing.T, limits stream.Limits) (ours *stream.Conn, theirs net.Conn) {
	server, client := net.Pipe()
	t.Cleanup(func() { server.Close(); client.Close() })
	return stream.NewConn(server, limits), client
}

// What is asked for arrives in one piece wherever it stands in the buffer.
func TestFillJoinsWhatTheBufferCuts(t *testing.T) {
	const size = 1024 // the most that may be asked for; the buffer is no multiple of size-1
	c, peer := pipe(t, stream.Limits{})
	var text strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&text, "%d ", i)
	}
	go func() {
		io.WriteString(peer, text.String())
		peer.Close()
	}()
	var got strings.Builder
	for n := size - 1; text.Len()-got.Len() >= n; {
		if err := c.Fill(n); err != nil {
			t.Fatal(err)
		}
		got.Write(c.Buffered()[:n])
		c.Discard(n)
	}
	rest, err := io.ReadAll(c)
	if got.Write(rest); err != nil || got.String() != text.String() {
		t.Errorf("%d bytes of %d, %v", got.Len(), text.Len(), err)
	}
}

func TestEndOfAConnectionSaysWhetherSomethingIsMissing(t *testing.T) {
	for sent, want := range map[string]error{"": io.EOF, "abc": io.ErrUnexpectedEOF, "abcd": nil} {
		c, peer := pipe(t, stream.Limits{})
		go func() {
			io.WriteString(peer, sent)
			peer.Close()
		}()
		if err := c.Fill(4); err != want || string(c.Buffered()) != sent {
			t.Errorf("after %q: %v with %q, want %v", sent, err, c.Buffered(), want)
		}
	}
}

// silence is how long a read waits, and whether it ends by a time limit.
func silence(c *stream.Conn, atMost time.Duration) (took time.Duration, timeout bool) {
	begin := time.Now()
	timer := time.AfterFunc(atMost, func() { c.Close() })
	defer timer.Stop()
	_, err := c.Read(make([]byte, 1))
	return time.Since(begin), errors.Is(err, os.ErrDeadlineExceeded)
}

func TestReadsEndByTheirLimit(t *testing.T) {
	const limit, never = time.Minute, 100 * time.Hour
	tests := []struct {
		name    string
		limit   time.Duration
		prepare func(*stream.Conn)
		want    time.Duration
		timeout bool
	}{
		{"limit for silence", limit, func(*stream.Conn) {}, limit, true},
		{"none", 0, func(*stream.Conn) {}, never, false},
		{"deadline before the limit", limit, func(c *stream.Conn) { c.SetReadDeadline(time.Now().Add(time.Second)) }, time.Second, true},
		{"deadline after the limit", limit, func(c *stream.Conn) { c.SetReadDeadline(time.Now().Add(time.Hour)) }, time.Hour, true},
		{"deadline without a limit", 0, func(c *stream.Conn) { c.SetReadDeadline(time.Now().Add(time.Hour)) }, time.Hour, true},
		{"deadline that is taken back", limit, func(c *stream.Conn) {
			c.SetReadDeadline(time.Now().Add(time.Second))
			c.SetReadDeadline(time.Time{})
		}, limit, true},
		{"within a time", limit, func(c *stream.Conn) { c.Within(time.Second) }, time.Second, true},
		{"within no time", limit, func(c *stream.Conn) { c.Within(0) }, limit, true},
		{"after an interruption", limit, func(c *stream.Conn) { c.Kick(); c.Unkick() }, limit, true},
		{"deadline after an interruption", limit, func(c *stream.Conn) {
			c.SetReadDeadline(time.Now().Add(time.Hour))
			c.Kick()
			c.Unkick()
		}, time.Hour, true},
		{"deadline during an interruption", limit, func(c *stream.Conn) {
			c.Kick()
			c.SetReadDeadline(time.Now().Add(time.Hour))
			c.Unkick()
		}, time.Hour, true},
		{"no interruption", 0, (*stream.Conn).Unkick, never, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := pipe(t, stream.Limits{IdleTimeout: test.limit})
				test.prepare(c)
				if took, timeout := silence(c, never); took != test.want || timeout != test.timeout {
					t.Errorf("after %v, timeout %v; want %v, %v", took, timeout, test.want, test.timeout)
				}
			})
		})
	}
}

// The deadline is moved when half of it is over, because each move costs a system timer.
func TestSilenceIsNoticedBetweenHalfTheLimitAndTheLimit(t *testing.T) {
	const limit = time.Minute
	for _, pause := range []time.Duration{limit / 4, limit/2 - 1, limit / 2, limit/2 + 1, limit * 3 / 4} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := pipe(t, stream.Limits{IdleTimeout: limit})
			for range 3 {
				go func() {
					time.Sleep(pause)
					io.WriteString(peer, "x")
				}()
				if _, err := c.Read(make([]byte, 1)); err != nil {
					t.Fatalf("after %v: %v", pause, err)
				}
			}
			if took, timeout := silence(c, time.Hour); took < limit/2 || took > limit || !timeout {
				t.Errorf("after %v, timeout %v", took, timeout)
			}
		})
	}
}

func TestInterruptionEndsAReadThatWaits(t *testing.T) {
	for _, until := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			c, peer := pipe(t, stream.Limits{})
			c.Within(until)
			go func() {
				synctest.Wait()
				c.Kick()
			}()
			if err := c.Fill(1); !stream.IsKick(err) {
				t.Errorf("error %v of a read that waits", err)
			}
			if err := c.Fill(1); !stream.IsKick(err) {
				t.Errorf("error %v of a read afterwards", err)
			}
			c.Unkick()
			go io.WriteString(peer, "x")
			if err := c.Fill(1); err != nil || string(c.Buffered()) != "x" {
				t.Errorf("got %q, %v when reading goes on", c.Buffered(), err)
			}
		})
	}
	if stream.IsKick(os.ErrDeadlineExceeded) || stream.IsKick(nil) {
		t.Error("other ends of a read are no interruption")
	}
}

func TestWritesEndByTheirLimit(t *testing.T) {
	const limit, never = time.Minute, 100 * time.Hour
	deadline := func(d time.Duration) *stream.WriteDeadline {
		w := new(stream.WriteDeadline)
		w.Set(time.Now().Add(d))
		return w
	}
	tests := []struct {
		name    string
		limit   time.Duration
		of      func() *stream.WriteDeadline
		want    time.Duration
		timeout bool
	}{
		{"limit", limit, func() *stream.WriteDeadline { return nil }, limit, true},
		{"none", 0, func() *stream.WriteDeadline { return nil }, never, false},
		{"limit and no deadline", limit, func() *stream.WriteDeadline { return new(stream.WriteDeadline) }, limit, true},
		{"deadline before the limit", limit, func() *stream.WriteDeadline { return deadline(time.Second) }, time.Second, true},
		{"deadline after the limit", limit, func() *stream.WriteDeadline { return deadline(time.Hour) }, time.Hour, true},
		{"deadline that has passed", limit, func() *stream.WriteDeadline { return deadline(-1) }, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := pipe(t, stream.Limits{WriteTimeout: test.limit})
				begin := time.Now()
				timer := time.AfterFunc(never, func() { c.Close() })
				_, err := c.WriteUntil(test.of(), []byte("nobody reads this"))
				timer.Stop()
				if took, timeout := time.Since(begin), errors.Is(err, os.ErrDeadlineExceeded); took != test.want || timeout != test.timeout {
					t.Errorf("after %v, timeout %v; want %v, %v", took, timeout, test.want, test.timeout)
				}
				if !test.timeout {
					return
				}
				go io.Copy(io.Discard, peer) // a deadline of one request is none of the next one
				if n, err := c.Write([]byte("taken")); n != 5 || err != nil {
					t.Errorf("afterwards: %d, %v", n, err)
				}
			})
		})
	}
}

// A deadline that is set while a write waits holds for it.
func TestWriteDeadlineMayBeSetWhileAWriteWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pipe(t, stream.Limits{WriteTimeout: time.Hour})
		var d stream.WriteDeadline
		go func() {
			synctest.Wait()
			d.Set(time.Now().Add(time.Second))
		}()
		begin := time.Now()
		_, err := c.WriteUntil(&d, []byte("nobody reads this"))
		if took := time.Since(begin); !errors.Is(err, os.ErrDeadlineExceeded) || took != time.Second || !d.Passed() {
			t.Errorf("%v after %v, passed: %v", err, took, d.Passed())
		}
		if (*stream.WriteDeadline)(nil).Passed() || new(stream.WriteDeadline).Passed() {
			t.Error("no deadline has passed")
		}
	})
}
