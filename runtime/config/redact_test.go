package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// telling is a type whose error repeats the value in every way that it can think of.
type telling struct{}

func (*telling) UnmarshalText(text []byte) error {
	return fmt.Errorf("%s %q %x %s", text, text, text, strings.ToUpper(string(text)))
}

// loadEverything loads one text into a field of each kind that can refuse it.
func loadEverything(v *Values) {
	var c struct {
		on       bool
		whole    int8
		natural  uint8
		number   float32
		timeout  time.Duration
		base     url.URL
		zone     *time.Location
		text     telling
		numbers  []int
		texts    []telling
		limits   map[int]telling
		path     string
		expanded telling
	}
	at := Var{Name: "T_VALUE", Field: "Value"}
	Load(v, &c.on, Bool, at)
	Load(v, &c.whole, Int, at)
	Load(v, &c.natural, Uint, at)
	Load(v, &c.number, Float, at)
	Load(v, &c.timeout, Duration, at)
	Load(v, &c.base, URL, at)
	LoadPointer(v, &c.zone, Location, at)
	Load(v, &c.text, Text, at)
	LoadSlice(v, &c.numbers, Int, at)
	LoadSlice(v, &c.texts, Text, at)
	LoadMap(v, &c.limits, Int, Text, at)
	Load(v, &c.path, String, Var{Name: "T_VALUE", Field: "Path", Options: File})
	Load(v, &c.path, String, Var{Name: "T_NAMED", Field: "Named"})
	Load(v, &c.expanded, Text, Var{Name: "T_EXPANDED", Field: "Expanded", Default: "<$T_VALUE>", Options: Expand})
	Load(v, &c.expanded, Text, Var{Name: "T_CONTENT", Field: "Content"})
}

const planted = "hunter2"

// checkRedacted loads a value from everywhere that a value can come from and
// looks for what is planted in it.
func checkRedacted(t *testing.T, value string) {
	t.Helper()
	dir := site(t, map[string]string{
		"user.env": "T_VALUE=" + value + "\nT_NAMED_FILE=" + value + "\nT_CONTENT_FILE=content\n",
		"content":  value,
	})
	if !strings.ContainsRune(value, 0) {
		t.Setenv("T_ENVIRONMENT", value)
	}
	v := Open("user")
	loadEverything(v)
	var u url.URL
	Load(v, &u, URL, Var{Name: "T_ENVIRONMENT", Field: "Environment"})
	err := v.Err()
	if err == nil {
		t.Fatalf("%q was taken by every type", value)
	}
	text := strings.ToLower(strings.ReplaceAll(err.Error(), filepath.Dir(dir), "DIR"))
	for _, form := range []string{planted, fmt.Sprintf("%x", planted)} {
		if strings.Contains(text, form) {
			t.Errorf("%q shows in\n%s", value, err)
		}
	}
}

func TestWhatCannotBeParsedIsNeverShown(t *testing.T) {
	for _, value := range []string{
		planted,
		"https://hooks.example/hunter2%",
		"https://hooks.example/%zzhunter2",
		"https://shop:hunter2@[::1",
		"https://shop:hunter2@host:port/",
		"postgres:/shop:hunter2@db/x%zz",
		"shop:hunter2@tcp(db:3306)/x",
		"host=db password=hunter2 port=%zz",
		"https://db/?password=hunter2%",
		"1,hunter2,3",
		"1:hunter2,2",
		"1:x,hunter2:x",
		"-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----",
		`"` + planted,
		planted + " # the old one",
		"export\t" + planted,
		planted + "\nhunter2==",
		planted + "\nhunter2=",
		"\x00" + planted,
		strings.Repeat("9", 400) + planted,
	} {
		t.Run(value, func(t *testing.T) { checkRedacted(t, value) })
	}
}

