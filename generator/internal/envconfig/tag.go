package envconfig

import (
	"cmp"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
)

// A fieldTag is what the tag of a field says about configuration, in the
// grammar of github.com/caarlos0/env.
type fieldTag struct {
	given           bool // one of the keys is there
	ignored         bool // env:"-"
	name            string
	options         map[string]bool
	defaultValue    string
	hasDefault      bool
	prefix          string
	hasPrefix       bool
	separator       string
	keyValSeparator string
	doc             string
	secret          string // "true", "false" or ""
}

// envOptions are what may follow the name in an env tag.
func envOptions() []string {
	return []string{"required", "notEmpty", "file", "expand", "unset", "init"}
}

// envKeys are the keys of a tag that mean something here.
func envKeys() []string {
	return []string{"env", "envDefault", "envPrefix", "envSeparator", "envKeyValSeparator", "doc", "secret"}
}

// readTag takes the tag of a field apart and reports what is wrong with it. It
// returns false if the tag cannot be used.
func (r *configReader) readTag(v *types.Var, tag string) (fieldTag, bool) {
	pairs, wellFormed := splitTag(tag)
	if !wellFormed && mentionsConfig(tag) {
		r.reportField(v, "config-tag", "malformed struct tag of %s", v.Name()).Hint = malformedHint(tag)
		return fieldTag{}, false
	}
	if key := repeatedKey(pairs); key != "" {
		r.reportField(v, "config-tag", "the tag of %s has the key %s twice", v.Name(), key).Hint = "keep one of them"
		return fieldTag{}, false
	}
	if valueOf(pairs, "env") == "-" {
		return fieldTag{ignored: true}, true
	}
	if spelling, library := translate(v.Name(), pairs); library != "" {
		r.reportField(v, "config-tag-library", "the tag of %s is written for %s", v.Name(), library).Hint = "write " + spelling
		return fieldTag{}, false
	}
	t := fieldTag{options: map[string]bool{}}
	for _, p := range pairs {
		if !r.tagKey(v, p, &t) {
			return fieldTag{}, false
		}
	}
	return t, true
}

// tagKey reads one key of a tag.
func (r *configReader) tagKey(v *types.Var, p tagPair, t *fieldTag) bool {
	switch p.key {
	case "env":
		t.given = true
		return r.envKey(v, p.value, t)
	case "envDefault":
		t.given, t.defaultValue, t.hasDefault = true, p.value, true
	case "envPrefix":
		t.given, t.prefix, t.hasPrefix = true, p.value, true
		if p.value != "" && !validEnvName("_"+p.value) {
			r.reportField(v, "config-name", "envPrefix %q is not made of letters, digits and underscores", p.value).Hint = "for example " + screamingSnake(v.Name()) + "_"
			return false
		}
	case "envSeparator":
		t.given, t.separator = true, p.value
	case "envKeyValSeparator":
		t.given, t.keyValSeparator = true, p.value
	case "doc":
		t.doc = p.value
	case "secret":
		t.secret = p.value
		if p.value != "true" && p.value != "false" {
			r.reportField(v, "config-secret", "secret:%q is neither true nor false", p.value).Hint = "write secret:\"true\""
			return false
		}
	default:
		if strings.HasPrefix(strings.ToLower(p.key), "env") {
			hint := cmp.Or(diag.DidYouMean(p.key, envKeys()), "the keys are "+strings.Join(envKeys(), ", "))
			r.reportField(v, "config-tag-key", "unknown key %q in the tag of %s", p.key, v.Name()).Hint = hint
			return false
		}
	}
	return true
}

// envKey reads env:"NAME,option,option".
func (r *configReader) envKey(v *types.Var, value string, t *fieldTag) bool {
	name, rest, _ := strings.Cut(value, ",")
	t.name = name
	if name != "" && !validEnvName("_"+name) {
		r.reportField(v, "config-name", "%q is not made of letters, digits and underscores", name).Hint = "for example " + screamingSnake(v.Name())
		return false
	}
	for option := range strings.SplitSeq(rest, ",") {
		switch {
		case option == "": // as in caarlos0/env
		case slices.Contains(envOptions(), option):
			t.options[option] = true
		default:
			hint := cmp.Or(diag.DidYouMean(option, envOptions()), "the options are "+strings.Join(envOptions(), ", "))
			r.reportField(v, "config-tag-option", "unknown option %q in the tag of %s", option, v.Name()).Hint = hint
			return false
		}
	}
	return true
}

// A tagPair is key:"value" in a struct tag.
type tagPair struct {
	key, value string
}

// splitTag takes a struct tag apart by the convention of reflect.StructTag. It
// returns false, and what came before, if the tag breaks it.
func splitTag(tag string) (pairs []tagPair, wellFormed bool) {
	for {
		tag = strings.TrimLeft(tag, " ")
		if tag == "" {
			return pairs, true
		}
		key, rest, ok := strings.Cut(tag, ":")
		if !ok || key == "" || strings.ContainsAny(key, " \"\t") || !strings.HasPrefix(rest, `"`) {
			return pairs, false
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return pairs, false
		}
		value, err := strconv.Unquote(quoted)
		tag = rest[len(quoted):]
		if err != nil || tag != "" && tag[0] != ' ' {
			return pairs, false
		}
		pairs = append(pairs, tagPair{key, value})
	}
}

// valueOf returns the value of a key, or "".
func valueOf(pairs []tagPair, key string) string {
	for _, p := range pairs {
		if p.key == key {
			return p.value
		}
	}
	return ""
}
