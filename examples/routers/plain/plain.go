// Package plain is a program without a router: a function that looks at the
// path and the method itself.
package plain

import (
	"net/http"
	"strings"

	"example.com/routers/users"
)

// Handler answers what is below /plain/.
//
//cgigen:handler /plain/{path...}
func Handler(w http.ResponseWriter, r *http.Request) {
	path := r.PathValue("path")
	id, isUser := strings.CutPrefix(path, "users/")
	switch {
	case isUser && id != "":
		show(w, r, id)
	case path == "echo":
		echo(w, r)
	default:
		http.NotFound(w, r)
	}
}

func show(w http.ResponseWriter, r *http.Request, id string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		refuse(w, "GET, HEAD")
		return
	}
	users.Show(w, users.Find(r, "/plain/users", id))
}

func echo(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		refuse(w, "POST")
		return
	}
	users.Echo(w, r)
}

func refuse(w http.ResponseWriter, allowed string) {
	w.Header().Set("Allow", allowed)
	http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
}
