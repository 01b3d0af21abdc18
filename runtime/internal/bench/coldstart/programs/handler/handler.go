// Package handler is what all measured programs do.
package handler

import (
	"io"
	"net/http"
)

// Serve answers with a line of text, below /out with a gigabyte, and below /in
// after it has read the body.
func Serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	switch r.URL.Path {
	case "/out":
		piece := make([]byte, 32<<10)
		for range (1 << 30) / len(piece) {
			w.Write(piece)
		}
	case "/in":
		io.Copy(io.Discard, r.Body)
	}
	w.Write([]byte("hello\n"))
}
