package rules

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Regular expressions of servers are of two kinds. A text is written in
// letters, digits and escapes that mean the same inside and outside of quotes
// in every configuration file: \x22, never \" or a bare space. Apache's
// mod_rewrite knows no \" (parseargline); nginx halves \\ and takes \n for a
// line end (ngx_conf_read_token); lighttpd takes \\" for an open string
// (config_tokenizer); Caddy replaces {$NAME} before it reads anything.
type Dialect int

const (
	// Bytes is PCRE as Apache and nginx use it: \xC3 is a byte.
	Bytes Dialect = iota
	// Runes is RE2, and PCRE as lighttpd uses it (PCRE2_UTF): \x{E4} is a character.
	Runes
)

// plain are the signs that mean themselves in a regular expression and in
// every file.
const plain = "/_~:@,=-"

// meta are the signs that a backslash makes plain; no file gives a meaning to
// the two together.
const meta = `.+*?()[]|^`

// Quote returns a regular expression for a text.
func (d Dialect) Quote(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		c, size := utf8.DecodeRuneInString(text)
		switch {
		case c < utf8.RuneSelf:
			writeASCII(&b, byte(c))
		case d == Runes:
			fmt.Fprintf(&b, `\x{%X}`, c)
		default:
			for i := range size {
				fmt.Fprintf(&b, `\x%02X`, text[i])
			}
		}
		text = text[size:]
	}
	return b.String()
}

func writeASCII(b *strings.Builder, c byte) {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(plain, c) >= 0:
		b.WriteByte(c)
	case strings.IndexByte(meta, c) >= 0:
		b.WriteByte('\\')
		b.WriteByte(c)
	default:
		fmt.Fprintf(b, `\x%02X`, c)
	}
}

// luaSigns are the magic ones of OpenBSD's patterns(7), and those that have a
// meaning in a string of httpd.conf: with a % before each, no backslash stands
// before a quote or a space, and takes it away (yylex of httpd's parse.y).
const luaSigns = `^$()%.[]*+-?\" `

func quoteLua(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if strings.IndexByte(luaSigns, text[i]) >= 0 {
			b.WriteByte('%')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
