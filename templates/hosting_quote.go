package templates

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text that comes from patterns, modules and flags is written by these
// functions, one for each grammar. Regular expressions arrive quoted.

// maxComment keeps a comment from nginx's limit for what it reads at once.
const maxComment = 300

// comment makes a text safe to the end of a line in every file: no line ends,
// no backslash that joins the next line (Apache, httpd.conf), nothing that a
// terminal or an editor would not show. What is escaped is escaped as in a path.
func comment(text string) string {
	var b strings.Builder
	for len(text) > 0 && b.Len() < maxComment {
		c, size := utf8.DecodeRuneInString(text)
		if unicode.IsPrint(c) && c != '\\' && c != utf8.RuneError {
			b.WriteString(text[:size])
		} else {
			for i := range size {
				fmt.Fprintf(&b, "%%%02X", text[i])
			}
		}
		text = text[size:]
	}
	if text != "" {
		b.WriteString("…")
	}
	return b.String()
}

// nginxString quotes a regular expression in which no quote and no dollar
// stands, and no backslash before one of \ ' " t r n (ngx_conf_read_token).
func nginxString(text string) string { return `"` + text + `"` }

// lighttpdString is the same for lighttpd, where only \" is special.
func lighttpdString(text string) string { return `"` + text + `"` }

// caddyWord is a token of a Caddyfile, in which backquotes end at a backquote
// alone.
func caddyWord(text string) string { return "`" + text + "`" }

// httpdString is a string of OpenBSD's httpd.conf: \" is a quote. A backslash
// before a space or a quote does not occur, since rules put a % between.
func httpdString(text string) string { return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"` }

// unitText is a value in a unit of systemd, where % begins a specifier
// (systemd.unit(5)).
func unitText(text string) string { return strings.ReplaceAll(comment(text), "%", "%%") }

// yamlString is a double-quoted scalar: a name such as null, on or 1e3 is
// something else without quotes (YAML 1.2.2 §7.3.1, §10.3.2).
func yamlString(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// serverName is a name for nginx. Long ones do not fit the buckets of its table
// of names, whose size only http {} can set; regular expressions stand in none.
func serverName(host string) string {
	if len(host) <= 40 {
		return host
	}
	return nginxString("~^" + regexp.QuoteMeta(host) + `\z`)
}

// maxAlternatives keeps a regular expression from nginx's limit of 4,096 bytes
// for a parameter.
const maxAlternatives = 3000

// alternatives joins the paths of all rules to regular expressions, as few as
// nginx can read.
func alternatives(rules []HostingRule) []string {
	var list, paths []string
	size := 0
	for _, path := range distinct(rules, func(r HostingRule) string { return r.Full }) {
		if size += len(path); size > maxAlternatives && len(paths) > 0 {
			list, paths, size = append(list, oneOf(paths)), nil, len(path)
		}
		paths = append(paths, path)
	}
	return append(list, oneOf(paths))
}

// distinct returns the paths of rules without their anchors.
func distinct(rules []HostingRule, path func(HostingRule) string) []string {
	var paths []string
	for _, r := range rules {
		p := strings.TrimSuffix(strings.TrimPrefix(path(r), "^"), `\z`)
		if !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	return paths
}

func oneOf(paths []string) string { return "^(?:" + strings.Join(paths, "|") + `)\z` }

// exposure is the paths that programs have at hosts, for lighttpd.
type exposure struct{ Condition, Paths string }

// exposed returns the paths of programs, for each host that rules ask for, and
// for all others.
func exposed(rules []HostingRule) []exposure {
	var list []exposure
	var hosts []string
	for _, r := range rules {
		if host := regexp.QuoteMeta(r.Host); r.Host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
			list = append(list, exposure{`$HTTP["host"] =~ "^` + host + `(:[0-9]+)?$"`, pathsAt(r.Host, rules)})
		}
	}
	none := "(?!)" // fits no host
	if len(hosts) > 0 {
		none = "^(" + strings.Join(hosts, "|") + ")(:[0-9]+)?$"
	}
	return append(list, exposure{`$HTTP["host"] !~ "` + none + `"`, pathsAt("", rules)})
}

func pathsAt(host string, rules []HostingRule) string {
	own := slices.DeleteFunc(slices.Clone(rules), func(r HostingRule) bool { return r.Host != "" && r.Host != host })
	return oneOf(distinct(own, func(r HostingRule) string { return r.Runes }))
}

// shellWord is a text as one word of a POSIX shell.
func shellWord(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
