package generator

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/internal/disk"
	"github.com/cgigen/cgigen/generator/model"
)

func TestAFailedWriteLeavesEverythingAsItWas(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "out/b/main.go"), []byte("old"))
	writeFile(t, filepath.Join(dir, "out/c/main.go"), []byte("stale"))
	writeFile(t, filepath.Join(dir, "out/d/main.go/in the way"), nil)
	before := snapshot(t, dir)
	err := disk.Apply([]model.Change{
		{Kind: model.Created, Path: filepath.Join(dir, "out/a/main.go"), New: []byte("new")},
		{Kind: model.Updated, Path: filepath.Join(dir, "out/b/main.go"), Old: []byte("old"), New: []byte("new")},
		{Kind: model.Removed, Path: filepath.Join(dir, "out/c/main.go"), Old: []byte("stale")},
		{Kind: model.Created, Path: filepath.Join(dir, "out/d/main.go"), New: []byte("new")},
	})
	if err == nil || !strings.Contains(err.Error(), filepath.Join("out", "d", "main.go")) {
		t.Fatalf("error %v, want one about the folder in the way", err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("files (-before +after):\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(dir, "out/a")); !os.IsNotExist(err) {
		t.Errorf("the new folder is still there: %v", err)
	}
}

func TestFilesHaveTheUsualPermissions(t *testing.T) {
	t.Parallel()
	dir := newModule(t, "-- users/users.go --\n"+list)
	generate(t, Options{Dir: dir})
	usual := filepath.Join(dir, "usual")
	writeFile(t, usual, nil) // as any program makes a file
	want, _ := os.Stat(usual)
	got, err := os.Stat(filepath.Join(dir, "cgi-bin/list/main.go"))
	if err != nil || got.Mode() != want.Mode() {
		t.Errorf("got %v, %v, want %v", got.Mode(), err, want.Mode())
	}
}
