// Package site sends what servers in front of a program are known to change.
package site

import (
	"fmt"
	"net/http"
	"strings"
)

// New answers a form of its own pages only, as net/http and gorilla/csrf check
// it: by the host that the browser has asked for.
//
//cgigen:handler GET /page binary=site
//cgigen:handler POST /form binary=site
func New() http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<a href=%s://%s/page>ä</a>", scheme, r.Host)
	}))
}

// Cookies sets three large ones.
//
//cgigen:handler GET /cookies binary=site
func Cookies(w http.ResponseWriter, r *http.Request) {
	for i := range 3 {
		http.SetCookie(w, &http.Cookie{Name: fmt.Sprint("c", i), Value: strings.Repeat("v", 2900)})
	}
}
