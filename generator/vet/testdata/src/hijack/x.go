package hijack

import (
	"bufio"
	"net"
	"net/http"
)

//cgigen:handler GET /
func Socket(w http.ResponseWriter, r *http.Request) {
	conn, _, _ := w.(http.Hijacker).Hijack() // want `the assertion to http.Hijacker in Socket panics` `Hijacker.Hijack in Socket always fails`
	conn.Close()
}

//cgigen:handler GET /ask
func Ask(w http.ResponseWriter, r *http.Request) {
	if h, ok := w.(http.Hijacker); ok {
		h.Hijack() // want `Hijacker.Hijack in Ask always fails`
	}
	http.NewResponseController(w).Hijack() // want `ResponseController.Hijack in Ask always fails`
}

type wrapper struct{ http.ResponseWriter }

func (w wrapper) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.ResponseWriter.(http.Hijacker).Hijack()
}
