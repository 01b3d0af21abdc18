package generator

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// configWord is the beginning of a key of configuration in a tag, whatever
// separates it from its value. After a letter it is a part of another word, and
// within quotes it may be: such a tag says nothing about configuration.
var configWord = regexp.MustCompile(`(?i)(^|[^a-z0-9_])env(default|prefix|separator|keyvalseparator)?["'\x60]?[ \t]*[:=]`)

// mentionsConfig tells whether a malformed tag was meant to name a value of
// configuration. What keys with quoted values say is left out.
func mentionsConfig(tag string) bool {
	return configWord.MatchString(tag) || slices.ContainsFunc(leadingPairs(tag), func(p tagPair) bool { return isConfigKey(p.key) })
}

// leadingPairs gives the pairs before the place where a tag is malformed.
func leadingPairs(tag string) []tagPair {
	pairs, _ := splitTag(tag)
	return pairs
}

// repeatedKey gives a key that a tag has twice, of those that mean something
// here; "" for none. reflect.StructTag would see the first alone.
func repeatedKey(pairs []tagPair) string {
	for i, p := range pairs {
		seen := slices.ContainsFunc(pairs[:i], func(q tagPair) bool { return q.key == p.key })
		if seen && slices.Contains(envKeys(), p.key) {
			return p.key
		}
	}
	return ""
}

// wordsOfTag are the keys and values of a tag that somebody wrote with other
// quotes, without any, with an equals sign or with spaces where none belong.
var wordsOfTag = regexp.MustCompile(`["'“”‘’]?([A-Za-z_-]+)["'“”‘’]?[ \t]*[:=][ \t]*(?:"((?:[^"\\]|\\.)*)"|['“‘]([^'”’]*)['”’]|([^"'\s;]*))[;,]?`)

// malformedHint gives the tag as it was probably meant, if there is no doubt.
func malformedHint(tag string) string {
	const rule = "a tag is key:\"value\" key:\"value\", with one space between, see reflect.StructTag"
	var parts []string
	rest := wordsOfTag.ReplaceAllStringFunc(tag, func(pair string) string {
		m := wordsOfTag.FindStringSubmatch(pair)
		parts = append(parts, m[1]+":"+strconv.Quote(m[2]+m[3]+m[4]))
		return ""
	})
	meant := strings.Join(parts, " ")
	if pairs, ok := splitTag(meant); strings.TrimSpace(rest) != "" || !ok || len(pairs) == 0 || slices.ContainsFunc(pairs, func(p tagPair) bool { return p.value == "" }) {
		return rule
	}
	return "write `" + meant + "`: " + rule
}
