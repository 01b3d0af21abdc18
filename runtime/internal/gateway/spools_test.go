package gateway

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
)

// What the bodies of a process keep together has a limit, whoever of them keeps it.
func TestBodiesOfAProcessHaveALimitTogether(t *testing.T) {
	spools := NewSpools(3 << 20)
	shared := func(x *Exchange) { x.Program.Spools = spools }
	body := strings.Repeat("b", 2<<20)
	upload := func(h http.HandlerFunc) result { return serve(h, strings.NewReader(body), post("2097152"), shared) }
	first := upload(func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		if n := spools.Kept(); n != 2<<20 {
			t.Errorf("%d bytes are counted, want those of the body", n)
		}
		second := upload(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "early"); w.(http.Flusher).Flush() })
		if !strings.HasPrefix(second.out, "Status: 503 ") || !strings.Contains(second.out, "\r\nRetry-After: ") ||
			strings.Contains(second.out, "early") || !strings.Contains(second.log, "CGIGEN_SPOOL_TOTAL") {
			t.Errorf("beyond the limit: %q, log %q", second.out, second.log)
		}
		reader := upload(func(w http.ResponseWriter, r *http.Request) {
			if n, err := io.Copy(io.Discard, r.Body); n != 2<<20 || err != nil {
				t.Errorf("a handler that reads its body gets %d bytes, %v", n, err)
			}
		})
		if !strings.HasPrefix(reader.out, "Status: 200 ") {
			t.Errorf("a handler that reads its body has a limit: %q", reader.out)
		}
		if b, err := io.ReadAll(r.Body); string(b) != body || err != nil {
			t.Errorf("the body that waits has %d bytes, %v", len(b), err)
		}
	})
	if !strings.HasPrefix(first.out, "Status: 200 ") || spools.Kept() != 0 {
		t.Errorf("got %.60q, and %d bytes are still counted", first.out, spools.Kept())
	}
}

// However a request ends, what its body has kept comes back: exactly that, so that the limit does not drift.
func TestCountOfKeptBodiesDoesNotDrift(t *testing.T) {
	flush := func(w http.ResponseWriter) { w.(http.Flusher).Flush() }
	breaks := func(x *Exchange) {
		out := x.Output.(*pipe)
		out.before = func() { out.broken = errors.New("the client is gone") }
	}
	tests := map[string]struct {
		handler http.HandlerFunc
		option  exchangeOption
		size    int
	}{
		"read":               {func(w http.ResponseWriter, r *http.Request) { flush(w); io.ReadAll(r.Body) }, nil, 3 << 20},
		"unread":             {func(w http.ResponseWriter, r *http.Request) { flush(w) }, nil, 3 << 20},
		"read in part":       {func(w http.ResponseWriter, r *http.Request) { flush(w); io.CopyN(io.Discard, r.Body, 10) }, nil, 3 << 20},
		"in memory":          {func(w http.ResponseWriter, r *http.Request) { flush(w) }, nil, 1 << 20},
		"closed":             {func(w http.ResponseWriter, r *http.Request) { flush(w); r.Body.Close() }, nil, 3 << 20},
		"panic":              {func(w http.ResponseWriter, r *http.Request) { flush(w); panic(http.ErrAbortHandler) }, nil, 3 << 20},
		"client lost":        {func(w http.ResponseWriter, r *http.Request) { flush(w); io.WriteString(w, "x"); flush(w) }, breaks, 3 << 20},
		"beyond its limit":   {func(w http.ResponseWriter, r *http.Request) { flush(w) }, nil, 65 << 20},
		"beyond that of all": {func(w http.ResponseWriter, r *http.Request) { flush(w) }, func(x *Exchange) { x.Program.Spools.limit = 2 << 20 }, 3 << 20},
		"folder missing":     {func(w http.ResponseWriter, r *http.Request) { flush(w) }, func(x *Exchange) { x.Program.Setting = noFolder }, 3 << 20},
		"full duplex": {func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).EnableFullDuplex()
			flush(w)
			io.Copy(w, r.Body)
		}, nil, 3 << 20},
		"full duplex, client lost": {func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).EnableFullDuplex()
			flush(w)
			io.WriteString(w, "x")
			flush(w)
		}, breaks, 3 << 20},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spools := NewSpools(100 << 20)
			options := []exchangeOption{func(x *Exchange) { x.Program.Spools = spools }}
			if test.option != nil {
				options = append(options, test.option)
			}
			serve(test.handler, io.LimitReader(endless{}, int64(test.size)), post(""), append(options, func(x *Exchange) {
				x.Vars = append(x.Vars, Var{"HTTP_TRANSFER_ENCODING", "chunked"})
			})...)
			if spools.kept != 0 || spools.memory != 0 {
				t.Errorf("%d bytes are still counted, %d of them in memory", spools.kept, spools.memory)
			}
		})
	}
}

func noFolder(name string) (string, bool) { return "/nonexistent", name == "SPOOL_DIR" }

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// The memory of many bodies is limited as well: beyond that they are in files from the first byte on.
func TestMemoryOfManyBodiesIsLimited(t *testing.T) {
	spools := NewSpools(0)
	limits := &SpoolLimits{Memory: 1 << 20, Total: 64 << 20, Dir: t.TempDir(), Shared: spools}
	var all []*spool
	for range 40 {
		s := newSpool(limits)
		if err := s.append(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if spools.memory != spoolMemory || spools.kept != 40<<20 {
		t.Errorf("%d bytes are kept, %d of them in memory", spools.kept, spools.memory)
	}
	for _, s := range all {
		b := make([]byte, 1<<20)
		if _, err := io.ReadFull(s, b); err != nil {
			t.Error(err)
		}
		s.close()
		s.close()
	}
	if spools.memory != 0 || spools.kept != 0 {
		t.Errorf("%d bytes are still counted, %d of them in memory", spools.kept, spools.memory)
	}
}

func TestSpoolsAreCountedFromManyGoroutines(t *testing.T) {
	spools := NewSpools(8 << 20)
	limits := &SpoolLimits{Memory: 64 << 10, Total: 1 << 20, Dir: os.TempDir(), Shared: spools}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 20 {
				s := newSpool(limits)
				for range 5 {
					s.append(make([]byte, 300<<10)) // beyond the limit at times
				}
				if n := spools.Kept(); n > 8<<20 || n < 0 {
					t.Errorf("%d bytes are counted", n)
				}
				s.close()
			}
		})
	}
	all.Wait()
	if spools.kept != 0 || spools.memory != 0 {
		t.Errorf("%d bytes are still counted, %d of them in memory", spools.kept, spools.memory)
	}
}
