package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/builder"
)

// A program is started only where its time is wanted and it runs here; a time is
// shown only where it was measured.
func TestStartTime(t *testing.T) {
	here := builder.Target{OS: runtime.GOOS, Arch: runtime.GOARCH}
	elsewhere := builder.Target{OS: "plan9", Arch: runtime.GOARCH}
	missing := builder.Program{Path: filepath.Join(t.TempDir(), "missing")}
	for _, c := range []struct {
		target builder.Target
		starts int
	}{{here, 0}, {elsewhere, 3}} {
		if took, err := startTime(t.Context(), c.target, missing, c.starts); took != "-" || err != nil {
			t.Errorf("%d starts on %s: %q, %v", c.starts, c.target.OS, took, err)
		}
	}
	if took, err := startTime(t.Context(), here, missing, 3); took != "-" || err == nil {
		t.Errorf("a program that does not exist: %q, %v", took, err)
	}
	// Without arguments the go command says how it is used, and ends.
	command, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	took, err := startTime(t.Context(), here, builder.Program{Path: command}, 3)
	if errors.Is(err, builder.ErrBusy) && took == "-" {
		return // what else runs here disturbed it, and no figure is shown
	}
	if err != nil || !strings.HasSuffix(took, " ms") || took == "0.00 ms" {
		t.Errorf("a program that runs here: %q, %v", took, err)
	}
}
