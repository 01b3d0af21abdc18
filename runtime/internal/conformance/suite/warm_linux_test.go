package suite_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

const (
	warmBuild = "0123456789abcdef0123456789abcdef"
	// warmEntry links the entry of warm CGI, as cgigen build does.
	warmEntry = "-E=github.com/cgigen/cgigen/runtime/warm.Entry -X=github.com/cgigen/cgigen/runtime/warm.linkedBuild=" + warmBuild +
		" -X=github.com/cgigen/cgigen/runtime.linkedBuild=" + warmBuild
)

// A worker shows a handler and a client what the program itself would show them.
func TestHandlerCannotTellWarm(t *testing.T) {
	skipShort(t)
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	program := compileLinked(t, ours, warmEntry, "GOFLAGS=-tags=warm")
	for _, stack := range stacks() {
		t.Run(stack.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, program)
			if strings.HasPrefix(stack.name, "apache") { // the others run as the test does
				owned(t, s)
			}
			for _, target := range stack.start(t, s) {
				t.Run(target.Mount, func(t *testing.T) {
					wake(t, target)
					check(t, target, right)
					checkPrefix(t, target)
				})
			}
		})
	}
}

// owned gives a site's programs to the user that Apache runs as: who does not own a
// program gets no worker.
func owned(t *testing.T, s site) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	web := servers.WebUser(t)
	uid, err := strconv.Atoi(web.Uid)
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob(s.path("*/app.cgi"))
	nested, _ := filepath.Glob(s.path("*/*/app.cgi"))
	if err != nil || len(programs) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	for _, file := range append(programs, nested...) {
		if err := os.Chown(file, uid, -1); err != nil {
			t.Fatal(err)
		}
	}
}

// wake asks a program until its worker answers.
func wake(t *testing.T, target suite.Target) {
	t.Helper()
	var lines []string
	for until := time.Now().Add(deadline); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		answer, err := suite.Do(target, suite.Case{Path: "/gateway", Header: []string{"Cgigen-Probe: " + warmBuild}, Keep: []string{"Cgigen-Program"}}, deadline)
		if err != nil {
			t.Fatal(err)
		}
		lines = answer.Lines()
		if slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, warmBuild+" warm ") }) {
			return
		}
	}
	t.Fatalf("no worker has answered: %s", strings.Join(lines, "; "))
}
