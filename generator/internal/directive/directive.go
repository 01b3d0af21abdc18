// Package directive reads one comment line:
//
//	//cgigen:handler GET /users/{id} use=auth   →   HandlerLine{Pattern: …, Use: …}
//
// It takes an ast.Directive, reports what is wrong with it, with the position of the
// argument, and returns a HandlerLine, ConfigLine, MiddlewareLine or SiteLine. What
// looks like a directive without being one is a near miss.
//
// Read directive.go (the four directives of declarations), site_line.go, near_miss.go,
// then what is checked in their arguments: naming.go, pattern.go, pattern_check.go,
// pattern_text.go, pattern_host.go.
package directive

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/naming"
)

// Tool is what directives begin with: //cgigen:handler.
const Tool = "cgigen"

// The directives, by name.
const (
	HandlerName    = "handler"
	ProvideName    = "provide"
	MiddlewareName = "middleware"
	ConfigName     = "config"
	SiteName       = "site"
)

// DirectiveNames returns the names of all directives, in the order of the documentation.
func DirectiveNames() []string {
	return []string{HandlerName, ProvideName, MiddlewareName, ConfigName, SiteName}
}

// A Text is a piece of a directive's arguments. One without a position is absent.
type Text struct {
	Value string
	Pos   token.Pos
}

func (t Text) Given() bool { return t.Pos.IsValid() }

// A HandlerLine is one //cgigen:handler line.
type HandlerLine struct {
	Pos     token.Pos // of the comment
	Pattern Text
	Route   route // the pattern's parts
	Name    Text
	Binary  Text
	Strip   Text
	Use     []Text
}

// A ConfigLine is the //cgigen:config line of a struct type.
type ConfigLine struct {
	pos    token.Pos // of the comment
	Prefix Text
	Spec   *ast.TypeSpec // the declaration, for the positions of its tags and the comments of its fields
}

// A MiddlewareLine is the //cgigen:middleware line of a function.
type MiddlewareLine struct {
	pos  token.Pos // of the comment
	Name Text
	All  bool // for every handler of its package
}

// arguments are those of one directive: words, then keys with values.
type arguments struct {
	pos   token.Pos // of the directive
	words []Text
	keys  map[string]Text // the position is that of the value's argument
	bad   bool            // something in them has been reported
}

// keyword is how a key=value argument begins; the words before the first one
// are no keys.
var keyword = regexp.MustCompile(`^[a-z]+(-[a-z]+)*=`)

// parseArguments splits the arguments of a directive and reports those that
// are no key=value, unknown keys and repeated ones.
func parseArguments(d ast.Directive, known []string, r *diag.Reporter) arguments {
	args := arguments{pos: d.Slash, keys: map[string]Text{}}
	list, err := d.ParseArgs()
	if err != nil {
		args.bad = true
		r.Errorf(d.ArgsPos, "quotation", "the quotation does not end, or has no space after it").
			Hint = "quote an argument as a whole, as a Go string: \"name=a b\""
		return args
	}
	var strays []Text
	for i, a := range list {
		if whole := halfQuoted(list[i:]); whole != "" {
			args.bad = true
			r.Errorf(a.Pos, "quotation", "the quotation begins within the argument").Hint = "quote the argument as a whole: " + whole
			return args
		}
		switch word := (Text{a.Arg, a.Pos}); {
		case len(strays) > 0:
			strays = append(strays, word)
		case keyword.MatchString(a.Arg):
			args.set(a, d.Name, known, r)
		case len(args.keys) == 0 && !args.bad:
			args.words = append(args.words, word)
		default:
			strays = append(strays, word)
		}
	}
	if after := len(list) - len(strays) - 1; len(strays) > 0 && !(args.bad && strings.HasSuffix(list[after].Arg, "=")) { // use= log
		args.bad = true
		r.Errorf(strays[0].Pos, "stray-word", "%q is not key=value", strays[0].Value).
			Hint = cmp.Or(strayHint(strays, known), wordsHint(d.Name)+keyHint(d.Name, known))
	}
	return args
}

