// Package gorilla is a program whose routes are those of a gorilla router.
package gorilla

import (
	"net/http"

	"github.com/gorilla/mux"

	"example.com/routers/users"
)

// New returns the router.
//
//cgigen:handler /gorilla/{path...}
func New() *mux.Router {
	router := mux.NewRouter()
	router.HandleFunc("/gorilla/users/{id}", show).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/gorilla/echo", users.Echo).Methods(http.MethodPost)
	return router
}

func show(w http.ResponseWriter, r *http.Request) {
	users.Show(w, users.Find(r, "/gorilla/users", mux.Vars(r)["id"]))
}
