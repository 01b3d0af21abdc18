package runtime

import (
	"errors"
	"sync"
	"testing"
)

func TestLazyMakesAValueOnceForAllGoroutines(t *testing.T) {
	calls := 0
	lazy := Lazy(func() (*int, error) { calls++; return new(int), nil })
	if calls != 0 {
		t.Fatal("the value was made before its first use")
	}
	var wait sync.WaitGroup
	values := make([]*int, 16)
	for i := range values {
		wait.Go(func() { values[i], _ = lazy() })
	}
	wait.Wait()
	for _, v := range values {
		if v == nil || v != values[0] {
			t.Fatalf("got different values: %v", values)
		}
	}
	if calls != 1 {
		t.Errorf("made %d times, want once", calls)
	}
}

func TestLazyTriesAgainAfterAnError(t *testing.T) {
	broken := errors.New("database is starting")
	errs := []error{broken, nil}
	calls := 0
	lazy := Lazy(func() (int, error) { calls++; return calls, errs[calls-1] })
	if _, err := lazy(); err != broken {
		t.Fatalf("first call: %v, want %v", err, broken)
	}
	for range 2 {
		if v, err := lazy(); v != 2 || err != nil {
			t.Errorf("after the error: %d, %v, want 2, nil", v, err)
		}
	}
}

func TestLazyTriesAgainAfterAPanic(t *testing.T) {
	calls := 0
	lazy := Lazy(func() (int, error) {
		if calls++; calls == 1 {
			panic("first")
		}
		return calls, nil
	})
	func() {
		defer func() { _ = recover() }()
		_, _ = lazy()
	}()
	if v, err := lazy(); v != 2 || err != nil {
		t.Errorf("after the panic: %d, %v, want 2, nil", v, err)
	}
}
