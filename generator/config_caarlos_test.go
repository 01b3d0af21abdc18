package generator

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A loaderPair is the same struct loaded by a generated program and by the
// library whose tags it has.
type loaderPair struct {
	ours, theirs string // programs
}

func newLoaderPair(t *testing.T) loaderPair {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles two programs")
	}
	source, err := filepath.Abs(filepath.Join("testdata", "caarlos"))
	if err != nil {
		t.Fatal(err)
	}
	dir, programs := t.TempDir(), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	edit := exec.Command("go", "mod", "edit", "-require=github.com/cgigen/cgigen@v0.0.0", "-replace=github.com/cgigen/cgigen="+repository(t))
	edit.Dir = dir
	if out, err := edit.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := loaderPair{filepath.Join(programs, "show"), filepath.Join(programs, "theirs")}
	run := func(args ...string) {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			if os.Getenv("CI") != "true" && strings.Contains(string(out), "dial tcp") {
				t.Skip("github.com/caarlos0/env is not there, and no network")
			}
			t.Fatalf("%v\n%s", err, out)
		}
	}
	run("build", "-o", p.theirs, "./theirs")
	if _, err := Generate(t.Context(), Options{Dir: dir, Patterns: []string{"./conf"}}); err != nil {
		t.Fatal(err)
	}
	run("build", "-o", p.ours, "./cgi-bin/show")
	return p
}

// load gives what both programs load, or that they refuse to, and why.
func (p loaderPair) load(t *testing.T, environment []string) (ours, theirs loadedConfig) {
	t.Helper()
	run := func(program string, env ...string) string {
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = append(env, environment...)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if _, body, found := strings.Cut(string(out), "\r\n\r\n"); found && strings.HasPrefix(string(out), "Status: 200") {
			return body
		}
		if err == nil && strings.HasPrefix(string(out), "{") {
			return string(out)
		}
		return "refused: " + stderr.String()
	}
	return parseLoaded(t, run(p.ours, "GATEWAY_INTERFACE=CGI/1.1", "REQUEST_METHOD=GET", "SCRIPT_NAME=/show", "SERVER_NAME=x", "SERVER_PORT=80", "SERVER_PROTOCOL=HTTP/1.1")),
		parseLoaded(t, run(p.theirs))
}

// A loadedConfig is a Config as JSON.
type loadedConfig struct {
	fields  map[string]any
	refused string
}

func parseLoaded(t *testing.T, text string) loadedConfig {
	if reason, ok := strings.CutPrefix(text, "refused: "); ok {
		return loadedConfig{refused: reason}
	}
	return loadedConfig{fields: decode[map[string]any](t, text)}
}

// sameLoaded compares what both load. There is one difference that is meant: a
// pointer without init is filled if something in it is set, where the library
// leaves it alone.
func sameLoaded(t *testing.T, environment []string, ours, theirs loadedConfig) {
	t.Helper()
	optional := slices.ContainsFunc(environment, isOptional)
	if optional && theirs.refused == "" {
		return // see TestOptionalStructIsFilledIfSomethingInItIsSet
	}
	if (ours.refused == "") != (theirs.refused == "") {
		t.Errorf("%q\nours   %v %s\ntheirs %v %s", environment, ours.fields, ours.refused, theirs.fields, theirs.refused)
	}
	if diff := cmp.Diff(theirs.fields, ours.fields); diff != "" {
		t.Errorf("%q: -theirs +ours:\n%s", environment, diff)
	}
}

// isOptional tells variables of structs behind pointers without init.
func isOptional(assignment string) bool {
	name, value, _ := strings.Cut(assignment, "=")
	return value != "" && (strings.HasPrefix(name, "REPLICA_") || strings.HasPrefix(name, "MAX_") || strings.Contains(name, "_LOGIN_"))
}

// enough is an environment that both take.
func enough() []string { return []string{"NEEDED=a", "FILLED=b", "STORE_DSN=c", "MIRROR_DSN=d"} }

