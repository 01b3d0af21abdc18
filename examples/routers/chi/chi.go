// Package chi is a program whose routes are those of a chi router.
package chi

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"example.com/routers/users"
)

// New returns the router. GetHead has routes for GET answer HEAD too.
//
//cgigen:handler /chi/
func New() *chi.Mux {
	r := chi.NewRouter()
	r.Use(middleware.GetHead)
	r.Route("/chi", func(r chi.Router) {
		r.Get("/users/{id}", show)
		r.Post("/echo", users.Echo)
	})
	return r
}

func show(w http.ResponseWriter, r *http.Request) {
	users.Show(w, users.Find(r, "/chi/users", chi.URLParam(r, "id")))
}
