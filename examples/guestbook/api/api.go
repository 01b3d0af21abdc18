// Package api is the guestbook for programs: the same entries as JSON.
package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cgigen/cgigen/runtime"

	"example.com/guestbook"
	"example.com/guestbook/book"
	"example.com/guestbook/signing"
)

type api struct {
	book *book.Book
	cfg  guestbook.Config
	desk *signing.Desk
	log  *slog.Logger
}

// NewAPI makes the handler of the JSON API.
//
//cgigen:handler GET /api/entries
//cgigen:handler POST /api/entries
//cgigen:handler GET /api/entries/{id}
//cgigen:handler DELETE /api/entries/{id}
func NewAPI(ctx context.Context, c guestbook.Config, log *slog.Logger) (http.Handler, func() error, error) {
	b, err := book.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	a := &api{book: b, cfg: c, desk: signing.NewDesk(b, c, time.Now), log: log}
	mux := http.NewServeMux()
	mux.Handle("GET /api/entries", a.answer(a.list))
	mux.Handle("POST /api/entries", a.answer(a.add))
	mux.Handle("GET /api/entries/{id}", a.answer(a.show))
	mux.Handle("DELETE /api/entries/{id}", a.answer(a.remove))
	protection := http.NewCrossOriginProtection() // no other site's page may sign for its visitor
	protection.SetDenyHandler(a.answer(func(http.ResponseWriter, *http.Request) error {
		return &problem{Status: http.StatusForbidden, Detail: "sent from a page of another site"}
	}))
	return protection.Handler(mux), b.Close, nil
}

// answer makes a handler of a function whose error is still to be told.
func (a *api) answer(f func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		if err := f(w, r); err != nil {
			a.refuse(w, r, err)
		}
	})
}

// An entry is book.Entry as the API shows it.
type entry struct {
	ID      int64     `json:"id"`
	URL     string    `json:"url"`
	Name    string    `json:"name"`
	Message string    `json:"message"`
	Signed  time.Time `json:"signed"`
	Picture *image    `json:"picture"` // null for none
}

type image struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func present(prefix string, e book.Entry) entry {
	id := strconv.FormatInt(e.ID, 10)
	shown := entry{ID: e.ID, URL: prefix + "/api/entries/" + id, Name: e.Name, Message: e.Message, Signed: e.Signed}
	if e.Picture != nil {
		shown.Picture = &image{URL: prefix + "/pictures/" + id, Width: e.Picture.Width, Height: e.Picture.Height}
	}
	return shown
}

// A list is one page of entries, newest first.
type list struct {
	Entries []entry `json:"entries"`
	Total   int     `json:"total"`
	Next    string  `json:"next,omitempty"` // address of the page with older ones
}

// list answers GET /api/entries?limit=20&before=ID.
func (a *api) list(w http.ResponseWriter, r *http.Request) error {
	limit, err := number(r, "limit", 20, 100)
	if err != nil {
		return err
	}
	before, err := number(r, "before", 0, 1<<62)
	if err != nil {
		return err
	}
	found, err := a.book.Page(r.Context(), book.Query{Before: before, Limit: int(limit)})
	if err != nil {
		return err
	}
	prefix := runtime.Prefix(r)
	l := list{Entries: []entry{}, Total: found.Total}
	for _, e := range found.Entries {
		l.Entries = append(l.Entries, present(prefix, e))
	}
	if n := len(l.Entries); n > 0 && found.Older {
		query := url.Values{"limit": {strconv.FormatInt(limit, 10)}, "before": {strconv.FormatInt(l.Entries[n-1].ID, 10)}}
		l.Next = prefix + "/api/entries?" + query.Encode()
		w.Header().Set("Link", "<"+l.Next+`>; rel="next"`)
	}
	allowReading(w)
	return write(w, http.StatusOK, "application/json", l)
}

// show answers GET /api/entries/{id}.
func (a *api) show(w http.ResponseWriter, r *http.Request) error {
	id, err := entryID(r)
	if err != nil {
		return err
	}
	e, err := a.book.Entry(r.Context(), id)
	if err != nil {
		return err
	}
	allowReading(w)
	return write(w, http.StatusOK, "application/json", present(runtime.Prefix(r), e))
}

// remove answers DELETE /api/entries/{id}, for the owner of the site.
func (a *api) remove(w http.ResponseWriter, r *http.Request) error {
	if !authorized(r, a.cfg.AdminToken) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="guestbook"`)
		return &problem{Status: http.StatusUnauthorized, Detail: "needs the token that the site's configuration names ADMIN_TOKEN"}
	}
	id, err := entryID(r)
	if err != nil {
		return err
	}
	if err := a.book.Remove(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// authorized compares the request's token in a time that tells nothing about
// it. Without a token in the configuration, nobody is authorized.
func authorized(r *http.Request, token string) bool {
	scheme, sent, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	want, got := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(strings.TrimSpace(sent)))
	return token != "" && strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// allowReading lets pages of other sites show what is public anyway.
func allowReading(w http.ResponseWriter) { w.Header().Set("Access-Control-Allow-Origin", "*") }

func entryID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, book.ErrNotFound
	}
	return id, nil
}

// number reads a whole number from 1 to most of the query.
func number(r *http.Request, name string, preset, most int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return preset, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > most {
		return 0, &problem{Status: http.StatusBadRequest, Detail: name + " is not a number from 1 to " + strconv.FormatInt(most, 10)}
	}
	return n, nil
}

func write(w http.ResponseWriter, status int, contentType string, v any) error {
	content, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(content, '\n')) // the client may have gone
	return nil
}

// isTooLarge reports whether a body has gone over its limit.
func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}
