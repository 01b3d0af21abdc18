package configdoc

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/model"
)

// awkwardTexts break out of comments, quotes, cells and code where nobody looks after them.
func awkwardTexts() map[string]string {
	return map[string]string{
		"PLAIN":     "plain",
		"SPACES":    "  two  spaces ",
		"HASH":      "#a",
		"COMMENT":   "a # b",
		"QUOTES":    `"a" 'b'`,
		"DOUBLE":    `"a`,
		"SINGLE":    `it's`,
		"BACKSLASH": `C:\new\`,
		"PIPE":      `a|b\|c\\|d`,
		"BACKTICKS": "`a` ``b`` `",
		"HTML":      "<script>&amp;&#124;</script>",
		"MARKDOWN":  "*a* _b_ [c](d) ![e](f) ~~g~~ $h$ \\*",
		"TEMPLATE":  "{{.X}} ${X} $(id) %s %",
		"NEWLINE":   "a\nINJECTED=1",
		"RETURN":    "a\rINJECTED=1",
		"CONTROL":   "a\x1b[31m\x00\x7f\v\f",
		"SEPARATOR": "a\u2028INJECTED=1\u2029b\u0085c",
		"INVALID":   "a\xff\xfe",
		"UTF8":      "grüße, 世界 🙂",
		"LONG":      strings.Repeat("long ", 1000) + "x",
	}
}

// awkwardModel has each text as a default, as documentation and as a separator.
func awkwardModel() *model.Model {
	c := &model.Config{Type: model.Symbol{Package: "example.com/shop", PackageName: "shop", Name: "Config"}}
	texts := awkwardTexts()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		text := texts[name]
		c.Fields = append(c.Fields,
			model.ConfigField{Name: "A_" + name, Type: "string", Doc: text, Default: text, HasDefault: true},
			model.ConfigField{Name: "B_" + name, Type: "[]string", Form: model.SliceForm, Separator: text},
			model.ConfigField{Name: "C_" + name, Type: "map[string]string", Form: model.MapForm, Separator: text, KeyValSeparator: text})
	}
	return &model.Model{Module: model.Module{Path: "example.com/shop"}, Programs: []model.Program{{Name: "home", Steps: []model.Step{{Kind: model.LoadConfig, Config: c}}}}}
}

// reader builds the program in the folder dir, below its module, and gives what
// runs it. Without a network, and without the modules that it needs, the test is
// skipped.
func reader(t *testing.T, dir string, flags ...string) func(input []byte, args ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles a program")
	}
	program := filepath.Join(t.TempDir(), "reader")
	build := exec.Command("go", append(append([]string{"build", "-o", program}, flags...), ".")...)
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		skipWithoutModules(t, dir, out)
		t.Fatalf("%v\n%s", err, out)
	}
	return func(input []byte, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Stdin = strings.NewReader(string(input))
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, stderr.String())
		}
		return string(out)
	}
}

// skipWithoutModules skips a test whose modules the go command could not fetch,
// as its output says.
func skipWithoutModules(t *testing.T, dir string, output []byte) {
	t.Helper()
	missing := strings.Contains(string(output), "dial tcp") || strings.Contains(string(output), "GOPROXY=off")
	if missing && os.Getenv("CI") != "true" {
		t.Skipf("the modules of %s are not there: run go mod download in it", dir)
	}
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return value
}

func TestEnvExampleIsCommentsWhateverTheTexts(t *testing.T) {
	text := string(EnvExample(awkwardModel()))
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && line[0] != '#' {
			t.Errorf("not a comment: %q", line)
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == '\u2028' || r == '\ufffd' }); i >= 0 {
		t.Errorf("a control character in %q", text[max(0, i-20):i+1])
	}
}

// assignment is a line of .env.example that a user may take the # away from.
var assignment = regexp.MustCompile(`(?m)^#([A-Z][A-Z0-9_]*=)`)

