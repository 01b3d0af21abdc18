package runtime

import (
	"net/url"
	pathpkg "path"
	"strings"
)

// A path is the path of a request, split at its slashes before anything in it
// is decoded: an escaped slash separates nothing.
type path struct {
	escaped  string
	segments []segment // the first ones, as many as a pattern can ask for
	isFolder bool      // it ends in a slash
}

// A segment is a part of a path. An empty one behind the last slash is "/".
type segment struct {
	text string // without escapes
	at   int    // where its slash stands in the escaped path
}

// splitPath splits an escaped path into no more than limit segments, into room
// if there is enough.
func splitPath(escaped string, limit int, room []segment) path {
	p := path{escaped, room[:0], strings.HasSuffix(escaped, "/")}
	for rest := escaped; rest != "" && len(p.segments) < limit; {
		next := segment{at: len(escaped) - len(rest)}
		if rest == "/" {
			next.text, rest = "/", ""
		} else {
			next.text, rest = cutSegment(rest)
			next.text = unescape(next.text)
		}
		p.segments = append(p.segments, next)
	}
	return p
}

// asFolder returns the segments of the path with a slash behind it.
func (p *path) asFolder() path {
	if p.isFolder || p.escaped == "" {
		return *p
	}
	n := len(p.segments)
	return path{p.escaped, append(p.segments[:n:n], segment{"/", len(p.escaped)}), true}
}

// cutSegment splits "/a/b" into "a" and "/b".
func cutSegment(path string) (segment, rest string) {
	path = path[1:]
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

func unescape(segment string) string {
	if strings.IndexByte(segment, '%') < 0 {
		return segment
	}
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return plain
}

// cleanPath removes empty segments and those of dots, and keeps a last slash.
func cleanPath(p string) string {
	if p == "" || p[0] != '/' {
		p = "/" + p
	}
	clean := pathpkg.Clean(p)
	switch {
	case clean == "/" || !strings.HasSuffix(p, "/"):
		return clean
	case len(clean)+1 == len(p) && strings.HasPrefix(p, clean):
		return p
	}
	return clean + "/"
}

// hidesDots reports whether a segment of an escaped path becomes a dot segment
// when it is decoded, or holds one between slashes or backslashes. Some web
// servers resolve it before they look at the path, and their guards see
// another path than the routes.
func hidesDots(escaped string) bool {
	for strings.IndexByte(escaped, '%') >= 0 {
		var segment string
		segment, escaped = cutSegment(escaped)
		if strings.IndexByte(segment, '%') >= 0 && hasDots(unescape(segment)) {
			return true
		}
	}
	return false
}

// hasDots reports whether a text is or has a dot segment.
func hasDots(text string) bool {
	for text != "" {
		part := text
		if i := strings.IndexAny(text, `/\`); i >= 0 {
			part, text = text[:i], text[i+1:]
		} else {
			text = ""
		}
		if part == "." || part == ".." {
			return true
		}
	}
	return false
}

// plainPath returns a path without escapes as a plain one: without empty
// segments, dot segments, and the slash at its end. The root is "".
func plainPath(path string) string { return strings.TrimSuffix(cleanPath(path), "/") }

// cutPath returns what follows the segments of a plain prefix in a plain path.
func cutPath(path, prefix string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, prefix)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// parent returns the folder of a plain path.
func parent(path string) string { return path[:max(strings.LastIndexByte(path, '/'), 0)] }

// boundary returns where in an escaped path a prefix ends that is n bytes long
// in the plain path. It is not ok where no segment ends, or where a slash is
// escaped in front of that: an escape never becomes a slash.
func boundary(escaped string, n int) (end int, ok bool) {
	plain := 0
	for i := 0; i < len(escaped); i++ {
		switch escaped[i] {
		case '/':
			if plain == n {
				return i, true
			}
			if i+1 < len(escaped) && escaped[i+1] == '/' {
				continue // of a run of slashes, the last counts
			}
		case '%':
			if i+2 < len(escaped) && escaped[i+1] == '2' && escaped[i+2]|0x20 == 'f' {
				return 0, false
			}
			i += 2
		}
		plain++
	}
	return len(escaped), plain == n
}
