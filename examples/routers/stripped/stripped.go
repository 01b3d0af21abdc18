// Package stripped is a program whose router does not know where it is mounted:
// strip= cuts that off.
package stripped

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"example.com/routers/users"
)

// New returns a router that sees /users/7 of /stripped/users/7.
//
//cgigen:handler /stripped/ strip=/stripped
func New() chi.Router {
	r := chi.NewRouter()
	r.Use(middleware.GetHead)
	r.Get("/users/{id}", show)
	r.Post("/echo", users.Echo)
	return r
}

func show(w http.ResponseWriter, r *http.Request) {
	users.Show(w, users.Find(r, "/stripped/users", chi.URLParam(r, "id")))
}
