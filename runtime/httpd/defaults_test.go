package httpd

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// The count of what runs is exact after requests that were refused: the limit neither closes nor opens.
func TestLimitOfRequestsHoldsAfterRefusals(t *testing.T) {
	entered, release := make(chan bool), make(chan bool)
	p := program(map[string]string{"MAX_REQUESTS": "2"})
	p.Start = func() (http.Handler, error) {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { entered <- true; <-release }), nil
	}
	limits := stream.DefaultLimits()
	limits.Requests = 2
	s := newService(p, limits).(*service)
	ask := func() int {
		w := httptest.NewRecorder()
		s.server.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
			t.Error("no word of when to try again")
		}
		return w.Code
	}
	for round := range 3 {
		answers := make(chan int)
		for range 2 {
			go func() { answers <- ask() }()
			<-entered
		}
		for range 5 {
			if code := ask(); code != http.StatusServiceUnavailable {
				t.Errorf("round %d: a request beyond the limit gets %d", round, code)
			}
		}
		if n := s.running.Load(); n != 2 {
			t.Fatalf("round %d: %d requests are counted, want 2", round, n)
		}
		release <- true
		release <- true
		if a, b := <-answers, <-answers; a != http.StatusOK || b != http.StatusOK || s.running.Load() != 0 {
			t.Errorf("round %d: answers %d and %d, and %d requests are counted", round, a, b, s.running.Load())
		}
	}
}

func TestDefaultsAreOfAServerWithoutOneInFront(t *testing.T) {
	tests := []struct {
		settings map[string]string
		requests int
		header   int64
	}{
		{nil, 250, 32 << 10},
		{map[string]string{"MAX_REQUESTS": "", "HEADER_LIMIT": ""}, 250, 32 << 10},
		{map[string]string{"MAX_REQUESTS": "7"}, 7, 32 << 10},
		{map[string]string{"HEADER_LIMIT": "9"}, 250, 9},
	}
	for _, test := range tests {
		got := ownDefaults(gateway.Program{Setting: program(test.settings).Setting}, stream.Limits{Requests: 7, Header: 9})
		if got.Requests != test.requests || got.Header != test.header {
			t.Errorf("%v: %d requests, headers of %d bytes", test.settings, got.Requests, got.Header)
		}
	}
}
