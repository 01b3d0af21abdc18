package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestFileGrammar(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		entries []entry
		errs    []lineError
	}{
		{name: "empty file"},
		{name: "blank lines and comments", text: "\n  \n# A=1\n\t# B=2\n"},
		{name: "no newline at the end", text: "A=1", entries: []entry{{"A", "1", 1}}},
		{name: "CRLF", text: "A=1\r\n\r\nB=2\r\n", entries: []entry{{"A", "1", 1}, {"B", "2", 3}}},
		{name: "byte order mark", text: "\ufeffA=1\n", entries: []entry{{"A", "1", 1}}},
		{name: "export", text: "export A=1\nexport\t B=2\n", entries: []entry{{"A", "1", 1}, {"B", "2", 2}}},
		{name: "a key called export", text: "export=1\nexported=2\n", entries: []entry{{"export", "1", 1}, {"exported", "2", 2}}},
		{name: "space around key and value", text: " A = 1 2 \n", entries: []entry{{"A", "1 2", 1}}},
		{name: "empty values", text: "A=\nB=\"\"\nC=''\n", entries: []entry{{"A", "", 1}, {"B", "", 2}, {"C", "", 3}}},
		{name: "values are literal", text: "A=$B ${C} \\n `x` %20\n", entries: []entry{{"A", "$B ${C} \\n `x` %20", 1}}},
		{name: "equals signs in a value", text: "A=b=c==\n", entries: []entry{{"A", "b=c==", 1}}},
		{name: "quotes keep space", text: "A=\" 1 \"\nB=' 2 '\n", entries: []entry{{"A", " 1 ", 1}, {"B", " 2 ", 2}}},
		{name: "values in quotes are literal", text: `A="$B \n 'x'"` + "\n", entries: []entry{{"A", `$B \n 'x'`, 1}}},
		{name: "quotes within a value", text: `A=it's "so"` + "\n", entries: []entry{{"A", `it's "so"`, 1}}},
		{name: "number sign in a value", text: "A=a#b\nB='a #b'\nC=#\n", entries: []entry{{"A", "a#b", 1}, {"B", "a #b", 2}, {"C", "#", 3}}},
		{name: "what may be a comment", text: "A=1 # one\n", errs: []lineError{
			{1, `holds " #": put a comment on a line of its own, or a value with # in quotes`}}},
		{name: "a comment after quotes", text: "A=\"1\" # one\nB='2'#'two'\n", errs: []lineError{
			{1, "has a comment behind its value: put it on a line of its own"},
			{2, "has a comment behind its value: put it on a line of its own"}}},
		{name: "a value of several lines", text: "A=\"1\n2\"\n", errs: []lineError{
			{1, "begins a value with a quote and does not end with it: a value ends on its line; a longer one goes to a file that A_FILE names"},
			{2, "is neither KEY=value nor a comment that begins with #"}}},
		{name: "a single quotation mark", text: "A='\n", errs: []lineError{
			{1, "begins a value with a quote and does not end with it: a value ends on its line; a longer one goes to a file that A_FILE names"}}},
		{name: "quotes within quotes", text: `A="a" and "b"` + "\n", errs: []lineError{
			{1, "has a quote within quotes of the same kind: use the other kind around the value"}}},
		{name: "no equals sign", text: "A: 1\n", errs: []lineError{{1, "is neither KEY=value nor a comment that begins with #"}}},
		{name: "keys that are none", text: "=1\n1A=1\nA-B=1\nÄ=1\nA B=1\n", errs: []lineError{
			{1, "has a key that is not made of letters, digits and underscores"},
			{2, "has a key that is not made of letters, digits and underscores"},
			{3, "has a key that is not made of letters, digits and underscores"},
			{4, "has a key that is not made of letters, digits and underscores"},
			{5, "has a key that is not made of letters, digits and underscores"}}},
		{name: "repeated keys", text: "A=1\nB=2\nA=3\nA=3\n",
			entries: []entry{{"A", "1", 1}, {"B", "2", 2}},
			errs:    []lineError{{3, "sets the key of line 1 again"}, {4, "sets the key of line 1 again"}}},
		{name: "UTF-16", text: "\xff\xfeA\x00=\x001\x00", errs: []lineError{{1, "holds a NUL byte: save the file as UTF-8 text"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f, errs := parseFile(test.text)
			if len(f.entries) == 0 {
				f.entries = nil
			}
			if !reflect.DeepEqual(f.entries, test.entries) {
				t.Errorf("entries:\ngot  %+v\nwant %+v", f.entries, test.entries)
			}
			if !reflect.DeepEqual(errs, test.errs) {
				t.Errorf("errors:\ngot  %+v\nwant %+v", errs, test.errs)
			}
		})
	}
}

func TestFirstOfRepeatedKeysIsFound(t *testing.T) {
	f, _ := parseFile("B=0\nA=1\nA=2\n")
	if got, ok := f.entry("A"); !ok || got != (entry{"A", "1", 2}) {
		t.Errorf("got %v, %v", got, ok)
	}
	if got, ok := f.entry("C"); ok {
		t.Errorf("found %v", got)
	}
}

// FuzzFile holds that each line of any text becomes one entry or one error, or
// is blank or a comment; that what was read can be written and read again; and
// that no error repeats a value.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"", "A=1", "# comment\nA=1\r\nexport B='two words'\n", "\ufeffA=\"x\"\n", "A=1\nA=2\n", "A = = #\n",
		"A=\"1\" # one\n", "A='\n", "=\n", "A\x00=1", "A:1\n\n\nB=\t2\t\n", "A=\u00a01\u00a0\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		f, errs := parseFile(text)
		if strings.Contains(text, "\x00") {
			return
		}
		lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
		meant := 0
		for _, line := range lines {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				meant++
			}
		}
		if len(f.entries)+len(errs) != meant {
			t.Errorf("%d lines gave %+v and %+v", meant, f.entries, errs)
		}
		for _, e := range f.entries {
			if found, ok := f.entry(e.key); !ok || found != e {
				t.Errorf("looking for %+v gave %+v", e, found)
			}
			checkEntry(t, e, lines)
		}
	})
}

// checkEntry checks that an entry stands where it says, and that its value can be
// written in quotes.
func checkEntry(t *testing.T, e entry, lines []string) {
	t.Helper()
	if !validKey(e.key) || !strings.Contains(lines[e.line-1], e.key) || !strings.Contains(lines[e.line-1], e.value) {
		t.Fatalf("%+v is not line %d", e, e.line)
	}
	for _, quote := range []string{`"`, `'`} {
		if strings.Contains(e.value, quote) {
			continue
		}
		again, errs := parseFile(e.key + "=" + quote + e.value + quote)
		if want := []entry{{e.key, e.value, 1}}; !reflect.DeepEqual(again.entries, want) || errs != nil {
			t.Errorf("%+v in %s is read as %+v, %+v", e, quote, again.entries, errs)
		}
	}
}
