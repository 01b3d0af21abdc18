package gateway

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sender is an output that sends files by itself.
type sender struct{ pipe }

func (s *sender) ReadFile(f *os.File, n int64) (int64, error) { return io.CopyN(&s.Buffer, f, n) }

func TestNegativeLimitSendsNothing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(strings.Repeat("secret ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &sender{}
	serve(func(w http.ResponseWriter, _ *http.Request) {
		f, err := os.Open(name)
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		w.(http.Flusher).Flush()
		io.CopyN(w, f, -1)
	}, strings.NewReader(""), get(), func(x *Exchange) { x.Output = out })
	if strings.Contains(out.String(), "secret") {
		t.Errorf("%d bytes of the file are sent", out.Len())
	}
}

// The limit of the spool is for what waits, not for what has passed.
func TestFullDuplexBodyMayBeLargerThanTheSpool(t *testing.T) {
	const size, step = 1 << 20, 4 << 10
	in, client := io.Pipe()
	taken := make(chan bool)
	go func() {
		for range size / step {
			client.Write(make([]byte, step))
			<-taken
		}
		client.Close()
	}()
	var got int
	var end error
	r := serve(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		w.(http.Flusher).Flush()
		buf := make([]byte, step)
		for {
			n, err := io.ReadFull(r.Body, buf)
			if got += n; err != nil {
				end = err
				return
			}
			taken <- true
		}
	}, in, post(fmt.Sprint(size)), func(x *Exchange) {
		x.Program.Setting = func(name string) (string, bool) { return "64K", name == "SPOOL_LIMIT" }
	})
	if got != size || end != io.EOF {
		t.Errorf("read %d of %d bytes, %v; log %q", got, size, end, r.log)
	}
}

// breather is a body whose first read runs into a deadline.
type breather struct{ tired bool }

func (b *breather) Read(p []byte) (int, error) {
	if !b.tired {
		b.tired = true
		return 0, os.ErrDeadlineExceeded
	}
	return copy(p, "abc"), nil
}

func TestBodyGoesOnAfterAReadDeadline(t *testing.T) {
	serve(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Body.Read(make([]byte, 3)); err != os.ErrDeadlineExceeded {
			t.Errorf("first read: %v", err)
		}
		if b, err := io.ReadAll(r.Body); string(b) != "abc" || err != nil {
			t.Errorf("then %q, %v", b, err)
		}
	}, &breather{}, post("3"))
}
