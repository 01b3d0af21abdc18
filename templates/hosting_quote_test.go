package templates

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestCommentsEndWithTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"GET /x/{id}":        "GET /x/{id}",
		`GET /raw\`:          "GET /raw%5C",
		"a\nb\rc\x00d\x7f":   "a%0Ab%0Dc%00d%7F",
		"a\u2028b\ufeff":     "a%E2%80%A8b%EF%BB%BF",
		"größe 😀 $x {{y}} %": "größe 😀 $x {{y}} %",
		"\xff":               "%FF",
	} {
		if got := comment(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := comment(strings.Repeat("ä", 5000)); len(got) > 310 || !strings.HasSuffix(got, "ä…") {
		t.Errorf("a long text is a comment of %d bytes: %s", len(got), got)
	}
}

func TestStringsOfOtherGrammars(t *testing.T) {
	for name, got := range map[string][2]string{
		"httpd":            {httpdString(`^/a%\%"b$`), `"^/a%\%\"b$"`},
		"systemd":          {unitText("a%i"), "a%%i"},
		"YAML":             {yamlString(`n"o\`), `"n\"o\\"`},
		"a name for nginx": {serverName("a.test"), "a.test"},
		"a long name":      {serverName(strings.Repeat("a", 40) + ".test"), `"~^` + strings.Repeat("a", 40) + `\.test\z"`},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: got %s, want %s", name, got[0], got[1])
		}
	}
}

// nginx reads 4,096 bytes as one parameter, and no path may be lost for it.
func TestManyPathsAreSeveralRegularExpressions(t *testing.T) {
	var rules []HostingRule
	for i := range 300 {
		rules = append(rules, HostingRule{Full: fmt.Sprintf(`^/%s/%d\z`, strings.Repeat("x", 50), i)})
	}
	rules = append(rules, HostingRule{Full: "^/" + strings.Repeat("y", 3300) + `\z`})
	list := alternatives(rules)
	for i, r := range rules {
		path := strings.TrimSuffix(strings.TrimPrefix(r.Full, "^"), `\z`)
		fits := 0
		for _, one := range list {
			if regexp.MustCompile(one).MatchString(path) {
				fits++
			}
			if len(one) > 4000 {
				t.Errorf("a regular expression has %d bytes", len(one))
			}
		}
		if fits != 1 {
			t.Errorf("rule %d is in %d regular expressions", i, fits)
		}
	}
}

func TestHiddenFilesAreExposedByNoOtherHostsRoute(t *testing.T) {
	got := exposed([]HostingRule{{Runes: `^/a\z`}, {Runes: `^/.b\z`, Host: "b.test"}})
	want := []exposure{
		{`$HTTP["host"] =~ "^b\.test(:[0-9]+)?$"`, `^(?:/a|/.b)\z`},
		{`$HTTP["host"] !~ "^(b\.test)(:[0-9]+)?$"`, `^(?:/a)\z`},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
