// Package diag holds mistakes and warnings as plain data.
//
// A [Reporter] collects them at positions of the source; a [List] sorts them as they
// are shown. One prints as
//
//	users/users.go:14:11: NewB needs users.Config, and nothing provides it (provider-missing)
//		hint: write a //cgigen:provide function that returns it
//		users/users.go:5:6: Config is declared here
//
// Read diag.go, then nearest.go, which finds what a typo was meant to be.
package diag

import (
	"cmp"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Diagnostic is one mistake in the user's source, or one warning about it.
type Diagnostic struct {
	Position token.Position // Filename is relative to Options.Dir, with slashes
	Code     string         // names the kind of mistake, as docs/reference/diagnostics.md has it
	Message  string         // lower case, without a full stop
	Hint     string         // the remedy; "" if there is none to give
	Related  []Related      // other places that play a part
}

// A Related is a place that plays a part in a Diagnostic, and which part.
type Related struct {
	Position token.Position
	Message  string
}

// Error returns "file:line:col: message (code)", then the hint and the related
// positions on lines of their own, indented by a tab. What the compiler says has
// no code: it is given word by word.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if p := d.Position.String(); p != "-" {
		b.WriteString(p + ": ")
	}
	first, more, _ := strings.Cut(indent(d.Message), "\n")
	b.WriteString(first)
	if d.Code != "" && d.Code != CompilerCode {
		b.WriteString(" (" + d.Code + ")")
	}
	if more != "" {
		b.WriteString("\n" + more)
	}
	if d.Hint != "" {
		b.WriteString("\n\thint: " + indent(d.Hint))
	}
	for _, r := range d.Related {
		fmt.Fprintf(&b, "\n\t%s: %s", r.Position, indent(r.Message))
	}
	return b.String()
}

// indent keeps the further lines of a text below the first one.
func indent(text string) string {
	return strings.ReplaceAll(text, "\n", "\n\t")
}

// List are all mistakes of one run. As an error they are sorted by
// file and line, and each stands there once.
type List []Diagnostic

// Error returns one Diagnostic after the other.
func (ds List) Error() string {
	texts := make([]string, len(ds))
	for i, d := range ds {
		texts[i] = d.Error()
	}
	return strings.Join(texts, "\n")
}

// Add appends a diagnostic and returns it, so that the caller may set its
// hint and its related positions before the next one is added.
func (ds *List) Add(at token.Position, code, format string, args ...any) *Diagnostic {
	*ds = append(*ds, Diagnostic{Position: at, Code: code, Message: fmt.Sprintf(format, args...)})
	return &(*ds)[len(*ds)-1]
}

// CompilerCode is the Code of what the Go compiler, or the go command, says.
const CompilerCode = "compiler"

// Sorted returns the diagnostics in the order of the source, without repetitions.
// What the compiler says comes first: other mistakes may follow from it.
func (ds List) Sorted() List {
	sorted := slices.Clone(ds)
	slices.SortStableFunc(sorted, func(a, b Diagnostic) int {
		return cmp.Or(compareCompiler(a, b), ComparePositions(a.Position, b.Position), strings.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(sorted, func(a, b Diagnostic) bool {
		return a.Position == b.Position && a.Message == b.Message
	})
}

func compareCompiler(a, b Diagnostic) int {
	switch {
	case a.Code == CompilerCode && b.Code != CompilerCode:
		return -1
	case a.Code != CompilerCode && b.Code == CompilerCode:
		return 1
	}
	return 0
}

func ComparePositions(a, b token.Position) int {
	return cmp.Or(strings.Compare(a.Filename, b.Filename), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// Positions returns positions as messages show them: relative to a folder.
type Positions struct {
	Fset *token.FileSet
	Dir  string // absolute
}

func (p Positions) At(pos token.Pos) token.Position {
	return p.Relative(p.Fset.PositionFor(pos, false))
}

// Relative makes the file name of a position relative to the folder. It stays
// absolute where the two have no common root, as with two drives.
func (p Positions) Relative(at token.Position) token.Position {
	if rel, err := filepath.Rel(p.Dir, at.Filename); err == nil && filepath.IsAbs(at.Filename) {
		at.Filename = filepath.ToSlash(rel)
	}
	at.Offset = 0
	return at
}

// A Reporter collects what is wrong at positions of the source.
type Reporter struct {
	Positions
	Errors   List
	Warnings List
}

// Fork returns a reporter that knows what this one does, and whose reports can be
// forgotten.
func (r *Reporter) Fork() *Reporter {
	return &Reporter{r.Positions, slices.Clone(r.Errors), slices.Clone(r.Warnings)}
}

func (r *Reporter) Errorf(pos token.Pos, code, format string, args ...any) *Diagnostic {
	return r.Errors.Add(r.At(pos), code, format, args...)
}

func (r *Reporter) Warnf(pos token.Pos, code, format string, args ...any) *Diagnostic {
	return r.Warnings.Add(r.At(pos), code, format, args...)
}

// A UsageError is a mistake in the Options, not in the user's source.
type UsageError struct{ Message, Hint string }

func (e *UsageError) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + "\n\thint: " + e.Hint
}
