// Package picture serves the pictures of the entries.
package picture

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"example.com/guestbook"
	"example.com/guestbook/book"
)

type picture struct {
	book *book.Book
	log  *slog.Logger
}

// NewPicture makes the handler of the pictures. It has no templates: its
// program starts as fast as the database allows.
//
//cgigen:handler GET /pictures/{id}
func NewPicture(ctx context.Context, c guestbook.Config, log *slog.Logger) (http.Handler, func() error, error) {
	b, err := book.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return &picture{book: b, log: log}, b.Close, nil
}

func (p *picture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	found, signed, err := p.book.Picture(r.Context(), id)
	if errors.Is(err, book.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		p.log.ErrorContext(r.Context(), "picture not read", "entry", id, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "image/jpeg") // upload.Clean makes nothing else
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	// A picture never changes, and its number is never used again. A week,
	// because it may be taken back.
	header.Set("Cache-Control", "public, max-age=604800, immutable")
	header.Set("ETag", `"`+found.Digest+`"`)
	http.ServeContent(w, r, "", signed, bytes.NewReader(found.Data))
}
