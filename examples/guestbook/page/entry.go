package page

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/guestbook/book"
	"example.com/guestbook/signing"
)

// An Entry is a book.Entry in the form in which it is shown.
type Entry struct {
	book.Entry
	Mine bool // whether the visitor may take it back
	now  time.Time
}

// Entries prepares entries for a visitor at a time.
func Entries(entries []book.Entry, visitor string, now time.Time) []Entry {
	shown := make([]Entry, len(entries))
	for i, e := range entries {
		shown[i] = Entry{Entry: e, Mine: visitor != "" && e.Visitor == visitor, now: now}
	}
	return shown
}

// Initial is the letter in the circle before the name.
func (e Entry) Initial() string {
	for _, r := range e.Name {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return string(unicode.ToUpper(r))
		}
	}
	first, _ := utf8.DecodeRuneInString(e.Name)
	return string(first)
}

// Hue chooses one of the six colours of the style sheet, the same for a name
// each time.
func (e Entry) Hue() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(e.Name))) // never fails
	return h.Sum32() % 6
}

// Stamp is the time for machines.
func (e Entry) Stamp() string { return e.Signed.Format(time.RFC3339) }

// Exact is the time for those who want to know.
func (e Entry) Exact() string { return e.Signed.Format("2 January 2006, 15:04 UTC") }

// Ago is the time for everybody: the server does not know the visitor's zone,
// so it counts back as long as that is short, and then tells the day.
func (e Entry) Ago() string {
	switch ago := e.now.Sub(e.Signed); {
	case ago < time.Minute:
		return "just now"
	case ago < time.Hour:
		return count(int(ago/time.Minute), "minute") + " ago"
	case ago < 24*time.Hour:
		return count(int(ago/time.Hour), "hour") + " ago"
	case ago < 7*24*time.Hour:
		return count(int(ago/(24*time.Hour)), "day") + " ago"
	}
	return e.Signed.Format("2 January 2006")
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// A Form is the form for a new entry, with what was typed and what is wrong
// with it.
type Form struct {
	Name    string
	Message string
	Invalid signing.Invalid
	Alert   string // what is wrong with the whole
	MaxMB   int    // of the picture
}

// MaxName and MaxMessage are for the browser, which then counts along.
func (Form) MaxName() int    { return signing.MaxName }
func (Form) MaxMessage() int { return signing.MaxMessage }

// Fields lists the invalid fields in the order of the form.
func (f Form) Fields() []string {
	var fields []string
	for _, name := range []string{"name", "message", "picture", "website"} {
		if f.Invalid[name] != "" {
			fields = append(fields, name)
		}
	}
	return fields
}
