package generator

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPath is the limit of a pattern's path in bytes: nginx takes 4,096 bytes as
// one parameter (NGX_CONF_BUFFER), in which a byte takes up to four, and the
// site's path and the host need room as well.
const maxPath = 800

// methodName is what nginx takes for a method; other servers take more.
var methodName = regexp.MustCompile(`^[A-Z][A-Z_-]*$`)

// checkMethodText reports a method that a server refuses before any rule.
func checkMethodText(pattern text, method string, r *reporter) bool {
	if method == "" || methodName.MatchString(method) {
		return true
	}
	r.errorf(pattern.pos, "pattern-method", "method %q reaches no program: servers take letters in upper case, - and _", method).
		Hint = "choose another name; the methods of HTTP are " + strings.Join(standardMethods(), ", ")
	return false
}

// checkPathText reports text that servers keep from every program, or that
// could end a line of their configuration.
func checkPathText(pattern text, path string, r *reporter) bool {
	if len(path) > maxPath {
		r.errorf(pattern.pos, "pattern-text", "the path has %d bytes, and a server's rule has room for %d", len(path), maxPath).Hint = "let a wildcard stand for a part of it"
		return false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(segment, "{") {
			continue
		}
		if reason, hint := unreachable(segment); reason != "" {
			r.errorf(pattern.pos, "pattern-text", "%q reaches no program: %s", segment, reason).Hint = hint
			return false
		}
	}
	return true
}

// unreachable says why no server passes on a segment of a path; "" if they do.
func unreachable(segment string) (reason, hint string) {
	plain, err := url.PathUnescape(segment)
	if err != nil {
		return "a % is followed by two hexadecimal digits", "for the character itself write %25"
	}
	// lighttpd and Caddy read paths as characters.
	if !utf8.ValidString(plain) {
		return "servers read paths as UTF-8", "let a wildcard stand for the segment, and look at its value"
	}
	// Servers refuse NUL, lighttpd every control character.
	if i := strings.IndexFunc(plain, isControl); i >= 0 {
		c, _ := utf8.DecodeRuneInString(plain[i:])
		return fmt.Sprintf("servers refuse control characters (%U)", c), "let a wildcard stand for the segment, and look at its value"
	}
	// A slash that is escaped parts segments on one server, and is 404 on another.
	if strings.Contains(plain, "/") {
		return "servers refuse %2F, or take it for /", "write / for the slash, or let a wildcard stand for the segment"
	}
	for part := range strings.SplitSeq(plain, `\`) {
		if part == "." || part == ".." {
			return "servers resolve dot segments", "write the path that is meant"
		}
	}
	return "", ""
}

func isControl(c rune) bool { return unicode.IsControl(c) || c == '\u2028' || c == '\u2029' }
