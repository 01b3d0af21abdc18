package runtime

import (
	"context"
	"errors"
	"syscall"
	"testing"
)

// Who has not asked for the context before the signal learns of it all the same.
func TestSignalIsTheCauseOfAContextThatNobodyHasAskedFor(t *testing.T) {
	l := &processContext{}
	l.Cancel(&stopped{syscall.SIGTERM})
	l.Cancel(context.Canceled) // the handler has returned
	if err := l.Err(); err != context.Canceled {
		t.Errorf("the error is %v, want %v", err, context.Canceled)
	}
	cause := context.Cause(l)
	if cause == nil || cause.Error() != "received terminated" || !errors.Is(cause, context.Canceled) {
		t.Errorf("the cause is %v, want the signal", cause)
	}
}
