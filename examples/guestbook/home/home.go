// Package home shows the guestbook.
package home

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"example.com/guestbook"
	"example.com/guestbook/book"
	"example.com/guestbook/page"
	"example.com/guestbook/session"
)

type home struct {
	book  *book.Book
	cfg   guestbook.Config
	pages *page.Pages
	jar   *session.Jar
}

// content is what the template of the page sees.
type content struct {
	Entries      []page.Entry
	Newer, Older int64 // entries next to which the page on that side begins; 0 for none
	Total        int
	Notice       string
	Form         page.Form
}

// NewHome makes the handler of the page with the entries and the form.
//
//cgigen:handler GET /{$}
func NewHome(ctx context.Context, c guestbook.Config, log *slog.Logger) (http.Handler, func() error, error) {
	pages, err := page.New(c, log)
	if err != nil {
		return nil, nil, err
	}
	b, err := book.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return &home{book: b, cfg: c, pages: pages, jar: session.NewJar(b, c, time.Now)}, b.Close, nil
}

func (h *home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	visitor, err := h.jar.Read(r)
	if err != nil {
		h.pages.Fail(w, r, err)
		return
	}
	found, err := h.book.Page(r.Context(), book.Query{Before: number(r, "before"), After: number(r, "after"), Limit: h.cfg.PageSize})
	if err != nil {
		h.pages.Fail(w, r, err)
		return
	}
	notice := visitor.Notice
	if visitor.Notice != "" { // say it once
		visitor.Notice = ""
		if err := h.jar.Write(w, r, visitor); err != nil {
			h.pages.Fail(w, r, err)
			return
		}
	}
	h.pages.Write(w, r, http.StatusOK, "home", h.content(found, visitor, notice))
}

func (h *home) content(found book.Page, visitor session.Session, notice string) content {
	c := content{
		Entries: page.Entries(found.Entries, visitor.Visitor, time.Now()),
		Total:   found.Total,
		Notice:  notice,
		Form:    page.Form{Name: visitor.Name, MaxMB: h.cfg.MaxPictureMB},
	}
	n := len(found.Entries)
	if n > 0 && found.Newer {
		c.Newer = found.Entries[0].ID
	}
	if n > 0 && found.Older {
		c.Older = found.Entries[n-1].ID
	}
	return c
}

// number reads a positive number of the query; 0 if there is none, so that a
// broken link still leads to the newest entries.
func number(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return max(0, n)
}
