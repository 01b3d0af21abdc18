//go:build unix

package config

import (
	"os"
	"path/filepath"
	"testing"
)

// A file that becomes shorter while it is read is what is left of it; one that grows is what it was.
func TestFileThatChangesWhileItIsReadEnds(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(name, []byte("0123456789"), 0o600))
	for size, want := range map[int]string{0: "", 4: "0123", 10: "0123456789", 100: "0123456789"} {
		f, err := os.Open(name)
		must(t, err)
		if got, err := readAll(int(f.Fd()), size); err != nil || got != want {
			t.Errorf("size %d: got %q, %v, want %q", size, got, err, want)
		}
		f.Close()
	}
}
