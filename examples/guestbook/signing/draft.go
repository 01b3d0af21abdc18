// Package signing takes new entries: the same rules for the form and the API.
package signing

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Largest lengths, in characters.
const (
	MaxName    = 60
	MaxMessage = 2000
)

// A Draft is an entry as it was sent.
type Draft struct {
	Name    string
	Message string
	Picture []byte // the uploaded file; empty for none
}

// Invalid maps the names of fields to what is wrong with them, in sentences for
// the visitor.
type Invalid map[string]string

func (v Invalid) Error() string { return fmt.Sprintf("%d fields are not valid", len(v)) }

// Tidy returns the draft without what only disturbs: broken UTF-8, control
// characters, text that runs against its direction to look like something else,
// space at the ends, heaps of empty lines.
func (d Draft) Tidy() Draft {
	d.Name = strings.Join(strings.Fields(clean(d.Name)), " ")
	d.Message = strings.TrimSpace(emptyLines().ReplaceAllString(clean(d.Message), "\n\n"))
	return d
}

// Check returns what is wrong with a tidy draft; nil if nothing is.
func (d Draft) Check() error {
	invalid := Invalid{}
	switch n := utf8.RuneCountInString(d.Name); {
	case blank(d.Name):
		invalid["name"] = "Please tell your name."
	case n > MaxName:
		invalid["name"] = fmt.Sprintf("This name is too long: %d characters, at most %d.", n, MaxName)
	}
	switch n := utf8.RuneCountInString(d.Message); {
	case blank(d.Message):
		invalid["message"] = "Please write a few words."
	case n > MaxMessage:
		invalid["message"] = fmt.Sprintf("This message is too long: %d characters, at most %d.", n, MaxMessage)
	}
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}

func emptyLines() *regexp.Regexp { return regexp.MustCompile(`[ \t]*\n(?:[ \t]*\n)+`) }

func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// blank reports whether there is nothing to see.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r) })
}
