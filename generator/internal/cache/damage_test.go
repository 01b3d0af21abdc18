package cache

import (
	"os"
	"path/filepath"
	"testing"
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
