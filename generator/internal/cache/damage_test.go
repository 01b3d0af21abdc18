package cache

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/site"
	"github.com/cgigen/cgigen/generator/model"
)

// An entry that another program, or half a write, has left is no answer.
func TestDamagedEntriesAreForgotten(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "cut": `{"Roots":["/`, "null": "null", "nothing in it": "{}", "no model": `{"Sites":[{"Name":"shop"}],"Modules":[{}]}`,
		"no sites": `{"Model":{},"Modules":[{}]}`, "no modules": `{"Model":{},"Sites":[{"Name":"shop"}],"Module":0}`, "a list": "[]",
	} {
		t.Run(name, func(t *testing.T) {
			c := &Entry{file: filepath.Join(t.TempDir(), "plan.json")}
			if err := os.WriteFile(c.file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if run := c.Recall(t.Context()); run != nil {
				t.Errorf("recalled %+v", run)
			}
		})
	}
}

// An entry that lacks what a run goes on with is no answer, although no file has changed.
func TestIncompleteEntriesAreForgotten(t *testing.T) {
	state, ok := stateOf(t.Context(), nil)
	if !ok {
		t.Fatal("no files have no state")
	}
	for name, test := range map[string]struct {
		spoil    func(*Run)
		recalled bool
	}{
		"whole":         {func(*Run) {}, true},
		"no model":      {func(run *Run) { run.Model = nil }, false},
		"no sites":      {func(run *Run) { run.Sites = nil }, false},
		"no modules":    {func(run *Run) { run.Modules = nil }, false},
		"another state": {func(run *Run) { run.State = "another" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			run := Run{State: state, Modules: []*gocmd.Module{{}}, Sites: []*site.Site{{}}, Model: &model.Model{}}
			test.spoil(&run)
			c := &Entry{file: filepath.Join(t.TempDir(), "plan.json")}
			c.remember(run)
			if got := c.Recall(t.Context()); (got != nil) != test.recalled {
				t.Errorf("recalled %+v, want any: %v", got, test.recalled)
			}
		})
	}
}

// What cannot be remembered leaves nothing behind.
func TestAnEntryThatCannotBeWrittenLeavesNoFile(t *testing.T) {
	folder := t.TempDir()
	c := &Entry{file: filepath.Join(folder, "plan.json")}
	if err := os.MkdirAll(filepath.Join(c.file, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.remember(Run{})
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}
