package state

import (
	"fmt"
	"net/http"
	"sync"
)

type Counter struct {
	visits   int
	users    map[string]int
	seen     []string
	recent   sync.Map
	greeting string
	once     sync.Once
	log      *list
}

type list struct{ lines []string }

func (l *list) add(line string) {
	l.lines = append(l.lines, line) // want `add \(called by ServeHTTP\) keeps state in l.lines`
}

//cgigen:handler GET /counter
func NewCounter() *Counter {
	c := &Counter{users: map[string]int{}, log: &list{}}
	c.users["nobody"] = 0
	c.register("somebody")
	return c
}

func (c *Counter) register(name string) { c.users[name] = 0 }

func (c *Counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.visits++                  // want `ServeHTTP keeps state in c.visits, which the next request does not see`
	c.users[r.Host]++           // want `ServeHTTP keeps state in c.users`
	c.seen = append(c.seen, "") // want `ServeHTTP keeps state in c.seen`
	c.recent.Store("a", 1)      // want `ServeHTTP keeps state in c.recent`
	c.once.Do(func() { c.greeting = "hello" })
	c.count(r)
	c.log.add("")
	answer := recorder{ResponseWriter: w, names: map[string]bool{}}
	answer.WriteHeader(http.StatusOK)
	fmt.Fprintln(w, c.users[r.Host])
}

func (c *Counter) count(r *http.Request) {
	delete(c.users, r.Host) // want `count \(called by ServeHTTP\) keeps state in c.users`
}

// A recorder belongs to one request.
type recorder struct {
	http.ResponseWriter
	status int
	names  map[string]bool
}

func (r *recorder) WriteHeader(status int) {
	r.status += status
	r.names["status"] = true
}

// A copy changes nothing but itself.
type copied struct {
	n     int
	names map[string]bool
}

func (c copied) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.n++
	c.names[r.Host] = true // want `ServeHTTP keeps state in c.names`
}

//cgigen:middleware
func Limit(next http.Handler) http.Handler {
	tokens := 10
	visitors := map[string]int{}
	var page []byte
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		local := map[string]int{}
		local["a"]++
		tokens--               // want `Limit keeps state in tokens, which the next request does not see`
		visitors[r.Host] += 1  // want `Limit keeps state in visitors`
		page = []byte("hello") // made at its first use
		inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { local["b"]++ })
		inner(w, r)
		next.ServeHTTP(w, r)
		w.Write(page)
	})
}
