package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/model"
)

// Programs in a folder with a go.mod of its own would belong to another module.
func TestOutputInANestedModuleIsRefused(t *testing.T) {
	dir := t.TempDir()
	output := filepath.Join(dir, "deploy", "cgi-bin")
	l := &Layout{Module: &gocmd.Module{Path: "example.com/shop", Dir: dir}, Sites: []*Site{{Site: model.Site{OutDir: output}}}}
	if err := l.checkNested(); err != nil {
		t.Errorf("without a nested module: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(output), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "deploy", "go.mod"), []byte("module example.com/deploy\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.checkNested(); err == nil || !strings.Contains(err.Error(), "lies in another module") {
		t.Errorf("in a nested module: %v", err)
	}
}
