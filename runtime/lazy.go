package runtime

import "sync"

// Lazy returns a function that makes a value at its first call and returns that
// value from then on. If make fails, nothing is kept: the next call tries
// again, so that a program that keeps running recovers with what it depends on.
// The function may be called by several goroutines; make is called by one of
// them at a time.
func Lazy[T any](make func() (T, error)) func() (T, error) {
	var mu sync.Mutex
	var value T
	made := false
	return func() (T, error) {
		mu.Lock()
		defer mu.Unlock()
		if made {
			return value, nil
		}
		v, err := make()
		if err == nil {
			value, made = v, true
		}
		return v, err
	}
}
