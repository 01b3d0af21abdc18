// Package site answers every request with what it got.
package site

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"

	"github.com/cgigen/cgigen/runtime"
)

// Config has a value without a default, as real sites do.
//
//cgigen:config prefix=SITE_
type Config struct {
	Token string `env:"TOKEN,required" secret:"true" doc:"what nobody else may know"`
	Color string `env:"COLOR" envDefault:"green" doc:"color of the pages"`
}

type report struct {
	program string
	config  Config
}

func (h report) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	user, password, _ := r.BasicAuth()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "program %s\npattern %s\nmethod %s\nprefix %s\npath %s\nuri %s\nauth %s:%s\ncolor %s\n",
		h.program, r.Pattern, r.Method, runtime.Prefix(r), r.URL.Path, r.RequestURI, user, password, h.config.Color)
	fmt.Fprintf(w, "proxy %q\nbody %d %x\n", r.Header.Get("Proxy"), len(body), sha256.Sum256(body))
}

//cgigen:handler GET /{$} name=home
func NewHome(c Config) http.Handler { return report{"home", c} }

//cgigen:handler GET /users/{id} name=user
func NewUser(c Config) http.Handler { return report{"user", c} }

//cgigen:handler PUT /users/{id} name=save
//cgigen:handler POST /users name=save
func NewSave(c Config) http.Handler { return report{"save", c} }

//cgigen:handler GET /users name=list
func NewList(c Config) http.Handler { return report{"list", c} }

//cgigen:handler /files/{path...} name=files
func NewFiles(c Config) http.Handler { return report{"files", c} }

//cgigen:handler GET admin.test/users/{id} name=admin
func NewAdmin(c Config) http.Handler { return report{"admin", c} }

//cgigen:handler GET /a.b+c/{x}/end name=odd
func NewOdd(c Config) http.Handler { return report{"odd", c} }
