package directive

import (
	"bytes"
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
)

// nearMiss is a comment that looks like a directive: spaces before and behind
// the name of the tool, and behind the colon.
var nearMiss = regexp.MustCompile(`(?i)^(//|/\*)(\s*)cgigen(\s*):(\s*)([a-z0-9]*)(.*)`)

// misspelled is a comment with the name of a directive behind what may be the
// name of the tool: with a typo, something before it, or no colon after it.
var misspelled = regexp.MustCompile(`(?i)^(//|/\*)([ \t]*)(@|go:)?([a-z][a-z_-]{1,7}?)([ \t]*[:. _-][ \t]*)(handler|provide|middleware|config|site)\b(.*)`)

// A miss is a comment that was meant to be a directive.
type miss struct {
	written string // as far as the name of the directive
	name    string // of the directive that was meant, "" if that is not known
	rest    string // what follows the name
}

// missOf recognises a comment that is not a directive by the rules of Go
// (https://go.dev/doc/comment#directives), but was meant to be one. What
// begins like a directive always counts, prose only with the name of one.
func missOf(comment string) (miss, bool) {
	if m := nearMiss.FindStringSubmatch(comment); m != nil {
		opening, space, gap, name, rest := m[1], m[2], m[4], m[5], m[6]
		meant := diag.Nearest(name, DirectiveNames())
		prose := opening == "/*" || space != ""
		return miss{strings.TrimSuffix(m[0], rest), meant, rest}, !prose || meant != "" && gap == ""
	}
	m := misspelled.FindStringSubmatch(comment)
	if m == nil {
		return miss{}, false
	}
	opening, space, prefix, name, separator, rest := m[1], m[2], m[3], m[4], m[5], m[7]
	prose := (opening == "/*" || space != "") && prefix == ""
	return miss{strings.TrimSuffix(m[0], rest), strings.ToLower(m[6]), rest}, isMisspelled(name, separator, prose)
}

// isMisspelled reports whether somebody meant the tool by a name, and a directive
// by what it is separated from. In prose there has to be a colon, and more of
// the name than "cgi".
func isMisspelled(name, separator string, prose bool) bool {
	name = strings.ToLower(name)
	if prose && (separator != ":" || name == "cgi") {
		return false
	}
	if name == "cgi" {
		return strings.TrimSpace(separator) == ":"
	}
	return diag.EditDistance(name, Tool) <= 1
}

// ReportNearMiss reports a comment that was meant to be a directive.
func ReportNearMiss(c *ast.Comment, r *diag.Reporter) {
	m, ok := missOf(c.Text)
	if !ok {
		return
	}
	if m.name == "" {
		m.name = "NAME"
	}
	r.Errorf(c.Slash, "near-miss", "%q is an ordinary comment, not a directive", m.written).
		Hint = "write //cgigen:" + m.name + strings.TrimRight(strings.TrimSuffix(strings.TrimRight(m.rest, " \t"), "*/"), " \t")
}

// MentionsTool looks for directives and near misses in the text of a file,
// before it is parsed.
func MentionsTool(content []byte) bool {
	if bytes.Contains(content, []byte(Tool+":")) {
		return true
	}
	for _, opening := range [][]byte{[]byte("//"), []byte("/*")} {
		for rest := content; ; {
			i := bytes.Index(rest, opening)
			if i < 0 {
				break
			}
			rest = rest[i+len(opening):]
			if beginsLikeTool(rest) && beginsMiss(opening, rest) {
				return true
			}
		}
	}
	return false
}

// beginsLikeTool reports quickly whether a comment may begin with the name of the
// tool: after one typo, two of its first three letters are among c, g and i.
func beginsLikeTool(comment []byte) bool {
	comment = bytes.TrimLeft(comment[:min(len(comment), 16)], " \t@")
	comment = bytes.TrimPrefix(comment, []byte("go:"))
	likely := 0
	for _, c := range comment[:min(len(comment), 3)] {
		if slices.Contains([]byte("cgiCGI"), c) {
			likely++
		}
	}
	return likely > 1
}

// beginsMiss looks at the first line of a comment.
func beginsMiss(opening, comment []byte) bool {
	if end := bytes.IndexByte(comment, '\n'); end >= 0 {
		comment = comment[:end]
	}
	_, ok := missOf(string(opening) + string(comment[:min(len(comment), 80)]))
	return ok
}
