package api

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/guestbook/book"
	"example.com/guestbook/signing"
)

// A problem is an error as the client sees it (RFC 9457).
type problem struct {
	Status int             `json:"status"`
	Title  string          `json:"title"`
	Detail string          `json:"detail,omitempty"`
	Fields signing.Invalid `json:"fields,omitempty"` // what is wrong with which
}

func (p *problem) Error() string { return p.Detail }

// refuse answers with an error. One that is not the client's fault is logged,
// and the client learns nothing about it.
func (a *api) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := toProblem(err)
	if p.Status == http.StatusInternalServerError {
		a.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if many, ok := errors.AsType[*book.TooMany](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(many.RetryAfter.Seconds()))))
	}
	p.Title = http.StatusText(p.Status)
	w.Header().Add("Vary", "Accept")
	if prefersText(r.Header.Values("Accept")) {
		http.Error(w, p.text(), p.Status)
		return
	}
	_ = write(w, p.Status, "application/problem+json", p) // numbers and strings
}

func toProblem(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if invalid, ok := errors.AsType[signing.Invalid](err); ok {
		return &problem{Status: http.StatusUnprocessableEntity, Detail: "see the fields", Fields: invalid}
	}
	if many, ok := errors.AsType[*book.TooMany](err); ok {
		return &problem{Status: http.StatusTooManyRequests, Detail: many.Error()}
	}
	switch {
	case errors.Is(err, book.ErrNotFound):
		return &problem{Status: http.StatusNotFound, Detail: err.Error()}
	case errors.Is(err, book.ErrFull):
		return &problem{Status: http.StatusInsufficientStorage, Detail: err.Error()}
	}
	return &problem{Status: http.StatusInternalServerError}
}

// text is the problem for a person at a terminal or in a browser.
func (p *problem) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s", p.Status, p.Title)
	if p.Detail != "" {
		fmt.Fprintf(&b, ": %s", p.Detail)
	}
	for _, name := range []string{"name", "message", "picture"} {
		if p.Fields[name] != "" {
			fmt.Fprintf(&b, "\n%s: %s", name, p.Fields[name])
		}
	}
	return b.String()
}

// prefersText reports whether a client would rather have text than JSON
// (RFC 9110 §12.5.1). When in doubt it gets JSON.
func prefersText(accept []string) bool {
	var text, data float64
	for item := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, q := weigh(item)
		switch {
		case slices.Contains([]string{"text/plain", "text/html", "text/*"}, name):
			text = max(text, q)
		case slices.Contains([]string{"application/json", "application/problem+json", "application/*"}, name):
			data = max(data, q)
		}
	}
	return text > data
}

// weigh reads one item of an Accept header: the range and its quality.
func weigh(item string) (string, float64) {
	name, parameters, _ := strings.Cut(item, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	for parameter := range strings.SplitSeq(parameters, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(parameter), "=")
		if q, err := strconv.ParseFloat(value, 64); err == nil && strings.EqualFold(key, "q") {
			return name, q
		}
	}
	return name, 1
}
