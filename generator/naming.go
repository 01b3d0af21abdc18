package generator

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// validName is what a program or a middleware may be called.
var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// maxProgramName is how long a program's name may be. The longest path that holds
// it is that of a socket, /var/www/run/SITE/NAME.sock, which has 103 bytes on the
// BSDs; a site's name has up to 32, as that of a user.
const maxProgramName = 50

const tooLong = "the name of the program has %d letters, and may have %d: its socket could not be opened"

// notInName is what separates the words of a name that is not valid.
var notInName = regexp.MustCompile(`[^a-z0-9-]+`)

const notAName = "%q is no name of a %s: those are lower-case letters, digits and hyphens"

// checkName reports a given name that is not valid, or that names a folder
// which the go command does not look into.
func checkName(name text, what string, r *reporter) bool {
	switch {
	case !name.given():
		return true
	case !validName.MatchString(name.value):
		r.errorf(name.pos, "invalid-name", notAName, name.value, what).Hint = nameHint(name.value)
	case what == "program" && ignoredFolder(name.value):
		r.errorf(name.pos, "program-name", "a program cannot be called %q: the go command does not look into folders of that name", name.value).Hint = "choose another name, for example " + name.value + "-page"
	case what == "program" && len(name.value) > maxProgramName:
		r.errorf(name.pos, "program-name", tooLong, len(name.value), maxProgramName).Hint = "for example " + shortened(name.value)
	default:
		return true
	}
	return false
}

// shortened gives the first words of a name that is too long.
func shortened(name string) string {
	short := name[:maxProgramName/2]
	if i := strings.LastIndexByte(short, '-'); i > 0 {
		short = short[:i]
	}
	return strings.Trim(short, "-")
}

// nameHint gives a name that is nearly the given one. Programs are named
// without the ending that servers know them by.
func nameHint(name string) string {
	better := strings.TrimSuffix(strings.Trim(name, "\"'`"), ".cgi")
	better = strings.Trim(notInName.ReplaceAllString(kebab(better), "-"), "-")
	if better == "" {
		return "choose one, for example home"
	}
	return "for example " + better
}

// ignoredFolder tells the folders that patterns with ... leave out, see
// go help packages.
func ignoredFolder(name string) bool {
	return name == "vendor" || name == "testdata"
}

// programName gives the name of the program of a function without name=: the
// function's without a leading New and a trailing Handler, or the package's.
func programName(function, packageName string) string {
	return kebab(cmp.Or(strings.TrimSuffix(withoutNew(function), "Handler"), packageName))
}

// middlewareDefault gives the name of a middleware without name=.
func middlewareDefault(function, packageName string) string {
	return kebab(cmp.Or(strings.TrimSuffix(withoutNew(function), "Middleware"), packageName))
}

// withoutNew cuts off a leading New, but not the beginning of Newsletter.
func withoutNew(function string) string {
	rest, ok := strings.CutPrefix(function, "New")
	if first, _ := utf8.DecodeRuneInString(rest); !ok || unicode.IsLower(first) {
		return function
	}
	return rest
}

// kebab turns a Go name into lower-case words with hyphens between them:
// UserList is user-list, HTTPLog is http-log, OAuth2Login is o-auth2-login.
func kebab(name string) string {
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

// wordBegins tells an upper-case letter after another kind of letter, and the
// last one of an abbreviation that a word follows.
func wordBegins(runes []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(runes[i]) || !isLetterOrDigit(runes[i-1]) {
		return false
	}
	return !unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

func isLetterOrDigit(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
