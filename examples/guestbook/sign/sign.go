// Package sign takes entries from the form, and takes them out again.
package sign

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/cgigen/cgigen/runtime"

	"example.com/guestbook"
	"example.com/guestbook/book"
	"example.com/guestbook/page"
	"example.com/guestbook/session"
	"example.com/guestbook/signing"
)

type sign struct {
	book  *book.Book
	cfg   guestbook.Config
	desk  *signing.Desk
	pages *page.Pages
	jar   *session.Jar
}

// content is what the template of the form's page sees.
type content struct{ Form page.Form }

// NewSign makes the handler for what visitors change. The form has a page of
// its own, for whoever comes back to its address.
//
//cgigen:handler GET /sign
//cgigen:handler POST /sign
//cgigen:handler POST /entries/{id}/delete
func NewSign(ctx context.Context, c guestbook.Config, log *slog.Logger) (http.Handler, func() error, error) {
	pages, err := page.New(c, log)
	if err != nil {
		return nil, nil, err
	}
	b, err := book.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	s := &sign{
		book:  b,
		cfg:   c,
		desk:  signing.NewDesk(b, c, time.Now),
		pages: pages,
		jar:   session.NewJar(b, c, time.Now),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sign", s.form)
	mux.HandleFunc("POST /sign", s.add)
	mux.HandleFunc("POST /entries/{id}/delete", s.remove)
	return pages.SameOrigin(mux), b.Close, nil
}

// form shows the empty form.
func (s *sign) form(w http.ResponseWriter, r *http.Request) {
	visitor, err := s.jar.Read(r)
	if err != nil {
		s.pages.Fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, page.Form{Name: visitor.Name})
}

// show answers with the form as it was filled in.
func (s *sign) show(w http.ResponseWriter, r *http.Request, status int, f page.Form) {
	f.MaxMB = s.cfg.MaxPictureMB
	s.pages.Write(w, r, status, "sign", content{f})
}

// add takes a new entry and sends the visitor to where it is shown.
func (s *sign) add(w http.ResponseWriter, r *http.Request) {
	visitor, err := s.jar.Read(r)
	if err != nil {
		s.pages.Fail(w, r, err)
		return
	}
	sent, err := read(r, s.cfg.MaxPicture())
	if err != nil {
		s.refuse(w, r, sent.draft, err)
		return
	}
	if visitor.Visitor == "" {
		visitor.Visitor = session.NewVisitor()
	}
	entry, err := s.desk.Sign(r.Context(), sent.draft, visitor.Visitor, r.RemoteAddr)
	if err != nil {
		s.refuse(w, r, sent.draft, err)
		return
	}
	visitor.Name = entry.Name
	visitor.Notice = "Thank you, " + entry.Name + ". It is in the book."
	s.home(w, r, visitor)
}

// refuse shows the form again, with what was typed and what is wrong with it.
func (s *sign) refuse(w http.ResponseWriter, r *http.Request, d signing.Draft, err error) {
	f := page.Form{Name: d.Name, Message: d.Message}
	if invalid, ok := errors.AsType[signing.Invalid](err); ok {
		f.Invalid = invalid
		if invalid["picture"] == "" && len(d.Picture) > 0 {
			f.Alert = "Your browser does not keep the picture: please choose it again."
		}
		s.show(w, r, http.StatusUnprocessableEntity, f)
		return
	}
	if many, ok := errors.AsType[*book.TooMany](err); ok {
		minutes := int(math.Ceil(many.RetryAfter.Minutes()))
		f.Alert = "That was a lot at once. Please come back in " + strconv.Itoa(minutes) + " min."
		w.Header().Set("Retry-After", strconv.Itoa(60*minutes))
		s.show(w, r, http.StatusTooManyRequests, f)
		return
	}
	if errors.Is(err, book.ErrFull) {
		f.Alert = "The book is full. Please tell its owner."
		s.show(w, r, http.StatusInsufficientStorage, f)
		return
	}
	if bad, ok := errors.AsType[malformed](err); ok {
		s.pages.Say(w, r, http.StatusBadRequest, "That did not arrive in one piece", string(bad))
		return
	}
	s.pages.Fail(w, r, err)
}

// remove deletes an entry of the visitor's own.
func (s *sign) remove(w http.ResponseWriter, r *http.Request) {
	visitor, err := s.jar.Read(r)
	if err != nil {
		s.pages.Fail(w, r, err)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err == nil {
		err = s.book.RemoveOwn(r.Context(), id, visitor.Visitor)
	}
	switch {
	case errors.Is(err, book.ErrNotFound), errors.Is(err, strconv.ErrSyntax), errors.Is(err, strconv.ErrRange):
		s.pages.Say(w, r, http.StatusNotFound, "No such entry", "It is gone already, or it is not yours to take back.")
	case err != nil:
		s.pages.Fail(w, r, err)
	default:
		visitor.Notice = "Your entry is gone."
		s.home(w, r, visitor)
	}
}

// home sends the visitor to the notice on the first page: a reload there does
// not send the form again.
func (s *sign) home(w http.ResponseWriter, r *http.Request, visitor session.Session) {
	if err := s.jar.Write(w, r, visitor); err != nil {
		s.pages.Fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, runtime.Prefix(r)+"/#main", http.StatusSeeOther)
}