func TestEnvExampleSaysWhatProgramsRead(t *testing.T) {
	texts := awkwardTexts()
	dir := t.TempDir()
	var names []string
	want := map[string]string{}
	for name, text := range texts {
		names = append(names, "A_"+name)
		if _, fits := quoteValue(text); !fits {
			text = ""
		}
		want["A_"+name] = text
	}
	read := reader(t, filepath.Join("testdata", "readenv"), "-ldflags=-X=github.com/cgigen/cgigen/runtime/config.fixedDir="+dir)
	file := filepath.Join(dir, "site.env")
	if err := os.WriteFile(file, assignment.ReplaceAll(EnvExample(awkwardModel()), []byte("$1")), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, decode[map[string]string](t, read(nil, names...))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, name := range []string{"NEWLINE", "RETURN", "CONTROL", "SEPARATOR", "INVALID", "QUOTES"} {
		if want["A_"+name] != "" {
			t.Errorf("%s is said to fit on a line", name)
		}
	}
}

func TestOtherReadersTakeEnvExampleForComments(t *testing.T) {
	text := EnvExample(awkwardModel())
	read := reader(t, filepath.Join("..", "..", "testdata", "readers"))
	if got := read(text, "dotenv"); got != "{}\n" {
		t.Errorf("godotenv reads %s", got)
	}
	file := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(file, text, 0o666); err != nil {
		t.Fatal(err)
	}
	const source = `set > "$1.before"; . "$1"; set > "$1.after"; cmp "$1.before" "$1.after"`
	sh := exec.CommandContext(t.Context(), "/bin/sh", "-c", source, "sh", file)
	sh.Env = []string{"PATH=" + os.Getenv("PATH")}
	if out, err := sh.CombinedOutput(); err != nil {
		t.Errorf("the shell reads more than comments: %v\n%s", err, out)
	}
}

func TestMarkdownShowsTheTextsAsTheyAre(t *testing.T) {
	model := awkwardModel()
	read := reader(t, filepath.Join("..", "..", "testdata", "readers"))
	want := [][]string{{"name", "type", "default", "meaning", "programs"}}
	for _, f := range model.Programs[0].Steps[0].Config.Fields {
		want = append(want, []string{f.Name, f.Type, printable(f.Default), meaning(f), "home"})
	}
	if diff := cmp.Diff(want, decode[[][]string](t, read(ConfigReference(model), "table"))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNoDocumentShowsTheDefaultOfASecret(t *testing.T) {
	const planted = "hunter2"
	secret := &model.Config{Type: model.Symbol{Package: "a", PackageName: "a", Name: "A"}, Fields: []model.ConfigField{
		{Name: "KEY", Type: "string", Default: planted, HasDefault: true, Secret: true, NotEmpty: true},
	}}
	open := &model.Config{Type: model.Symbol{Package: "b", PackageName: "b", Name: "B"}, Fields: []model.ConfigField{
		{Name: "KEY", Type: "string", Default: planted, HasDefault: true},
	}}
	model := &model.Model{Programs: []model.Program{{Name: "home", Steps: []model.Step{{Kind: model.LoadConfig, Config: open}, {Kind: model.LoadConfig, Config: secret}}}}}
	example, reference := string(EnvExample(model)), string(ConfigReference(model))
	if strings.Contains(example+reference, planted) {
		t.Errorf("a secret in\n%s\n%s", example, reference)
	}
	if want := "\n# (the default is secret and not shown)\n# (string, not empty, secret)\n#KEY=\n"; !strings.Contains(example, want) {
		t.Errorf("%s\nlacks\n%s", example, want)
	}
	if want := "| `KEY` | `string` | `***` | secret | home |"; !strings.Contains(reference, want) {
		t.Errorf("%s\nlacks\n%s", reference, want)
	}
	if open.Fields[0].Default != planted {
		t.Error("the model was changed")
	}
}

func TestOptionalValuesAreRequiredTogether(t *testing.T) {
	c := model.Config{Fields: []model.ConfigField{
		{Path: []string{"Title"}, Name: "TITLE", Required: true},
		{Path: []string{"DB", "Host"}, Name: "DB_HOST", Required: true, Optional: "DB"},
		{Path: []string{"DB", "Size"}, Name: "DB_SIZE", Optional: "DB"},
		{Path: []string{"DB", "Login", "User"}, Name: "DB_USER", NotEmpty: true, Optional: "DB.Login"},
		{Path: []string{"DB", "Login", "Role"}, Name: "DB_ROLE", Optional: "DB.Login"},
		{Path: []string{"DBs"}, Name: "DBS"},
	}}
	want := [][]string{nil, {"DB_SIZE", "DB_USER", "DB_ROLE"}, nil, {"DB_ROLE"}, nil, nil}
	for i, f := range c.Fields {
		if diff := cmp.Diff(want[i], c.RequiredWith(f)); diff != "" || f.IsRequired() != (i == 0) {
			t.Errorf("%s: required %v, -want +got:\n%s", f.Name, f.IsRequired(), diff)
		}
	}
}
