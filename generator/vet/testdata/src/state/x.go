package state

import (
	"net/http"
	"sync"
	"sync/atomic"
)

var (
	visits   int
	sessions = map[string]string{}
	cache    sync.Map
	lock     sync.Mutex
	ids      atomic.Uint64
	settings struct{ seen []string }
	pool     = sync.Pool{New: func() any { return new(int) }}
)

//cgigen:handler GET /
func Home(w http.ResponseWriter, r *http.Request) {
	lock.Lock()
	defer lock.Unlock()
	visits++                                      // want `Home keeps state in visits, which the next request does not see`
	sessions["a"] = "b"                           // want `Home keeps state in sessions`
	delete(sessions, "a")                         // want `Home keeps state in sessions`
	clear(sessions)                               // want `Home keeps state in sessions`
	cache.Store("a", 1)                           // want `Home keeps state in cache`
	settings.seen = append(settings.seen, r.Host) // want `Home keeps state in settings`
	local := map[string]int{"a": 1}
	local["b"] = 2
	_, _ = cache.Load("a")
	_ = ids.Add(1)
	pool.Put(pool.Get())
	_ = sessions["b"]
}

// Reset is for tests.
func Reset() { visits = 0 }
