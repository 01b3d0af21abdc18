package generator

import (
	"slices"
	"strings"
)

// foreignKeys are keys of struct tags that other libraries for configuration
// read, by library.
func foreignKeys() []struct {
	library string
	keys    []string
} {
	return []struct {
		library string
		keys    []string
	}{
		{"ilyakaznacheev/cleanenv", []string{"env-default", "env-required", "env-prefix", "env-separator", "env-layout", "env-description", "env-upd"}},
		{"kelseyhightower/envconfig", []string{"envconfig", "split_words", "ignored"}},
		{"spf13/viper", []string{"mapstructure"}},
		{"knadh/koanf", []string{"koanf"}},
		{"ardanlabs/conf", []string{"conf"}},
		{"kkyr/fig", []string{"fig"}},
		{"another library", []string{"default", "required"}},
	}
}

// translate gives the tag that says the same as one that another library reads,
// and that library; "" if there is nothing to translate.
func translate(field string, pairs []tagPair) (spelling, library string) {
	for _, foreign := range foreignKeys() {
		if slices.ContainsFunc(pairs, func(p tagPair) bool { return slices.Contains(foreign.keys, p.key) }) {
			library = foreign.library
			break
		}
	}
	if _, rest, _ := strings.Cut(valueOf(pairs, "env"), ","); library == "" && hasInlineOption(rest) {
		library = "sethvargo/go-envconfig"
	}
	if library == "" {
		return "", ""
	}
	return translation(field, pairs).String(), library
}

// isConfigKey tells the keys of a tag that make a field one of configuration,
// here or for another library. Some keys of those are too common to tell.
func isConfigKey(key string) bool {
	for _, foreign := range foreignKeys() {
		if slices.Contains(foreign.keys, key) {
			return key != "default" && key != "required"
		}
	}
	return strings.HasPrefix(strings.ToLower(key), "env")
}

// hasInlineOption tells the options of sethvargo/go-envconfig that caarlos0/env
// has no word for.
func hasInlineOption(options string) bool {
	for option := range strings.SplitSeq(options, ",") {
		key, _, assigned := strings.Cut(strings.TrimSpace(option), "=")
		if assigned || key == "overwrite" || key == "noinit" || key == "decodeunset" {
			return true
		}
	}
	return false
}

// A spelling is a tag that is being put together.
type spelling struct {
	name, defaultValue, prefix, separator, keyValSeparator, doc string
	required, hasDefault, ignored                               bool
}

// translation reads the tags of all other libraries alike.
func translation(field string, pairs []tagPair) spelling {
	var s spelling
	for _, p := range pairs {
		switch p.key {
		case "env":
			s.env(p.value)
		case "envconfig":
			s.name = strings.ToUpper(p.value)
		case "mapstructure", "koanf", "fig":
			name, _, _ := strings.Cut(p.value, ",")
			if s.name == "" {
				s.name = screamingSnake(name)
			}
		case "conf":
			s.conf(p.value)
		case "default", "env-default", "envDefault":
			s.defaultValue, s.hasDefault = p.value, true
		case "required", "env-required":
			s.required = p.value != "false"
		case "ignored":
			s.ignored = p.value == "true"
		case "env-prefix", "envPrefix":
			s.prefix = p.value
		case "env-separator", "envSeparator":
			s.separator = p.value
		case "desc", "env-description", "doc":
			s.doc = p.value
		}
	}
	if s.name == "" && s.prefix == "" {
		s.name = screamingSnake(field)
	}
	return s
}

// env reads env:"NAME,required,prefix=P_,delimiter=;,separator=:,default=x". The
// default is the rest of the tag.
func (s *spelling) env(value string) {
	name, rest, _ := strings.Cut(value, ",")
	s.name = name
	for rest != "" {
		rest = strings.TrimLeft(rest, " ")
		if value, ok := strings.CutPrefix(rest, "default="); ok {
			s.defaultValue, s.hasDefault = value, true
			return
		}
		var option string
		option, rest, _ = strings.Cut(rest, ",")
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "required":
			s.required = true
		case "prefix":
			s.prefix = value
		case "delimiter":
			s.separator = value
		case "separator":
			s.keyValSeparator = value
		}
	}
}

// conf reads conf:"env:NAME,default:x,required".
func (s *spelling) conf(value string) {
	for option := range strings.SplitSeq(value, ",") {
		switch key, value, _ := strings.Cut(option, ":"); key {
		case "-":
			s.ignored = true
		case "env":
			s.name = value
		case "default":
			s.defaultValue, s.hasDefault = value, true
		case "required":
			s.required = true
		case "help":
			s.doc = value
		}
	}
}

func (s spelling) String() string {
	if s.ignored {
		return "`env:\"-\"`"
	}
	var parts []string
	add := func(key, value string, given bool) {
		if given {
			parts = append(parts, key+":\""+value+"\"")
		}
	}
	name := s.name
	if s.required && !s.hasDefault {
		name += ",required"
	}
	add("env", name, s.name != "")
	add("envDefault", s.shownDefault(), s.hasDefault)
	add("envPrefix", s.prefix, s.prefix != "")
	add("envSeparator", s.separator, s.separator != "")
	add("envKeyValSeparator", s.keyValSeparator, s.keyValSeparator != "")
	add("doc", s.doc, s.doc != "")
	return "`" + strings.Join(parts, " ") + "`"
}

// shownDefault is the default as a message may show it.
func (s spelling) shownDefault() string {
	if looksSecret(s.name) || holdsPassword(s.defaultValue) {
		return "…"
	}
	return s.defaultValue
}

// screamingSnake turns a Go name or a key into the name of an environment
// variable: DatabaseURL is DATABASE_URL.
func screamingSnake(name string) string {
	words := strings.NewReplacer("-", "_", ".", "_").Replace(kebab(name))
	return strings.ToUpper(words)
}
