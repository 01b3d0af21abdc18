package logger

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

func TestWhatIsLoggedForARequestGoesWithIt(t *testing.T) {
	var log bytes.Buffer
	plain := slog.New(newHandler(func(w io.Writer) slog.Handler {
		return slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: withoutTime})
	}))
	x := &gateway.Exchange{
		Program: gateway.Program{
			Start: func() (http.Handler, error) {
				return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					plain.With("a", 1).WithGroup("g").With("b", 2).InfoContext(r.Context(), "said", "c", 3)
				}), nil
			},
			Setting: func(string) (string, bool) { return "", false },
		},
		Vars:    gateway.Vars{{Name: "REQUEST_METHOD", Value: "GET"}, {Name: "REQUEST_URI", Value: "/"}},
		Input:   http.NoBody,
		Output:  discard{io.Discard},
		Log:     &log,
		Context: t.Context(),
		Cancel:  func() {},
	}
	x.Serve()
	if want := "level=INFO msg=said a=1 g.b=2 g.c=3\n"; log.String() != want {
		t.Errorf("log %q, want %q", &log, want)
	}
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// discard is an output that nobody reads.
type discard struct{ io.Writer }

func (discard) Flush() error { return nil }