// halfQuoted returns the quotation that was meant by name="home page", which is
// two arguments; "" for other arguments.
func halfQuoted(list []ast.DirectiveArg) string {
	key, value, _ := strings.Cut(list[0].Arg, "=")
	if !keyword.MatchString(list[0].Arg) || !strings.HasPrefix(value, `"`) || strings.Count(value, `"`) > 1 {
		return ""
	}
	words := []string{strings.TrimPrefix(value, `"`)}
	for _, a := range list[1:] {
		word, last := strings.CutSuffix(a.Arg, `"`)
		words = append(words, word)
		if last {
			break
		}
	}
	return strconv.Quote(key + "=" + strings.TrimSpace(strings.Join(words, " ")))
}

// set takes one key=value.
func (args *arguments) set(a ast.DirectiveArg, directive string, known []string, r *diag.Reporter) {
	key, value, _ := strings.Cut(a.Arg, "=")
	switch _, twice := args.keys[key]; {
	case !slices.Contains(known, key):
		args.bad = true
		r.Errorf(a.Pos, "unknown-key", "unknown key %q of //cgigen:%s", key, directive).Hint = cmp.Or(diag.DidYouMean(key, known), keyHint(directive, known))
	case twice:
		args.bad = true
		r.Errorf(a.Pos, "key-twice", "%s= is given twice", key).Hint = "keep one of them"
	case value == "":
		args.bad = true
		r.Errorf(a.Pos, "key-empty", "%s= has no value", key).Hint = "leave the key out, or write its value right behind the ="
	default:
		args.keys[key] = Text{value, a.Pos}
	}
}

// strayHint returns the remedy for words that are a comment, or a key with spaces
// around its =; "" for others.
func strayHint(words []Text, known []string) string {
	first := words[0].Value
	for _, opening := range []string{"#", "//", "--", "/*"} {
		if strings.HasPrefix(first, opening) {
			return "a directive has no comments: write them on a line of their own"
		}
	}
	if key := strings.TrimSuffix(first, "="); slices.Contains(known, key) && len(words) > 1 {
		value := words[1].Value
		if value = strings.TrimPrefix(value, "="); value == "" && len(words) > 2 {
			value = words[2].Value
		}
		return "write " + key + "=" + value + ", without spaces around the ="
	}
	return ""
}

// wordsHint says what words without a key are, for the directive that has them.
func wordsHint(directive string) string {
	if directive != HandlerName {
		return ""
	}
	return "the words before the first key are the pattern; "
}

func keyHint(directive string, known []string) string {
	if len(known) == 0 {
		return fmt.Sprintf("//cgigen:%s has no keys", directive)
	}
	return fmt.Sprintf("the keys of //cgigen:%s are %s", directive, strings.Join(known, "=, ")+"=")
}

// noWords reports words of a directive that takes keys alone.
func (args *arguments) noWords(d ast.Directive, known []string, r *diag.Reporter) {
	for _, w := range args.words {
		args.bad = true
		r.Errorf(w.Pos, "stray-word", "//cgigen:%s does not take %q", d.Name, w.Value).Hint = keyHint(d.Name, known)
	}
}

// ParseHandler reads one //cgigen:handler line and reports everything that is
// wrong with it. It returns false for a line that cannot be used.
func ParseHandler(d ast.Directive, r *diag.Reporter) (HandlerLine, bool) {
	args := parseArguments(d, handlerKeys(), r)
	h := HandlerLine{
		Pos:    d.Slash,
		Name:   args.keys["name"],
		Binary: args.keys["binary"],
		Strip:  args.keys["strip"],
	}
	h.Use = splitUse(args.keys["use"], r)
	sound := !args.bad
	if len(args.words) > 0 || sound {
		sound = h.parsePattern(args.words, r) && sound
	}
	sound = checkName(h.Name, "program", r) && sound
	sound = checkName(h.Binary, "program", r) && sound
	return h, sound
}

func handlerKeys() []string { return []string{"name", "binary", "use", "strip"} }

