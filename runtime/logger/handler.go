package logger

import (
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// A handler writes to the log of the request whose context it gets.
type handler struct {
	slog.Handler                              // for standard error
	open         func(io.Writer) slog.Handler // the same for another place
}

func newHandler(open func(io.Writer) slog.Handler) handler { return handler{open(os.Stderr), open} }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if info := gateway.InfoOf(ctx); info != nil && info.Log != nil {
		return h.open(info.Log).Handle(ctx, r)
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return newHandler(func(w io.Writer) slog.Handler { return h.open(w).WithAttrs(attrs) })
}

func (h handler) WithGroup(name string) slog.Handler {
	return newHandler(func(w io.Writer) slog.Handler { return h.open(w).WithGroup(name) })
}
