package generator

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tool is what directives begin with: //cgigen:handler.
const tool = "cgigen"

// The directives, by name.
const (
	handlerName    = "handler"
	provideName    = "provide"
	middlewareName = "middleware"
	configName     = "config"
	siteName       = "site"
)

// directiveNames gives the names of all directives, in the order of the documentation.
func directiveNames() []string {
	return []string{handlerName, provideName, middlewareName, configName, siteName}
}

// A text is a piece of a directive's arguments. One without a position is absent.
type text struct {
	value string
	pos   token.Pos
}

func (t text) given() bool { return t.pos.IsValid() }

// A handlerDirective is one //cgigen:handler line.
type handlerDirective struct {
	pos     token.Pos // of the comment
	pattern text
	route   route // the pattern's parts
	name    text
	binary  text
	strip   text
	use     []text
}

// A configDirective is the //cgigen:config line of a struct type.
type configDirective struct {
	pos    token.Pos // of the comment
	prefix text
	spec   *ast.TypeSpec // the declaration, for the positions of its tags and the comments of its fields
}

// A middlewareDirective is the //cgigen:middleware line of a function.
type middlewareDirective struct {
	pos  token.Pos // of the comment
	name text
	all  bool // for every handler of its package
}

// arguments are those of one directive: words, then keys with values.
type arguments struct {
	pos   token.Pos // of the directive
	words []text
	keys  map[string]text // the position is that of the value's argument
	bad   bool            // something in them has been reported
}

// keyword is how a key=value argument begins; the words before the first one
// are no keys.
var keyword = regexp.MustCompile(`^[a-z]+(-[a-z]+)*=`)

