package rules

import (
	"net/url"
	"slices"
	"strings"
)

// kind is what a segment of a pattern's path fits. The order is that of
// preference.
type kind int

const (
	literal kind = iota
	end          // {$}
	single       // {name}
	rest         // {name...}, and what follows a trailing slash
)

type segment struct {
	kind kind
	text string // of a literal, unescaped
}

// segments are the path of a pattern.
type segments []segment

// split takes a pattern's path apart: "/users/{id}/" has the segments users,
// {id} and the rest.
func split(path string) segments {
	var list segments
	for text := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		list = append(list, parse(text))
	}
	return list
}

func parse(text string) segment {
	switch {
	case text == "" || strings.HasSuffix(text, "...}"):
		return segment{kind: rest}
	case text == "{$}":
		return segment{kind: end}
	case strings.HasPrefix(text, "{"):
		return segment{kind: single}
	}
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	return segment{kind: literal, text: text}
}

func compareSegments(a, b segments) int {
	return slices.CompareFunc(a, b, func(a, b segment) int {
		if a.kind != b.kind {
			return int(a.kind - b.kind)
		}
		return strings.Compare(a.text, b.text)
	})
}

// overlaps reports whether there are paths that fit both, with a slash more or
// less at the end, as redirects of ServeMux go.
func (s segments) overlaps(o segments) bool {
	for i := 0; ; i++ {
		switch a, b := s.at(i), o.at(i); {
		case a.kind == rest || b.kind == rest:
			return true
		case a.kind == end || b.kind == end:
			return a.kind == b.kind
		case a.kind == literal && b.kind == literal && a.text != b.text:
			return false
		}
	}
}

// at returns the segment at i; behind the last one the path is at its end.
func (s segments) at(i int) segment {
	if i < len(s) {
		return s[i]
	}
	return segment{kind: end}
}

// Path returns a regular expression for the decoded path, without its leading
// slash and without anchors. It is of the kind that PCRE and RE2 have in common.
// A value may hold a line end, so that . has to fit one.
func (s segments) Path(d Dialect) string {
	var b strings.Builder
	for i, segment := range s {
		slash := "/"
		if i == 0 {
			slash = ""
		}
		switch segment.kind {
		case literal:
			b.WriteString(slash + d.Quote(segment.text))
		case single:
			b.WriteString(slash + "[^/]+")
		case end:
			b.WriteString(slash + optional(slash))
		case rest:
			b.WriteString(tail(slash))
		}
	}
	return b.String()
}

// optional makes the slash before {$} optional: ServeMux redirects to it.
func optional(slash string) string {
	if slash == "" {
		return ""
	}
	return "?"
}

// everything fits any path, and below what lies below one.
const (
	everything = "(?s:.*)"
	below      = "(?s:/.*)?"
)

func tail(slash string) string {
	if slash == "" {
		return everything
	}
	return below
}

// Below returns an anchored regular expression for the whole path of a site that
// lies below base, which is "" or a path without a slash at its end. It ends
// with \z, because $ fits before a line end, too.
func (s segments) Below(d Dialect, base string) string {
	base = d.Quote(base)
	switch path := s.Path(d); {
	case base != "" && path == "":
		return "^" + base + `/?\z`
	case base != "" && path == everything:
		return "^" + base + below + `\z`
	default:
		return "^" + base + "/" + path + `\z`
	}
}

// Lua returns Lua patterns, which know no groups, for the same paths.
func (s segments) Lua(base string) []string {
	var b strings.Builder
	b.WriteString("^" + quoteLua(base))
	for _, segment := range s {
		switch segment.kind {
		case literal:
			b.WriteString("/" + quoteLua(segment.text))
		case single:
			b.WriteString("/[^/]+")
		case end:
			if b.Len() > 1 {
				b.WriteString("/?$")
			} else {
				b.WriteString("/$")
			}
			return []string{b.String()}
		case rest:
			if b.Len() > 1 {
				return []string{b.String() + "$", b.String() + "/.*$"}
			}
			return []string{"^/.*$"}
		}
	}
	return []string{b.String() + "$"}
}

// IsCatchAll reports whether every path fits.
func (s segments) IsCatchAll() bool { return s[0].kind == rest }

// Head returns the first segment of a pattern's path, unescaped; "" if it is a
// wildcard.
func Head(path string) string { return split(path)[0].text }

// Overlap reports whether there are addresses that fit the paths of both patterns.
func Overlap(a, b string) bool { return split(a).overlaps(split(b)) }
