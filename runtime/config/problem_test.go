package config

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// refusing is a type whose error repeats the value.
type refusing struct{}

func (*refusing) UnmarshalText(text []byte) error {
	return os.NewSyscallError(string(text), os.ErrInvalid)
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	dir := site(t, map[string]string{
		"site.env": "T_TIMEOUT=5x\nT_OTHER_PROGRAM=1\nT_NUMBER=12a\nbroken hunter2\n",
		"user.env": "T_TIMEOT=5s\nT_WHATEVER=hunter2\nT_SECRET=hunter2\nT_LIST=1,x,300\nCGIGEN_ANY=1\n",
		"key":      "hunter2",
	})
	t.Setenv("T_MAP", "a:1,b,a:2")
	t.Setenv("T_KEY_FILE", filepath.Join(dir, "key"))
	t.Setenv("T_URL", "postgres://user:hunter2@host:x/")
	t.Setenv("T_LONG", strings.Repeat("y", 100))
	t.Setenv("T_TEXT", "hunter2")
	v := Open("user")
	var c struct {
		missing, secret, expanded refusing
		timeout                   time.Duration
		number                    int
		list                      []uint8
		m                         map[string]int
		key                       bool
		u                         url.URL
		long                      *float64
		text                      refusing
	}
	Load(v, &c.missing, Text, Var{Name: "T_MISSING", Field: "Missing", Options: Required})
	Load(v, &c.timeout, Duration, Var{Name: "T_TIMEOUT", Field: "Timeout", Default: "1s"})
	Load(v, &c.number, Int, Var{Name: "T_NUMBER", Field: "DB.Number"})
	LoadSlice(v, &c.list, Uint, Var{Name: "T_LIST", Field: "List"})
	LoadMap(v, &c.m, String, Int, Var{Name: "T_MAP", Field: "Map"})
	Load(v, &c.secret, Text, Var{Name: "T_SECRET", Field: "Secret", Options: Secret})
	Load(v, &c.expanded, Text, Var{Name: "T_EXPANDED", Field: "Expanded", Default: "<$T_SECRET>", Options: Expand})
	Load(v, &c.key, Bool, Var{Name: "T_KEY", Field: "Key"})
	Load(v, &c.u, URL, Var{Name: "T_URL", Field: "URL"})
	LoadPointer(v, &c.long, Float, Var{Name: "T_LONG", Field: "Long"})
	Load(v, &c.text, Text, Var{Name: "T_TEXT", Field: "Text"})
	want := `configuration:
	DIR/site.env:4: is neither KEY=value nor a comment that begins with #
	T_MISSING (field Missing): required, but not set
	T_TIMEOUT (field Timeout): the value from DIR/site.env:1 is not a duration such as 1m30s
	T_NUMBER (field DB.Number): the value from DIR/site.env:3 is not a whole number
	T_LIST (field List): element 2 of 3 in the value from DIR/user.env:4 is not a whole number without a sign
	T_LIST (field List): element 3 of 3 in the value from DIR/user.env:4 is out of range for its type
	T_MAP (field Map): element 2 of 3 in the value from the environment is not in the form key:value
	T_MAP (field Map): element 3 of 3 in the value from the environment has a key that stands there twice
	T_SECRET (field Secret): the value from DIR/user.env:3 is not valid for its type
	T_EXPANDED (field Expanded): the default is not valid for its type
	T_KEY (field Key): the value from DIR/key (T_KEY_FILE) is not true or false
	T_URL (field URL): the value from the environment is not a URL such as https://example.com/path
	T_LONG (field Long): the value from the environment is not a number
	T_TEXT (field Text): the value from the environment is not valid for its type
	DIR/user.env:1: no field of the program is called T_TIMEOT; did you mean T_TIMEOUT?
	DIR/user.env:2: no field of the program is called T_WHATEVER
	values are looked for in the environment, DIR/user.env, DIR/site.env`
	for range 2 { // asking twice changes nothing
		if got := strings.ReplaceAll(v.Err().Error(), dir, "DIR"); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestUnknownSettingsAreReportedWhenTheyAreKnown(t *testing.T) {
	dir := site(t, map[string]string{"user.env": "CGIGEN_MAX_BDY=1\nCGIGEN_TIMEOUT=1\n"})
	v := Open("user", "CGIGEN_MAX_BODY", "CGIGEN_TIMEOUT")
	v.Setting("CGIGEN_TIMEOUT")
	want := "configuration:\n\tDIR/user.env:1: no setting is called CGIGEN_MAX_BDY; did you mean CGIGEN_MAX_BODY?"
	if got := strings.ReplaceAll(v.Err().Error(), dir, "DIR"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMissingFolderIsMentioned(t *testing.T) {
	site(t, nil)
	fixedDir = "" // the test binary has no folder private above it
	if dir := PrivateDir(); dir != "" {
		t.Skipf("there is %s", dir)
	}
	v := Open("user")
	var text string
	Load(v, &text, String, Var{Name: "T_MISSING", Field: "Missing", Options: Required})
	want := "configuration:\n\tT_MISSING (field Missing): required, but not set" +
		"\n\tvalues are looked for in the environment; no folder private was found above the program"
	if err := v.Err(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