func FuzzWhatCannotBeParsedIsNeverShown(f *testing.F) {
	for _, around := range [][2]string{
		{"", ""}, {"https://x/", "%"}, {"host=db password=", " port=%zz"}, {"1,", ",3"}, {"1:", ",2"}, {"'", "\""}, {"x\n", "=="}, {"-----BEGIN ", ""},
	} {
		f.Add(around[0], around[1])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		value := before + planted + after
		for line := range strings.SplitSeq(value, "\n") {
			// Keys are names. One that is told to be unknown is shown, unless it may be the end of a key in base64.
			if key, rest, ok := strings.Cut(line, "="); ok && strings.Contains(key, planted) && strings.Trim(rest, "= \t\r") != "" {
				t.Skip("the planted word is a key")
			}
		}
		checkRedacted(t, value)
	})
}

func TestPEMOnOneLineIsToldHowToBeWritten(t *testing.T) {
	const pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n"
	oneLine := strings.ReplaceAll(pem, "\n", `\n`)
	runLookups(t, []lookupTest{
		{name: "in quotes", files: map[string]string{"site.env": `T_A="` + oneLine + `"`}, at: Var{Name: "T_A", Options: Required},
			value: "(unset)", problem: `configuration:` + "\n\t" + `T_A (field Field): the value from DIR/site.env:1 is a PEM text without its lines: ` +
				`\n in a value stays two characters; write the text to a file, and name that by T_A_FILE`},
		{name: "in the environment", env: map[string]string{"T_A": oneLine}, at: Var{Name: "T_A"},
			value: "(unset)", problem: `configuration:` + "\n\t" + `T_A (field Field): the value from the environment is a PEM text without its lines: ` +
				`\n in a value stays two characters; write the text to a file, and name that by T_A_FILE`},
		{name: "with spaces", env: map[string]string{"T_A": strings.ReplaceAll(pem, "\n", " ")}, at: Var{Name: "T_A"},
			value: "(unset)", problem: "configuration:\n\tT_A (field Field): the value from the environment is a PEM text without its lines; write the text to a file, and name that by T_A_FILE"},
		{name: "for the path of a file", env: map[string]string{"T_A": oneLine}, at: Var{Name: "T_A", Options: File},
			value: "(unset)", problem: `configuration:` + "\n\t" + `T_A (field Field): the value from the environment is a PEM text without its lines: ` +
				`\n in a value stays two characters; write the text to a file, and name that by T_A`},
		{name: "with its lines", env: map[string]string{"T_A": pem}, at: Var{Name: "T_A"}, value: pem},
		{name: "in a file of its own", files: map[string]string{"site.env": "T_A_FILE=key.pem", "key.pem": pem}, at: Var{Name: "T_A"},
			value: strings.TrimSuffix(pem, "\n")},
		{name: "on one line in a file of its own", files: map[string]string{"site.env": "T_A_FILE=key.pem", "key.pem": oneLine}, at: Var{Name: "T_A"},
			value: oneLine},
		{name: "of several lines in quotes", files: map[string]string{"site.env": `T_A="` + strings.TrimSuffix(pem, "\n") + `"`}, at: Var{Name: "T_A"},
			value: "(unset)", problem: "configuration:" +
				"\n\tDIR/site.env:1: begins a value with a quote and does not end with it: a value ends on its line; a longer one goes to a file that T_A_FILE names" +
				"\n\tDIR/site.env:2: is neither KEY=value nor a comment that begins with #" +
				"\n\tDIR/site.env:3: is neither KEY=value nor a comment that begins with #"},
	})
}

func TestSpaceAroundAValueIsMentioned(t *testing.T) {
	site(t, nil)
	t.Setenv("T_A", "1, 2")
	v, list := Open("user"), []int(nil)
	LoadSlice(v, &list, Int, Var{Name: "T_A", Field: "A"})
	want := "configuration:\n\tT_A (field A): element 2 of 2 in the value from the environment is not a whole number (space around it is part of it)"
	if err := v.Err(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
