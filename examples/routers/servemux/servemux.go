// Package servemux is a program whose routes are those of the standard library's router.
package servemux

import (
	"net/http"

	"example.com/routers/users"
)

// New returns the router.
//
//cgigen:handler /servemux/
func New() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /servemux/users/{id}", show)
	mux.HandleFunc("POST /servemux/echo", users.Echo)
	return mux
}

func show(w http.ResponseWriter, r *http.Request) {
	users.Show(w, users.Find(r, "/servemux/users", r.PathValue("id")))
}
