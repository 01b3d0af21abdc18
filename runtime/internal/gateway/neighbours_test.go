package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProtocolsHaveTheirNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"HTTP/1.0": "HTTP/1.0 1 0", "HTTP/1.1": "HTTP/1.1 1 1", "http/1.1": "HTTP/1.1 1 1", "HTTP/2": "HTTP/2.0 2 0", "HTTP/2.0": "HTTP/2.0 2 0", "HTTP/3": "HTTP/3.0 3 0",
		"INCLUDED": "HTTP/1.0 1 0", "included": "HTTP/1.0 1 0", "": "HTTP/1.1 1 1", "HTTP/": "HTTP/1.1 1 1", "HTTP/x": "HTTP/1.1 1 1", "HTTP/1.x": "HTTP/1.1 1 1",
		"HTTP/1_0": "HTTP/1.1 1 1", "HTTP/10.1": "HTTP/1.1 1 1", "HTTPS/1.0": "HTTP/1.1 1 1",
	} {
		proto, major, minor := protocol(text)
		if got := fmt.Sprint(proto, " ", major, " ", minor); got != want {
			t.Errorf("SERVER_PROTOCOL %q is %s, want %s", text, got, want)
		}
	}
}

// What is larger than the memory of a spool goes to a file, and what is larger than the whole is refused; the limits are
// those of what is accepted.
func TestSpoolKeepsItsLimits(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	noFile := func(err error) bool { return err != nil && strings.Contains(err.Error(), missing) }
	tooLarge := func(err error) bool { _, ok := errors.AsType[*http.MaxBytesError](err); return ok }
	fine := func(err error) bool { return err == nil }
	tests := []struct {
		name string
		dir  string
		puts []int
		last func(error) bool
	}{
		{"within memory", missing, []int{6, 4}, fine},
		{"in one piece", missing, []int{10}, fine},
		{"beyond memory", missing, []int{6, 5}, noFile},
		{"beyond memory, in one piece", missing, []int{11}, noFile},
		{"in a file", t.TempDir(), []int{6, 5, 9}, fine},
		{"beyond the total", t.TempDir(), []int{6, 5, 10}, tooLarge},
		{"beyond the total, in one piece", t.TempDir(), []int{21}, tooLarge},
		{"in memory after a file", t.TempDir(), []int{1, 15, 4}, fine},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := NewSpool(&SpoolLimits{Memory: 10, Total: 20, Dir: test.dir})
			defer s.Close()
			var sent, got []byte
			for i, n := range test.puts {
				p := []byte(strings.Repeat(string(rune('a'+i)), n))
				err := s.Put(p)
				if i < len(test.puts)-1 && err != nil || i == len(test.puts)-1 && !test.last(err) {
					t.Fatalf("put %d: %v", i, err)
				}
				if err == nil {
					sent = append(sent, p...)
				}
			}
			for buf := make([]byte, 3); ; {
				n, err := s.Take(buf)
				if got = append(got, buf[:n]...); n == 0 || err != nil {
					break
				}
			}
			if string(got) != string(sent) {
				t.Errorf("took %q, want %q", got, sent)
			}
		})
	}
}

// Whoever reads and writes at once is not held up by a client that does the one before the other.
func TestFullDuplexTakesTheBodyWhileTheHandlerWrites(t *testing.T) {
	const size = 3 << 20
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		_, err := w.Write(make([]byte, size)) // all of it before it reads a byte of the answer
		sent <- err
		w.Close()
	}()
	got := serve(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		w.(http.Flusher).Flush()
		select {
		case err := <-sent:
			n, readErr := io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, n, err, readErr)
		case <-time.After(20 * time.Second):
			fmt.Fprint(w, "the client cannot send")
		}
	}, r, post(fmt.Sprint(size)))
	if _, body, _ := strings.Cut(got.out, "\r\n\r\n"); body != fmt.Sprint(size, "<nil> <nil>") && body != fmt.Sprint(size, " <nil> <nil>") {
		t.Errorf("got %q", body)
	}
}

// Old middleware asks a CloseNotifier instead of the context.
func TestCloseNotifyIsTheEndOfTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cancel context.CancelFunc
		got := serve(func(w http.ResponseWriter, r *http.Request) {
			gone := w.(http.CloseNotifier).CloseNotify() //lint:ignore SA1019 this is what it is for
			synctest.Wait()
			select {
			case <-gone:
				t.Error("gone before the end")
			default:
			}
			cancel()
			<-gone
			io.WriteString(w, "gone")
		}, strings.NewReader(""), get(), func(x *Exchange) { cancel = x.Cancel })
		if _, body, _ := strings.Cut(got.out, "\r\n\r\n"); body != "gone" {
			t.Errorf("got %q", got.out)
		}
	})
}

// A body that its handler has left to the transport is closed for whoever still holds it.
func TestBodyThatIsLeftIsClosed(t *testing.T) {
	var left io.Reader
	serve(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			t.Error(err)
		}
		left = r.Body
		io.WriteString(w, "answer")
	}, strings.NewReader("the body"), post("8"), func(x *Exchange) { x.Server.BodyLast = true })
	read := make(chan error)
	go func() {
		_, err := left.Read(make([]byte, 1))
		read <- err
	}()
	select {
	case err := <-read:
		if !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("error %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("reading waits for ever")
	}
}
