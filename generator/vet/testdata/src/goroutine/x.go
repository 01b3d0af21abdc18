package goroutine

import (
	"net/http"
	"sync"
	"time"
)

//cgigen:handler GET /
func Home(w http.ResponseWriter, r *http.Request) {
	go send()                         // want `the goroutine in Home may outlive the request`
	time.AfterFunc(time.Second, send) // want `the goroutine in Home may outlive the request`
}

//cgigen:handler GET /wait
func Wait(w http.ResponseWriter, r *http.Request) {
	var wait sync.WaitGroup
	wait.Go(send)
	go send()
	wait.Wait()
}

//cgigen:handler GET /select
func Select(w http.ResponseWriter, r *http.Request) {
	done := make(chan bool)
	go func() { send(); close(done) }()
	select {
	case <-done:
	case <-r.Context().Done():
	}
}

//cgigen:handler GET /ends
func Ends(w http.ResponseWriter, r *http.Request) {
	go func() { <-r.Context().Done() }()
}

func send() {}
