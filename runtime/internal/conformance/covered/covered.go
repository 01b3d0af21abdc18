// Package covered lets the programs that tests start say which statements they run. A program that was built with
// coverage warns on standard error if it has no folder for that, and fails every test that compares standard error.
package covered

import (
	"cmp"
	"os"
	"testing"
)

// variable names the folder of `make cover`. It is not GOCOVERDIR, because go test sets that to a folder of its own,
// which it removes, and in which only what its own test binary covers counts.
const variable = "TEST_COVERDIR"

// Environ returns what the environment of a program needs that a test starts: nothing, or the folder for what it covers.
func Environ(t testing.TB) []string {
	dir := os.Getenv(variable)
	if dir == "" && testing.CoverMode() != "" {
		dir = cmp.Or(os.Getenv("GOCOVERDIR"), t.TempDir()) // the first one counts in the result of go test
	}
	if dir == "" {
		return nil
	}
	return []string{"GOCOVERDIR=" + dir}
}

// Flags returns what go build needs for a program that says what it covers: nothing, unless `make cover` runs the test.
// The environment of the program has to hold Environ.
func Flags() []string {
	if os.Getenv(variable) == "" {
		return nil
	}
	return []string{"-cover", "-coverpkg=github.com/cgigen/cgigen/..."}
}
