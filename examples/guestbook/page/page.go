// Package page renders the HTML pages of the site.
package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/cgigen/cgigen/runtime"

	"example.com/guestbook"
	"example.com/guestbook/static"
)

//go:embed templates
var files embed.FS

// Pages renders the site's pages.
type Pages struct {
	templates *template.Template
	cfg       guestbook.Config
	log       *slog.Logger
}

// A view is what every template sees.
type view struct {
	Page    string // name of the template
	Title   string // of the site
	Welcome string
	Prefix  string // of every link
	Style   string
	Icon    string
	Content any // of this page
}

// New parses the templates.
func New(c guestbook.Config, log *slog.Logger) (*Pages, error) {
	t, err := template.ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parsing the templates: %w", err)
	}
	return &Pages{templates: t, cfg: c, log: log}, nil
}

// Write answers with the page of a name.
func (p *Pages) Write(w http.ResponseWriter, r *http.Request, status int, name string, content any) {
	prefix := runtime.Prefix(r)
	var b bytes.Buffer
	err := p.templates.ExecuteTemplate(&b, name, view{
		Page:    name,
		Title:   p.cfg.Title,
		Welcome: p.cfg.Welcome,
		Prefix:  prefix,
		Style:   static.URL(prefix, "style.css"),
		Icon:    static.URL(prefix, "icon.svg"),
		Content: content,
	})
	if err != nil {
		p.log.ErrorContext(r.Context(), "page not rendered", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	protect(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the visitor may have gone
}

// protect lets a page do only what it needs: no script at all, style and
// pictures from here, forms to here, and no frame around it.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-cache") // it may hold what is for one visitor
	h.Set("Vary", "Cookie")
}

// A Message is a page that has only something to say.
type Message struct{ Heading, Text string }

// Say answers with a message.
func (p *Pages) Say(w http.ResponseWriter, r *http.Request, status int, heading, text string) {
	p.Write(w, r, status, "message", Message{heading, text})
}

// Fail logs an error that is not the visitor's and says so.
func (p *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	p.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	p.Say(w, r, http.StatusInternalServerError, "Something went wrong", "The mistake is ours. Please try again in a moment.")
}

// SameOrigin lets forms through only when they were sent from this site's own
// pages.
func (p *Pages) SameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Say(w, r, http.StatusForbidden, "That came from elsewhere", "This form was sent from another site. Please use the form of this one.")
	}))
	return protection.Handler(next)
}
