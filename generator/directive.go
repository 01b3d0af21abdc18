package generator

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
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
)

// directiveNames gives the names of all directives, in the order of the documentation.
func directiveNames() []string {
	return []string{handlerName, provideName, middlewareName, configName}
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
var keyword = regexp.MustCompile(`^[a-z]+=`)

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
	for _, a := range list {
		switch {
		case keyword.MatchString(a.Arg):
			args.set(a, d.Name, known, r)
		case len(args.keys) == 0 && !args.bad:
			args.words = append(args.words, text{a.Arg, a.Pos})
		default:
			args.bad = true
			r.errorf(a.Pos, "stray-word", "%q is not key=value", a.Arg).Hint = "the words before the first key are the pattern; " + keyHint(d.Name, known)
		}
	}
	return args
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
	args := parseArguments(d, []string{"name", "binary", "use", "strip"}, r)
	h := handlerDirective{
		pos:    d.Slash,
		name:   args.keys["name"],
		binary: args.keys["binary"],
		strip:  args.keys["strip"],
		use:    splitUse(args.keys["use"]),
	}
	sound := !args.bad
	if len(args.words) > 0 || sound {
		sound = h.parsePattern(args.words, r) && sound
	}
	sound = checkName(h.name, "program", r) && sound
	sound = checkName(h.binary, "program", r) && sound
	for _, name := range h.use {
		sound = checkName(name, "middleware", r) && sound
	}
	return h, sound
}

// parsePattern takes the words before the first key as the pattern.
func (h *handlerDirective) parsePattern(words []text, r *reporter) (ok bool) {
	if len(words) == 0 {
		r.errorf(h.pos, "no-pattern", "//cgigen:handler has no pattern").Hint = "write one, such as //cgigen:handler GET /users/{id}"
		return false
	}
	h.pattern = text{joinWords(words), words[0].pos}
	if len(words) > 2 {
		r.errorf(words[2].pos, "stray-word", "%q follows the pattern %q, but is not key=value", words[2].value, joinWords(words[:2])).
			Hint = "a pattern is [METHOD ][HOST]/path; a path with spaces is quoted together with its method: \"GET /a b\""
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

// splitUse splits use=auth,log. Each name keeps the position of the argument,
// because a quoted one has no position of its own.
func splitUse(use text) []text {
	if !use.given() {
		return nil
	}
	var names []text
	for name := range strings.SplitSeq(use.value, ",") {
		names = append(names, text{strings.TrimSpace(name), use.pos})
	}
	return names
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
