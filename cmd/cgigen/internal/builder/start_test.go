//go:build unix

package builder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// script writes a program.
func script(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStartsOfAProgramHaveNothingToWorkWith(t *testing.T) {
	t.Setenv("SHOP_DSN", "secret")
	t.Setenv("REQUEST_METHOD", "GET")
	t.Setenv("PORT", "8080")
	log := filepath.Join(t.TempDir(), "log")
	program := script(t, "{ cat; echo $#,$SHOP_DSN,$REQUEST_METHOD,$PORT; } >>"+log+"\nexit 2\n")
	// Whether the machine has time to measure is another matter.
	if _, err := StartTime(t.Context(), program, 2); err != nil && !errors.Is(err, ErrBusy) {
		t.Fatal(err)
	}
	got, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	// Two that count, and one before them.
	if diff := cmp.Diff(strings.Repeat("0,,,\n", 3), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgramsThatDoNotStartHaveNoStartTime(t *testing.T) {
	for want, program := range map[string]string{
		"no such file or directory":  filepath.Join(t.TempDir(), "none"),
		"signal: segmentation fault": script(t, "kill -SEGV $$\n"),
		"permission denied":          filepath.Dir(script(t, "")),
	} {
		took, err := StartTime(t.Context(), program, 1)
		if err == nil || !strings.HasPrefix(err.Error(), "starting "+program+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, %v; want an error with %q", took, err, want)
		}
	}
}
