package stream_test

import (
	"context"
	"errors"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

var errLost = errors.New("the peer is lost")

// Whether somebody has asked before the end or after it, the context is that of
// context.WithCancelCause.
func TestContextEnds(t *testing.T) {
	asks := map[string]func(context.Context){
		"nothing": func(context.Context) {},
		"error":   func(ctx context.Context) { ctx.Err() },
		"value":   func(ctx context.Context) { ctx.Value("key") },
		"done":    func(ctx context.Context) { ctx.Done() },
	}
	for name, ask := range asks {
		t.Run(name, func(t *testing.T) {
			ctx := new(stream.Context)
			ask(ctx)
			if err := ctx.Err(); err != nil {
				t.Errorf("error of a context that has not ended: %v", err)
			}
			ctx.Cancel(errLost)
			ctx.Cancel(context.Canceled)
			if err := ctx.Err(); err != context.Canceled {
				t.Errorf("error %v, want %v", err, context.Canceled)
			}
			<-ctx.Done()
			if err := ctx.Err(); err != context.Canceled {
				t.Errorf("error %v after Done, want %v", err, context.Canceled)
			}
			if err := context.Cause(ctx); err != errLost {
				t.Errorf("cause %v, want %v", err, errLost)
			}
		})
	}
}

func TestContextEndsItsChildren(t *testing.T) {
	ctx := new(stream.Context)
	child, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx.Cancel(errLost)
	<-child.Done()
	if err := context.Cause(child); err != errLost {
		t.Errorf("cause %v, want %v", err, errLost)
	}
}
