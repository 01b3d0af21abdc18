package config

import (
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

// site makes a folder private with the given files, closed to others, and lets
// the search end there.
func site(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "private")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fixedDir = dir
	t.Cleanup(func() { fixedDir = "" })
	return dir
}

type (
	level  string
	number int8
	hosts  []string
	limits map[level]number
)

// everyForm has a field of each form and of each parser, also of named types.
type everyForm struct {
	Text     string
	Level    level
	On       bool
	Number   number
	Natural  uint16
	Share    float32
	Timeout  time.Duration
	Base     url.URL
	Zone     *time.Location
	Log      slog.Level
	Address  net.IP
	Pointer  *int
	Absent   *int
	Hosts    hosts
	Timeouts []time.Duration
	Levels   []slog.Level
	Limits   limits
}

func loadEveryForm(v *Values) everyForm {
	var c everyForm
	Load(v, &c.Text, String, Var{Name: "TEXT", Field: "Text"})
	Load(v, &c.Level, String, Var{Name: "LEVEL", Field: "Level"})
	Load(v, &c.On, Bool, Var{Name: "ON", Field: "On"})
	Load(v, &c.Number, Int, Var{Name: "NUMBER", Field: "Number"})
	Load(v, &c.Natural, Uint, Var{Name: "NATURAL", Field: "Natural"})
	Load(v, &c.Share, Float, Var{Name: "SHARE", Field: "Share"})
	Load(v, &c.Timeout, Duration, Var{Name: "TIMEOUT", Field: "Timeout"})
	Load(v, &c.Base, URL, Var{Name: "BASE", Field: "Base"})
	LoadPointer(v, &c.Zone, Location, Var{Name: "ZONE", Field: "Zone"})
	Load(v, &c.Log, Text, Var{Name: "LOG", Field: "Log"})
	Load(v, &c.Address, Text, Var{Name: "ADDRESS", Field: "Address"})
	LoadPointer(v, &c.Pointer, Int, Var{Name: "POINTER", Field: "Pointer"})
	LoadPointer(v, &c.Absent, Int, Var{Name: "ABSENT", Field: "Absent"})
	LoadSlice(v, &c.Hosts, String, Var{Name: "HOSTS", Field: "Hosts"})
	LoadSlice(v, &c.Timeouts, Duration, Var{Name: "TIMEOUTS", Field: "Timeouts", Separator: ";"})
	LoadSlice(v, &c.Levels, Text, Var{Name: "LEVELS", Field: "Levels"})
	LoadMap(v, &c.Limits, String, Int, Var{Name: "LIMITS", Field: "Limits", Separator: " ", KeyValSeparator: "="})
	return c
}

func TestEveryFormIsLoaded(t *testing.T) {
	site(t, map[string]string{"site.env": `
TEXT=a text
LEVEL=high
ON=true
NUMBER=-5
NATURAL=65535
SHARE=0.25
TIMEOUT=1m30s
BASE=https://example.com/x
ZONE=UTC
LOG=warn
ADDRESS=192.0.2.1
POINTER=7
HOSTS=a,b,,c
TIMEOUTS=1s;2s
LEVELS=info,error
LIMITS=low=1 high=2
`})
	v := Open("every")
	got := loadEveryForm(v)
	if err := v.Err(); err != nil {
		t.Fatal(err)
	}
	seven, zone := 7, *time.UTC
	want := everyForm{
		Text: "a text", Level: "high", On: true, Number: -5, Natural: 65535, Share: 0.25,
		Timeout: 90 * time.Second, Base: url.URL{Scheme: "https", Host: "example.com", Path: "/x"}, Zone: &zone,
		Log: slog.LevelWarn, Address: net.IPv4(192, 0, 2, 1), Pointer: &seven,
		Hosts: hosts{"a", "b", "", "c"}, Timeouts: []time.Duration{time.Second, 2 * time.Second},
		Levels: []slog.Level{slog.LevelInfo, slog.LevelError}, Limits: limits{"low": 1, "high": 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
