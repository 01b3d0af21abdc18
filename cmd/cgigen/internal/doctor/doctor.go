// Package doctor finds out why a host answers 500, or sends a file that
// it should run, and what to do about it. It looks at an installation in a
// folder as suEXEC and Apache do, and at a site from outside.
package doctor

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Levels of a finding.
const (
	Error   = "error"   // something does not work, or leaks
	Warning = "warning" // it works until something else goes wrong
)

// A Finding is one problem.
type Finding struct {
	ID    string `json:"id"` // stays the same between versions
	Level string `json:"level"`
	Where string `json:"where"` // path or URL
	What  string `json:"what"`  // what was found
	Why   string `json:"why"`   // why it breaks
	Fix   string `json:"fix"`   // what to do: a command, or a setting of a control panel
}

// A Fact is something that was learned about a host and is not wrong.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Report is all that was found.
type Report struct {
	Subject  string    `json:"subject"`
	Findings []Finding `json:"findings"`
	Facts    []Fact    `json:"facts"`
}

// add takes a finding. What the host has said stands in it, so that nothing of it
// may reach a terminal but as text.
func (r *Report) add(f Finding) {
	f = Finding{f.ID, f.Level, printable(f.Where), printable(f.What), printable(f.Why), printable(f.Fix)}
	if !slices.Contains(r.Findings, f) {
		r.Findings = append(r.Findings, f)
	}
}

func (r *Report) learn(name, format string, args ...any) {
	r.Facts = append(r.Facts, Fact{printable(name), printable(fmt.Sprintf(format, args...))})
}

// printable is a text without what steers a terminal, or turns its direction:
// these characters, and bytes that are none, are written as Go does in strings.
func printable(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n' || unicode.IsPrint(r) && (r != utf8.RuneError || size > 1):
			b.WriteString(text[i : i+size])
		case r == utf8.RuneError:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// sorted puts errors first, and then what concerns the same place together.
func (r *Report) sorted() *Report {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Level, b.Level), strings.Compare(a.Where, b.Where), strings.Compare(a.ID, b.ID))
	})
	if r.Findings == nil {
		r.Findings = []Finding{} // [] in JSON, not null
	}
	if r.Facts == nil {
		r.Facts = []Fact{}
	}
	return r
}

// WriteText writes a report for a person.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s: %s\n\twhy: %s\n\tfix: %s\n\t(%s)\n\n", f.Level, f.Where, f.What, f.Why, indent(f.Fix), f.ID)
	}
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintf(&b, "%s: no problems found\n", r.Subject)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n\t     ") }