// parsePattern takes the words before the first key as the pattern.
func (h *HandlerLine) parsePattern(words []Text, r *diag.Reporter) (ok bool) {
	if len(words) == 0 {
		r.Errorf(h.Pos, "no-pattern", "//cgigen:handler has no pattern").Hint = "write one, such as //cgigen:handler GET /users/{id}"
		return false
	}
	if !checkOneMethod(words, r) {
		return false
	}
	h.Pattern = Text{joinWords(words), words[0].Pos}
	end := 2
	if strings.HasPrefix(words[0].Value, "/") && len(words) > 1 && strayHint(words[1:], handlerKeys()) != "" {
		end = 1
	}
	if len(words) > end {
		r.Errorf(words[end].Pos, "stray-word", "%q follows the pattern %q, but is not key=value", words[end].Value, joinWords(words[:end])).
			Hint = cmp.Or(strayHint(words[end:], handlerKeys()), "a pattern is [METHOD ][HOST]/path; a path with spaces is quoted together with its method: \"GET /a b\"")
		return false
	}
	if h.Route, ok = splitPattern(h.Pattern, r); !ok {
		return false
	}
	return checkStrip(h.Strip, h.Route.Path, r)
}

func joinWords(words []Text) string {
	values := make([]string, len(words))
	for i, w := range words {
		values[i] = w.Value
	}
	return strings.Join(values, " ")
}

// splitUse splits use=auth,log, and reports what is not a valid name or stands
// there twice. Each name keeps the position of the argument, because a quoted one
// has no position of its own. It returns the other names even so: the caller checks
// whether they exist.
func splitUse(use Text, r *diag.Reporter) []Text {
	if !use.Given() {
		return nil
	}
	var names []Text
	for value := range strings.SplitSeq(use.Value, ",") {
		name := Text{strings.TrimSpace(value), use.Pos}
		switch {
		case name.Value == "":
			r.Errorf(use.Pos, "invalid-name", "use=%s has a comma with no name beside it", use.Value).Hint = "remove the comma, or name the middleware"
		case !checkUsed(name, use.Value, r):
		case slices.Contains(names, name):
			r.Errorf(use.Pos, "use-twice", "use= names %q twice", name.Value).Hint = "keep the place where it is to stand: the first name is outermost"
		default:
			names = append(names, name)
		}
	}
	return names
}

// checkUsed reports what is not a valid name of a middleware.
func checkUsed(name Text, list string, r *diag.Reporter) bool {
	if naming.ValidName.MatchString(name.Value) {
		return true
	}
	better := strings.Trim(notInName.ReplaceAllString(list, ","), ",")
	_, last, qualified := strings.Cut(name.Value, ".")
	hint := ""
	switch {
	case strings.ContainsAny(list, "\"`'"):
		hint = "write use=" + better + "; what has spaces is quoted as a whole: \"use=auth, log\""
	case strings.ContainsAny(list, ";|+&"):
		hint = "names are separated by commas: use=" + better
	case qualified && naming.ValidName.MatchString(naming.Kebab(last)):
		hint = "middleware is named without its package: use=" + naming.Kebab(last)
	default:
		return checkName(name, "middleware", r)
	}
	r.Errorf(name.Pos, "invalid-name", notAName, name.Value, "middleware").Hint = hint
	return false
}

// ParseConfig reads a //cgigen:config line.
func ParseConfig(d ast.Directive, spec *ast.TypeSpec, r *diag.Reporter) ConfigLine {
	known := []string{"prefix"}
	args := parseArguments(d, known, r)
	args.noWords(d, known, r)
	return ConfigLine{pos: d.Slash, Prefix: args.keys["prefix"], Spec: spec}
}

// ParseProvide reads a //cgigen:provide line, which says nothing else.
func ParseProvide(d ast.Directive, r *diag.Reporter) {
	args := parseArguments(d, nil, r)
	args.noWords(d, nil, r)
}

// ParseMiddleware reads a //cgigen:middleware line. The word all makes it one
// for every handler of its package.
func ParseMiddleware(d ast.Directive, r *diag.Reporter) MiddlewareLine {
	known := []string{"name"}
	args := parseArguments(d, known, r)
	m := MiddlewareLine{pos: d.Slash, Name: args.keys["name"]}
	if len(args.words) > 0 && args.words[0].Value == "all" {
		m.All = true
		args.words = args.words[1:]
	}
	for _, w := range args.words {
		args.bad = true
		r.Errorf(w.Pos, "stray-word", "//cgigen:middleware does not take %q", w.Value).
			Hint = "it takes the word all, for every handler of its package, and " + keyHint(d.Name, known)
	}
	checkName(m.Name, "middleware", r)
	return m
}
