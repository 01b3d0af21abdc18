package generator

import (
	"encoding/json"
	"go/token"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An import cycle is said once, where one of its imports stands; what the type checker adds to it is left out. Without
// word of the go command the type checker's is all there is.
func TestImportCyclesAreSaidOnceWithTheirPlace(t *testing.T) {
	at := token.Position{Filename: "a/a.go", Line: 3, Column: 8}
	echo := Diagnostic{Position: at, Code: CompilerCode, Message: `could not import b (import cycle: [a b])`}
	other := Diagnostic{Position: token.Position{Filename: "c.go", Line: 1}, Code: CompilerCode, Message: "undefined: x"}
	command := Diagnostic{Code: CompilerCode, Message: "import cycle not allowed: import stack: [main a b a]"}
	placed := Diagnostic{Position: at, Code: CompilerCode, Message: "import cycle not allowed: a imports b imports a",
		Hint: "move what both need into a package of its own, which imports neither"}
	unplaced := placed
	unplaced.Position = token.Position{}
	for name, test := range map[string]struct{ given, want Diagnostics }{
		"both":                      {Diagnostics{echo, other, command}, Diagnostics{other, placed}},
		"the go command alone":      {Diagnostics{command, other}, Diagnostics{unplaced, other}},
		"the type checker alone":    {Diagnostics{echo, other}, Diagnostics{echo, other}},
		"neither":                   {Diagnostics{other}, Diagnostics{other}},
		"several echoes, one cycle": {Diagnostics{echo, echo, command}, Diagnostics{placed}},
	} {
		if diff := cmp.Diff(test.want, placeCycles(test.given)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever a file of the cache holds, the answer is that of a run without one.
func TestCacheThatIsDamagedIsNoCache(t *testing.T) {
	t.Parallel()
	dir := newModule(t, wired)
	o := Options{Dir: dir, Env: goEnv(), Cache: t.TempDir()}
	want := outcomeOf(t, o)
	files, err := filepath.Glob(filepath.Join(o.Cache, "plan", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the cache has no files: %v", err)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	damaged := []string{"", "{", "{}", "null", "\x00\x00", string(whole[:len(whole)/2]), with(t, whole, "Model", nil), with(t, whole, "Module", 99), with(t, whole, "Sites", nil), with(t, whole, "Modules", nil)}
	for _, content := range damaged {
		for _, file := range files {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, outcomeOf(t, o)); diff != "" {
			t.Errorf("with a cache of %q (-without +with):\n%s", content, diff)
		}
	}
}

// with replaces a value of a JSON object that has it.
func with(t *testing.T, object []byte, name string, value any) string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(object, &fields); err != nil {
		t.Fatal(err)
	}
	if _, ok := fields[name]; !ok {
		t.Fatalf("there is no %s: %.200s", name, object)
	}
	fields[name] = value
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
