package htaccess

import (
	"bytes"
	"iter"
	"strings"
)

// A line is a line of a text.
type line struct {
	number     int    // the first is 1
	text       string // without space around it, and without its end
	start, end int    // end is behind the line end
}

// lines goes through a text line by line.
func lines(text []byte) iter.Seq[line] {
	return func(yield func(line) bool) {
		at := line{}
		for at.end < len(text) {
			at.number++
			at.start = at.end
			at.end = len(text)
			if i := bytes.IndexByte(text[at.start:], '\n'); i >= 0 {
				at.end = at.start + i + 1
			}
			at.text = strings.Trim(string(text[at.start:at.end]), " \t\r\n")
			if !yield(at) {
				return
			}
		}
	}
}
