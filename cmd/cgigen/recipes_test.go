package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// recipe returns the block of code that follows **title** in docs/reference/diagnostics.md.
func recipe(root, title string) (string, error) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "reference", "diagnostics.md"))
	if err != nil {
		return "", err
	}
	_, after, _ := strings.Cut(string(page), "\n**"+title+"**")
	_, block, _ := strings.Cut(after, "\n```")
	_, block, _ = strings.Cut(block, "\n")
	block, _, found := strings.Cut(block, "```\n")
	if !found {
		return "", errors.New("docs/reference/diagnostics.md has no block of code for " + title)
	}
	return block, nil
}

// cmdRecipe writes what the documentation has for a tool into a file:
//
//	recipe git .git/hooks/pre-commit
func cmdRecipe(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: recipe title file")
	}
	text, err := recipe(ts.Getenv("CGIGEN"), args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o777))
}

// hookKey is a line of a hook in .pre-commit-config.yaml.
var hookKey = regexp.MustCompile(`(?m)^ {6}[- ] (\w+): (.*)$`)

// cmdHook runs the only hook of .pre-commit-config.yaml, as pre-commit does for
// the language system: the words of the entry, without the names of files.
func cmdHook(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: hook")
	}
	keys := map[string]string{}
	for _, m := range hookKey.FindAllStringSubmatch(ts.ReadFile(".pre-commit-config.yaml"), -1) {
		keys[m[1]] = m[2]
	}
	if keys["id"] == "" || keys["name"] == "" || keys["language"] != "system" || keys["pass_filenames"] != "false" || keys["always_run"] != "true" {
		ts.Fatalf("the hook has %v", keys)
	}
	words := strings.Fields(keys["entry"])
	if err := ts.Exec(words[0], words[1:]...); (err != nil) != neg {
		ts.Fatalf("%s: %v", keys["entry"], err)
	}
}

// A problem is what the problem matcher of GitHub Actions reads from a line.
type problem struct{ File, Line, Column, Severity, Message string }

// problemMatcher is what .github/cgigen.json has to say, see
// https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md.
type problemMatcher struct {
	ProblemMatcher []struct {
		Owner   string
		Pattern []struct {
			Regexp                                string
			File, Line, Column, Severity, Message int
		}
	}
}

func TestProblemMatcherReadsDiagnostics(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := recipe(root, "GitHub Actions")
	if err != nil {
		t.Fatal(err)
	}
	var matcher problemMatcher
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&matcher); err != nil {
		t.Fatal(err)
	}
	pattern := matcher.ProblemMatcher[0].Pattern[0]
	re := regexp.MustCompile(pattern.Regexp)
	var got []problem
	for line := range strings.Lines(mistakes(t, root)) {
		if m := re.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			got = append(got, problem{m[pattern.File], m[pattern.Line], m[pattern.Column], m[pattern.Severity], m[pattern.Message]})
		}
	}
	want := []problem{
		{"other.go", "5", "1", "warning", "//cgigen:handler in a file that GOOS, GOARCH or build tags exclude (excluded-file)"},
		{"shop.go", "11", "14", "", "NewHome needs *shop.DB, and nothing provides it (provider-missing)"},
		{"shop.go", "13", "1", "", "unknown directive //cgigen:hander (unknown-directive)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// mistakes returns what the command says about a site with mistakes of every
// form: warnings, related places, hints, and lines without a place.
func mistakes(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/shop\n\ngo 1.26.0\n\n"+
		"require github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => "+filepath.ToSlash(root)+"\n")
	write(t, filepath.Join(dir, "shop.go"), `package shop

import "net/http"

type DB struct{}

//cgigen:provide
func Open() DB { return DB{} }

//cgigen:handler GET /
func NewHome(db *DB) http.Handler { return nil }

//cgigen:hander GET /typo
func Typo(w http.ResponseWriter, r *http.Request) {}
`)
	write(t, filepath.Join(dir, "other.go"), `//go:build never

package shop

//cgigen:handler GET /other
func Other() {}
`)
	cgigen := exec.Command("cgigen", "check") // testscript has put it there
	cgigen.Dir, cgigen.Env = dir, append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=-mod=mod", "CGIGEN_CACHE=off")
	var said bytes.Buffer
	cgigen.Stderr = &said
	_ = cgigen.Run() // it fails
	return said.String()
}