// parseArguments splits the arguments of a directive and reports those that
// are no key=value, unknown keys and repeated ones.
func parseArguments(d ast.Directive, known []string, r *reporter) arguments {
	args := arguments{pos: d.Slash, keys: map[string]text{}}
	list, err := d.ParseArgs()
	if err != nil {
		args.bad = true
		r.errorf(d.ArgsPos, "quotation", "the quotation does not end, or has no space after it").
			Hint = "quote an argument as a whole, as a Go string: \"name=a b\""
		return args
	}
	var strays []text
	for i, a := range list {
		if whole := halfQuoted(list[i:]); whole != "" {
			args.bad = true
			r.errorf(a.Pos, "quotation", "the quotation begins within the argument").Hint = "quote the argument as a whole: " + whole
			return args
		}
		switch word := (text{a.Arg, a.Pos}); {
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
		r.errorf(strays[0].pos, "stray-word", "%q is not key=value", strays[0].value).
			Hint = cmp.Or(strayHint(strays, known), wordsHint(d.Name)+keyHint(d.Name, known))
	}
	return args
}

// halfQuoted gives the quotation that was meant by name="home page", which is
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
func (args *arguments) set(a ast.DirectiveArg, directive string, known []string, r *reporter) {
	key, value, _ := strings.Cut(a.Arg, "=")
	switch _, twice := args.keys[key]; {
	case !slices.Contains(known, key):
		args.bad = true
		r.errorf(a.Pos, "unknown-key", "unknown key %q of //cgigen:%s", key, directive).Hint = cmp.Or(didYouMean(key, known), keyHint(directive, known))
	case twice:
		args.bad = true
		r.errorf(a.Pos, "key-twice", "%s= is given twice", key).Hint = "keep one of them"
	case value == "":
		args.bad = true
		r.errorf(a.Pos, "key-empty", "%s= has no value", key).Hint = "leave the key out, or write its value right behind the ="
	default:
		args.keys[key] = text{value, a.Pos}
	}
}

// strayHint gives the remedy for words that are a comment, or a key with spaces
// around its =; "" for others.
func strayHint(words []text, known []string) string {
	first := words[0].value
	for _, opening := range []string{"#", "//", "--", "/*"} {
		if strings.HasPrefix(first, opening) {
			return "a directive has no comments: write them on a line of their own"
		}
	}
	if key := strings.TrimSuffix(first, "="); slices.Contains(known, key) && len(words) > 1 {
		value := words[1].value
		if value = strings.TrimPrefix(value, "="); value == "" && len(words) > 2 {
			value = words[2].value
		}
		return "write " + key + "=" + value + ", without spaces around the ="
	}
	return ""
}

// wordsHint says what words without a key are, for the directive that has them.
func wordsHint(directive string) string {
	if directive != handlerName {
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
func (args *arguments) noWords(d ast.Directive, known []string, r *reporter) {
	for _, w := range args.words {
		args.bad = true
		r.errorf(w.pos, "stray-word", "//cgigen:%s does not take %q", d.Name, w.value).Hint = keyHint(d.Name, known)
	}
}

// parseHandler reads one //cgigen:handler line and reports everything that is
// wrong with it. It gives false for a line that cannot be used.
func parseHandler(d ast.Directive, r *reporter) (handlerDirective, bool) {
	args := parseArguments(d, handlerKeys(), r)
	h := handlerDirective{
		pos:    d.Slash,
		name:   args.keys["name"],
		binary: args.keys["binary"],
		strip:  args.keys["strip"],
	}
	h.use = splitUse(args.keys["use"], r)
	sound := !args.bad
	if len(args.words) > 0 || sound {
		sound = h.parsePattern(args.words, r) && sound
	}
	sound = checkName(h.name, "program", r) && sound
	sound = checkName(h.binary, "program", r) && sound
	return h, sound
}

func handlerKeys() []string { return []string{"name", "binary", "use", "strip"} }

// parsePattern takes the words before the first key as the pattern.
func (h *handlerDirective) parsePattern(words []text, r *reporter) (ok bool) {
	if len(words) == 0 {
		r.errorf(h.pos, "no-pattern", "//cgigen:handler has no pattern").Hint = "write one, such as //cgigen:handler GET /users/{id}"
		return false
	}
	if !checkOneMethod(words, r) {
		return false
	}
	h.pattern = text{joinWords(words), words[0].pos}
	end := 2
	if strings.HasPrefix(words[0].value, "/") && len(words) > 1 && strayHint(words[1:], handlerKeys()) != "" {
		end = 1
	}
	if len(words) > end {
		r.errorf(words[end].pos, "stray-word", "%q follows the pattern %q, but is not key=value", words[end].value, joinWords(words[:end])).
			Hint = cmp.Or(strayHint(words[end:], handlerKeys()), "a pattern is [METHOD ][HOST]/path; a path with spaces is quoted together with its method: \"GET /a b\"")
		return false
	}
	if h.route, ok = splitPattern(h.pattern, r); !ok {
		return false
	}
	return checkStrip(h.strip, h.route.path, r)
}

func joinWords(words []text) string {
	values := make([]string, len(words))
	for i, w := range words {
		values[i] = w.value
	}
	return strings.Join(values, " ")
}

// splitUse splits use=auth,log, and reports what is no name or stands there
// twice. Each name keeps the position of the argument, because a quoted one has
// no position of its own. The other names are good for something: whether they
// exist is to be found as well.
func splitUse(use text, r *reporter) []text {
	if !use.given() {
		return nil
	}
	var names []text
	for value := range strings.SplitSeq(use.value, ",") {
		name := text{strings.TrimSpace(value), use.pos}
		switch {
		case name.value == "":
			r.errorf(use.pos, "invalid-name", "use=%s has a comma with no name beside it", use.value).Hint = "remove the comma, or name the middleware"
		case !checkUsed(name, use.value, r):
		case slices.Contains(names, name):
			r.errorf(use.pos, "use-twice", "use= names %q twice", name.value).Hint = "keep the place where it is to stand: the first name is outermost"
		default:
			names = append(names, name)
		}
	}
	return names
}

// checkUsed reports what is no name of a middleware.
func checkUsed(name text, list string, r *reporter) bool {
	if validName.MatchString(name.value) {
		return true
	}
	better := strings.Trim(notInName.ReplaceAllString(list, ","), ",")
	_, last, qualified := strings.Cut(name.value, ".")
	hint := ""
	switch {
	case strings.ContainsAny(list, "\"`'"):
		hint = "write use=" + better + "; what has spaces is quoted as a whole: \"use=auth, log\""
	case strings.ContainsAny(list, ";|+&"):
		hint = "names are separated by commas: use=" + better
	case qualified && validName.MatchString(kebab(last)):
		hint = "middleware is named without its package: use=" + kebab(last)
	default:
		return checkName(name, "middleware", r)
	}
	r.errorf(name.pos, "invalid-name", notAName, name.value, "middleware").Hint = hint
	return false
}

// parseConfig reads a //cgigen:config line.
func parseConfig(d ast.Directive, spec *ast.TypeSpec, r *reporter) configDirective {
	known := []string{"prefix"}
	args := parseArguments(d, known, r)
	args.noWords(d, known, r)
	return configDirective{pos: d.Slash, prefix: args.keys["prefix"], spec: spec}
}

// parseProvide reads a //cgigen:provide line, which says nothing else.
func parseProvide(d ast.Directive, r *reporter) {
	args := parseArguments(d, nil, r)
	args.noWords(d, nil, r)
}

// parseMiddleware reads a //cgigen:middleware line. The word all makes it one
// for every handler of its package.
func parseMiddleware(d ast.Directive, r *reporter) middlewareDirective {
	known := []string{"name"}
	args := parseArguments(d, known, r)
	m := middlewareDirective{pos: d.Slash, name: args.keys["name"]}
	if len(args.words) > 0 && args.words[0].value == "all" {
		m.all = true
		args.words = args.words[1:]
	}
	for _, w := range args.words {
		args.bad = true
		r.errorf(w.pos, "stray-word", "//cgigen:middleware does not take %q", w.value).
			Hint = "it takes the word all, for every handler of its package, and " + keyHint(d.Name, known)
	}
	checkName(m.name, "middleware", r)
	return m
}
