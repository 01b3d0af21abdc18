package config

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tenFields is what the benchmarks load.
type tenFields struct {
	DSN, Title, Theme, Mail, Root string
	Timeout, Age                  time.Duration
	Limit                         int
	Debug                         bool
	Hosts                         []string
}

const tenValues = `# a site
B_DSN=file:site.db
B_TITLE="A small site"
B_THEME=dark
B_MAIL=alice@example.com
B_ROOT=/home/alice/data
B_TIMEOUT=5s
B_AGE=24h
B_LIMIT=100
B_DEBUG=false
B_HOSTS=example.com,www.example.com
`

// BenchmarkLoadTenFieldsFromFile is what a program pays at its start: the search
// for the folder, reading and checking the file, and ten values.
func BenchmarkLoadTenFieldsFromFile(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "private")
	if err := os.Mkdir(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "site.env"), []byte(tenValues), 0o600); err != nil {
		b.Fatal(err)
	}
	below := filepath.Join(filepath.Dir(dir), "public_html", "cgi-bin")
	b.Cleanup(func() { fixedDir = "" })
	b.ReportAllocs()
	for b.Loop() {
		fixedDir, _ = searchUp(below, "")
		v := Open("user")
		var c tenFields
		Load(v, &c.DSN, String, Var{Name: "B_DSN", Field: "DSN", Options: Required | Secret})
		Load(v, &c.Title, String, Var{Name: "B_TITLE", Field: "Title"})
		Load(v, &c.Theme, String, Var{Name: "B_THEME", Field: "Theme", Default: "light"})
		Load(v, &c.Mail, String, Var{Name: "B_MAIL", Field: "Mail", Options: Required})
		Load(v, &c.Root, String, Var{Name: "B_ROOT", Field: "Root"})
		Load(v, &c.Timeout, Duration, Var{Name: "B_TIMEOUT", Field: "Timeout", Default: "1s"})
		Load(v, &c.Age, Duration, Var{Name: "B_AGE", Field: "Age"})
		Load(v, &c.Limit, Int, Var{Name: "B_LIMIT", Field: "Limit", Default: "10"})
		Load(v, &c.Debug, Bool, Var{Name: "B_DEBUG", Field: "Debug"})
		LoadSlice(v, &c.Hosts, String, Var{Name: "B_HOSTS", Field: "Hosts", Separator: ","})
		if err := v.Err(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTenFieldsByHand is the same with a file that is trusted blindly and
// read with os.ReadFile, and with os.Getenv.
func BenchmarkTenFieldsByHand(b *testing.B) {
	path := filepath.Join(b.TempDir(), "site.env")
	if err := os.WriteFile(path, []byte(tenValues), 0o600); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tenByHand(path); err != nil {
			b.Fatal(err)
		}
	}
}

func tenByHand(path string) (c tenFields, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[key] = value
		}
	}
	get := func(name string) string {
		if value := os.Getenv(name); value != "" {
			return value
		}
		return values[name]
	}
	c.DSN, c.Title, c.Theme, c.Mail, c.Root = get("B_DSN"), get("B_TITLE"), get("B_THEME"), get("B_MAIL"), get("B_ROOT")
	c.Hosts = strings.Split(get("B_HOSTS"), ",")
	if c.Timeout, err = time.ParseDuration(get("B_TIMEOUT")); err != nil {
		return c, err
	}
	if c.Age, err = time.ParseDuration(get("B_AGE")); err != nil {
		return c, err
	}
	if c.Limit, err = strconv.Atoi(get("B_LIMIT")); err != nil {
		return c, err
	}
	c.Debug, err = strconv.ParseBool(get("B_DEBUG"))
	return c, err
}
