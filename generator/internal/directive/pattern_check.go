package directive

import (
	"fmt"
	"go/token"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/naming"
)

// standardMethods returns the methods that clients send (RFC 9110 §9, RFC 5789).
func standardMethods() []string {
	return []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"}
}

// checkMethod reports a standard method in lower case, and what is one typo
// away from a standard method: ServeMux takes both as methods of their own, and
// no client ever sends them (RFC 9110 §9.1).
func checkMethod(pattern Text, method string, r *diag.Reporter) bool {
	upper := strings.ToUpper(method)
	if method == "" || slices.Contains(standardMethods(), method) {
		return true
	}
	if slices.Contains(standardMethods(), upper) {
		r.Errorf(pattern.Pos, "pattern-method", "method %q never matches: methods are case-sensitive", method).Hint = "write " + upper
		return false
	}
	for _, meant := range standardMethods() {
		if diag.EditDistance(upper, meant) == 1 {
			r.Errorf(pattern.Pos, "pattern-method", "method %q never matches: no client sends it", method).Hint = fmt.Sprintf("did you mean %s?", meant)
			return false
		}
	}
	return true
}

// checkOneMethod reports several methods before a path: a pattern has one.
func checkOneMethod(words []Text, r *diag.Reporter) bool {
	path := slices.IndexFunc(words, func(w Text) bool { return strings.HasPrefix(w.Value, "/") })
	if path < 1 {
		return true
	}
	head := joinWords(words[:path])
	methods := strings.FieldsFunc(strings.ToUpper(head), func(c rune) bool { return !unicode.IsLetter(c) })
	if len(methods) < 2 || slices.ContainsFunc(methods, func(m string) bool { return !slices.Contains(standardMethods(), m) }) {
		return true
	}
	lines := make([]string, len(methods))
	for i, m := range methods {
		lines[i] = "//cgigen:handler " + m + " " + words[path].Value
	}
	r.Errorf(words[0].Pos, "pattern-method", "%q is not a method: a pattern has only one", head).Hint = "write a line for each: " + strings.Join(lines, " and ")
	return false
}

// checkHost reports a method that is read as a host, and a host that was
// meant to be several.
func checkHost(pattern Text, rt route, r *diag.Reporter) bool {
	method := strings.ToUpper(strings.TrimRight(rt.Host, ":,;"))
	switch {
	case rt.Method == "" && slices.Contains(standardMethods(), method):
		r.Errorf(pattern.Pos, "pattern-method", "%q is read as a host", rt.Host).Hint = "write " + method + " " + rt.Path
	case strings.Contains(rt.Host, "*"):
		r.Errorf(pattern.Pos, "pattern-literal", "host %q never matches: * has no special meaning in a pattern", rt.Host).Hint = "leave the host out, and look at r.Host in the handler"
	default:
		return checkHostName(pattern, rt.Host, r)
	}
	return false
}

// checkSegments reports what means something in the paths of other routers, or
// in addresses, and is fixed text to ServeMux. Whoever means the text can
// escape it: ServeMux unescapes what is not a wildcard.
func checkSegments(pattern Text, path string, r *diag.Reporter) bool {
	for _, sign := range []string{"?", "#"} {
		if before, _, there := strings.Cut(path, sign); there {
			r.Errorf(pattern.Pos, "pattern-literal", "path %q never matches: what follows %s is not part of the path", path, sign).
				Hint = fmt.Sprintf("write %s, and read the query with r.FormValue; for the character itself write %s", before, url.QueryEscape(sign))
			return false
		}
	}
	for segment := range strings.SplitSeq(path, "/") {
		if meant := foreignWildcard(segment); meant != "" {
			r.Errorf(pattern.Pos, "pattern-literal", "%q is fixed text without a special meaning", segment).
				Hint = fmt.Sprintf("write %s; for the text itself write %s", meant, escapedSigns(segment))
			return false
		}
	}
	return true
}

// foreignWildcard returns what to write for a wildcard of another router: :id,
// <id>, [id] and *; "" for any other segment.
func foreignWildcard(segment string) string {
	letters := strings.FieldsFunc(segment, func(c rune) bool { return c != '_' && !naming.IsLetterOrDigit(c) })
	name := "name"
	if len(letters) > 0 && token.IsIdentifier(letters[len(letters)-1]) {
		name = letters[len(letters)-1]
	}
	within := func(open, end string) bool {
		return strings.HasPrefix(segment, open) && strings.HasSuffix(segment, end)
	}
	switch {
	case strings.HasPrefix(segment, "{"):
		return ""
	case strings.Contains(segment, "*"):
		return "{name} for one segment, or {name...} for the rest of the path"
	case within("[...", "]"):
		return "{" + name + "...}"
	case strings.HasPrefix(segment, ":") && len(segment) > 1, within("<", ">"), within("[", "]"):
		return "{" + name + "}"
	}
	return ""
}

// escapedSigns writes the signs of foreign wildcards so that nobody takes them
// for such.
func escapedSigns(segment string) string {
	return strings.NewReplacer(":", "%3A", "*", "%2A", "<", "%3C", ">", "%3E", "[", "%5B", "]", "%5D").Replace(segment)
}
