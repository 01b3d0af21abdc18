package generator

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
