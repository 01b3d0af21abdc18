// Package htaccess puts the rules of a site into a .htaccess file that belongs to
// somebody else, and takes them out again. The rules stand in a block:
//
//	# BEGIN cgigen shop
//	…
//	# END cgigen shop
//
// A text goes in and a text comes out; nothing here reads or writes a file. The
// bytes outside of the block never change: line ends, a missing last line end and
// what is not UTF-8 stay. install.sh, which packages hold for hosts, does the same
// with the tools of a shell; a test compares the two.
package htaccess

import (
	"bytes"
	"fmt"
)

// wordPress is the line before the rules of WordPress. Their last one takes every
// address that is no file, so that what comes after them is never asked.
const (
	wordPress    = "# BEGIN WordPress"
	wordPressEnd = "# END WordPress"
	anyBegin     = "# BEGIN cgigen "
	anyEnd       = "# END cgigen "
)

// Begin and End return the lines around the block of a site.
func Begin(site string) string { return anyBegin + site }

// End is the line after the block.
func End(site string) string { return anyEnd + site }

// Wrap makes the block of a site from rules whose last line is complete.
func Wrap(site string, rules []byte) []byte {
	return fmt.Appendf(nil, "%s\n%s%s\n", Begin(site), rules, End(site))
}

// A MarkerError is a text whose block has no clear beginning and end. Nothing can
// be replaced in it.
type MarkerError struct {
	Line int // the first is 1
	Text string
}

func (e *MarkerError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// A Span is where a block stands: from the first byte of its first line to behind
// the end of its last one.
type Span struct{ Start, End int }

// Find finds the block of a site. It reports false if there is none.
func Find(text []byte, site string) (Span, bool, error) {
	var s Span
	begin := 0 // line of the beginning; 0 while there is none
	done := false
	for at := range lines(text) {
		switch marker := at.text; {
		case marker == Begin(site) && begin > 0:
			return Span{}, false, &MarkerError{at.number, fmt.Sprintf("%q stands here again; the first is line %d", marker, begin)}
		case marker == Begin(site):
			s.Start, begin = at.start, at.number
		case marker == End(site) && (begin == 0 || done):
			return Span{}, false, &MarkerError{at.number, fmt.Sprintf("%q has no %q before it", marker, Begin(site))}
		case marker == End(site):
			s.End, done = at.end, true
		case begin > 0 && !done && isForeign(marker):
			return Span{}, false, &MarkerError{at.number, fmt.Sprintf("%q stands within the block of %s, which would be replaced with it", marker, site)}
		}
	}
	if begin > 0 && !done {
		return Span{}, false, &MarkerError{begin, fmt.Sprintf("%q has no %q after it", Begin(site), End(site))}
	}
	return s, done, nil
}

// isForeign reports whether a line begins or ends the rules of somebody else.
func isForeign(marker string) bool {
	return marker == wordPress || marker == wordPressEnd || len(marker) > len(anyBegin) && marker[:len(anyBegin)] == anyBegin ||
		len(marker) > len(anyEnd) && marker[:len(anyEnd)] == anyEnd
}

// Block returns the block of a site with Unix line ends, or nil.
func Block(text []byte, site string) ([]byte, error) {
	s, found, err := Find(text, site)
	if err != nil || !found {
		return nil, err
	}
	block := bytes.ReplaceAll(text[s.Start:s.End], []byte("\r\n"), []byte("\n"))
	return append(bytes.TrimRight(block, "\r\n"), '\n'), nil
}

// Merge replaces the block of a site, or inserts it: before the rules of
// WordPress, otherwise at the end. A block that stands after the rules of
// WordPress is moved before them. block is what [Wrap] returns.
func Merge(text, block []byte, site string) ([]byte, error) {
	s, found, err := Find(text, site)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return insert(text, block), nil
	case IsBehindWordPress(text, site):
		return insert(cut(text, s), block), nil
	}
	first, _, _ := bytes.Cut(text[s.Start:s.End], []byte("\n"))
	block = withEnds(block, bytes.HasSuffix(first, []byte("\r")))
	if text[s.End-1] != '\n' {
		block = bytes.TrimRight(block, "\r\n")
	}
	return bytes.Join([][]byte{text[:s.Start], block, text[s.End:]}, nil), nil
}

// insert puts a block into a text that has none. A text whose last line has no
// end keeps that: then the end of the line before belongs to the block.
func insert(text, block []byte) []byte {
	first, _, complete := bytes.Cut(text, []byte("\n"))
	windows := complete && bytes.HasSuffix(first, []byte("\r"))
	block = withEnds(block, windows)
	for at := range lines(text) {
		if at.text == wordPress {
			return bytes.Join([][]byte{text[:at.start], block, text[at.start:]}, nil)
		}
	}
	if len(text) == 0 || text[len(text)-1] == '\n' {
		return append(bytes.Clone(text), block...)
	}
	end := withEnds([]byte("\n"), windows)
	return bytes.Join([][]byte{text, end, bytes.TrimRight(block, "\r\n")}, nil)
}

// withEnds returns a block with the line ends of a text.
func withEnds(block []byte, windows bool) []byte {
	if windows {
		return bytes.ReplaceAll(block, []byte("\n"), []byte("\r\n"))
	}
	return block
}

// Remove takes the block of a site out. What [Merge] was given before comes back,
// if it had no block.
func Remove(text []byte, site string) ([]byte, error) {
	s, found, err := Find(text, site)
	if err != nil || !found {
		return text, err
	}
	return cut(text, s), nil
}

func cut(text []byte, s Span) []byte {
	before, block := text[:s.Start], text[s.Start:s.End]
	if block[len(block)-1] != '\n' { // the text had no line end at its end
		first, _, _ := bytes.Cut(block, []byte("\n"))
		before = bytes.TrimSuffix(before, []byte("\n"))
		if bytes.HasSuffix(first, []byte("\r")) {
			before = bytes.TrimSuffix(before, []byte("\r"))
		}
	}
	return append(bytes.Clone(before), text[s.End:]...)
}

// HasWordPress reports whether a text has the rules of WordPress.
func HasWordPress(text []byte) bool {
	for at := range lines(text) {
		if at.text == wordPress {
			return true
		}
	}
	return false
}

// IsBehindWordPress reports whether the block of a site stands after the rules of
// WordPress, where it has no effect.
func IsBehindWordPress(text []byte, site string) bool {
	for at := range lines(text) {
		switch at.text {
		case Begin(site):
			return false
		case wordPress:
			s, found, err := Find(text, site)
			return err == nil && found && s.Start > at.start
		}
	}
	return false
}
