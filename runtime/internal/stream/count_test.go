package stream_test

import (
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// A refusal leaves the count as it is: otherwise the limit would close for good, or open.
func TestCountOfRequestsDoesNotDrift(t *testing.T) {
	s := &stream.Server{Limits: stream.Limits{Requests: 2}}
	for round := range 3 {
		for range 2 {
			if !s.Begin() {
				t.Fatalf("round %d: a request within the limit is refused", round)
			}
		}
		for range 5 {
			if s.Begin() {
				t.Fatalf("round %d: a request beyond the limit is taken", round)
			}
		}
		if n := s.Running(); n != 2 {
			t.Fatalf("round %d: %d requests are counted, want 2", round, n)
		}
		s.End()
		if !s.Begin() || s.Begin() {
			t.Fatalf("round %d: the end of one request makes room for other than one", round)
		}
		s.End()
		s.End()
		if n := s.Running(); n != 0 {
			t.Fatalf("round %d: %d requests are counted, want none", round, n)
		}
	}
}
