// Package naming derives names: of programs and middleware from functions, and of
// variables from types.
//
//	naming.ProgramName("NewUserList", "users") // user-list
//	naming.Kebab("HTTPLog")                    // http-log
package naming

import (
	"cmp"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TypeName returns the name of a type, or of the one that it points at; "" for
// one without a name.
func TypeName(text string) string {
	text = strings.TrimLeft(text, "*")
	name := text[strings.LastIndex(text, ".")+1:]
	if !token.IsIdentifier(name) || types.Universe.Lookup(name) != nil {
		return ""
	}
	return name
}

// LowerFirst makes a local name of an exported one: UserList is userList,
// HTTPLog is httpLog, DB is db.
func LowerFirst(name string) string {
	runes := []rune(name)
	for i, c := range runes {
		if !unicode.IsUpper(c) || i > 0 && i+1 < len(runes) && unicode.IsLower(runes[i+1]) {
			break
		}
		runes[i] = unicode.ToLower(c)
	}
	return string(runes)
}

func UpperFirst(name string) string {
	runes := []rune(name)
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}

// ValidName is what a program or a middleware may be called.
var ValidName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// IgnoredFolder recognizes the folders that patterns with ... leave out, see
// go help packages.
func IgnoredFolder(name string) bool {
	return name == "vendor" || name == "testdata"
}

// ProgramName returns the name of the program of a function without name=: the
// function's without a leading New and a trailing Handler, or the package's.
func ProgramName(function, packageName string) string {
	return Kebab(cmp.Or(strings.TrimSuffix(WithoutNew(function), "Handler"), packageName))
}

// MiddlewareDefault returns the name of a middleware without name=.
func MiddlewareDefault(function, packageName string) string {
	return Kebab(cmp.Or(strings.TrimSuffix(WithoutNew(function), "Middleware"), packageName))
}

// WithoutNew cuts off a leading New, but not the beginning of Newsletter.
func WithoutNew(function string) string {
	rest, ok := strings.CutPrefix(function, "New")
	if first, _ := utf8.DecodeRuneInString(rest); !ok || unicode.IsLower(first) {
		return function
	}
	return rest
}

// Kebab turns a Go name into lower-case words with hyphens between them:
// UserList is user-list, HTTPLog is http-log, OAuth2Login is o-auth2-login.
func Kebab(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, c := range runes {
		if c == '_' || c == ' ' {
			c = '-'
		}
		if wordBegins(runes, i) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return strings.Trim(b.String(), "-")
}

// wordBegins recognizes an upper-case letter after another kind of letter, and the
// last one of an abbreviation that a word follows.
func wordBegins(runes []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(runes[i]) || !IsLetterOrDigit(runes[i-1]) {
		return false
	}
	return !unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

func IsLetterOrDigit(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// Predeclared returns the identifiers that Go declares itself, which a program
// had better not declare once more.
func Predeclared() []string { return types.Universe.Names() }
