// Package users is where the routes of all programs lead.
package users

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"github.com/cgigen/cgigen/runtime"
)

// MaxBody is the size in bytes beyond which a body is not sent back.
const MaxBody = 1 << 20

// A User is what a route with a path parameter answers, as JSON.
type User struct {
	ID  string `json:"id"`
	URL string `json:"url"` // path of this answer, for a link
}

// Find returns the user of an id. The site's path to the users is base, such
// as /chi/users: what is before it, the router cannot know.
func Find(r *http.Request, base, id string) User {
	return User{ID: id, URL: runtime.Prefix(r) + base + "/" + url.PathEscape(id)}
}

// Show answers with a user as JSON.
func Show(w http.ResponseWriter, u User) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(u)
}

// Echo answers with the body of the request.
func Echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(body)
}