func TestConfigurationIsThatOfCaarlosEnv(t *testing.T) {
	pair := newLoaderPair(t)
	ours, theirs := pair.load(t, enough())
	if ours.refused != "" || ours.fields["Replica"] != nil || ours.fields["Mirror"] == nil || ours.fields["Zero"] == nil {
		t.Errorf("with nothing optional: %v %s", ours.fields, ours.refused)
	}
	sameLoaded(t, enough(), ours, theirs)
	values := map[string][]string{
		"TEXT": {"", "a", " a "}, "NEEDED": {"", "a"}, "FILLED": {"", "a"}, "BOTH": {"", "a"}, "EXPANDED": {"", "$TEXT", "${NEEDED}$NOTHING", "$$"},
		"COUNT": {"", "1", "-128", "128", "x", "+1", " 1"}, "NATURAL": {"", "0", "-1", "1.0"}, "SHARE": {"", "0.5", "1e3", "x"}, "ON": {"", "t", "1", "yes", "FALSE"},
		"TIMEOUT": {"", "1h", "0", "5"}, "BASE": {"", "https://a/b?c=%20", "%zz", "a b"}, "LINK": {"", "/x", ":"}, "LEVEL": {"", "warn", "loud"}, "ADDRESS": {"", "::1", "1.2.3"},
		"LIMIT": {"", "5", "x"}, "ZERO": {"", "6", "x"}, "NAMES": {"", "a", "a,b", ",", "a, b"}, "NUMBERS": {"", "1", "1;2", "1;x", ";"}, "WAITS": {"", "3s", "x"},
		"LABELS": {"", "a:b", "a:b,c:d:e", "a"}, "WEIGHTS": {"", "a=1", "a=1;b=2", "a=x", "a:1"}, "GONE": {"", "x"}, "STORE_DSN": {"", "x"}, "STORE_SIZE": {"", "1", "x"},
		"STORE_CACHE_USER": {"", "x"}, "STORE_CACHE_PASSWORD": {"", "x"}, "MIRROR_DSN": {"", "x"}, "MIRROR_SIZE": {"", "2"}, "MIRROR_CACHE_USER": {"", "y"},
		"REPLICA_DSN": {""}, "REPLICA_LOGIN_USER": {""}, "MAX_FILES": {""},
	}
	accepted := 0
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		environment := enough()
		for name, texts := range values {
			if random.IntN(5) == 0 {
				environment = slices.DeleteFunc(environment, func(a string) bool { return strings.HasPrefix(a, name+"=") })
				if i := random.IntN(len(texts) + 1); i < len(texts) {
					environment = append(environment, name+"="+texts[i])
				}
			}
		}
		ours, theirs := pair.load(t, environment)
		sameLoaded(t, environment, ours, theirs)
		if ours.refused == "" {
			accepted++
		}
	}
	if accepted < 10 || accepted > 140 {
		t.Errorf("%d of 150 environments are accepted: the comparison says little", accepted)
	}
	for name, texts := range values { // one at a time, so that no mistake hides another
		for _, text := range texts {
			environment := append(slices.DeleteFunc(enough(), func(a string) bool { return strings.HasPrefix(a, name+"=") }), name+"="+text)
			ours, theirs := pair.load(t, environment)
			sameLoaded(t, environment, ours, theirs)
		}
	}
}

func TestOptionalStructIsFilledIfSomethingInItIsSet(t *testing.T) {
	pair := newLoaderPair(t)
	cache := map[string]any{"User": "anna", "Password": ""}
	for _, test := range []struct {
		name    string
		set     []string
		replica any
		refused string
	}{
		{name: "nothing"},
		{name: "an empty value", set: []string{"REPLICA_DSN="}},
		{name: "a value", set: []string{"REPLICA_DSN=x"}, replica: map[string]any{"DSN": "x", "Size": 7., "Login": nil, "Cache": cache}},
		{name: "a value further in", set: []string{"REPLICA_DSN=x", "REPLICA_LOGIN_PASSWORD=y"},
			replica: map[string]any{"DSN": "x", "Size": 7., "Login": map[string]any{"User": "anna", "Password": "y"}, "Cache": cache}},
		{name: "without what is required", set: []string{"REPLICA_LOGIN_PASSWORD=y"}, refused: "REPLICA_DSN (field Replica.DSN): required, but not set"},
	} {
		ours, theirs := pair.load(t, append(enough(), test.set...))
		if diff := cmp.Diff(test.replica, ours.fields["Replica"]); diff != "" || !strings.Contains(ours.refused, test.refused) {
			t.Errorf("%s: refused: %q; -want +got:\n%s", test.name, ours.refused, diff)
		}
		if theirs.fields["Replica"] != nil {
			t.Errorf("%s: the library fills the struct now: the difference is no longer one", test.name)
		}
	}
}
