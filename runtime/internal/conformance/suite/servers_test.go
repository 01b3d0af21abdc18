//go:build unix

package suite_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

func TestHandlerCannotTell(t *testing.T) {
	skipShort(t)
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	program := compile(t, ours)
	for _, stack := range stacks() {
		t.Run(stack.name, func(t *testing.T) {
			t.Parallel()
			for _, target := range stack.start(t, newSite(t, program)) {
				t.Run(target.Mount, func(t *testing.T) {
					check(t, target, right)
					checkPrefix(t, target)
				})
			}
		})
	}
}

// On hosts that limit the address space a program of 32 bits is the way out.
func TestHandlerCannotTellOn386(t *testing.T) {
	skipShort(t)
	if runtime.GOARCH != "amd64" {
		t.Skip("no 386 beside " + runtime.GOARCH)
	}
	servers.Need386(t)
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	check(t, apache(t, newSite(t, compile(t, ours, "GOARCH=386")), "cgid")[0], right)
}

// check holds every case against the right answers.
func check(t *testing.T, target suite.Target, right map[string]suite.Answer) {
	differences := suite.Differences()
	for _, c := range suite.Cases() {
		limit := deadline
		if suite.Hangs(target, c, differences) {
			limit = hangs
		}
		answer, err := suite.Do(target, c, limit)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if wrong := suite.Check(target, c, right[c.Name], answer, differences); wrong != nil {
			t.Errorf("%s\n\t%s", c.Name, strings.Join(wrong[:min(len(wrong), 9)], "\n\t"))
		}
	}
}

// checkPrefix holds that the program knows where it is mounted, and what the gateway says.
func checkPrefix(t *testing.T, target suite.Target) {
	answer, err := suite.Do(target, suite.Case{Path: "/mount/x"}, deadline)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{fmt.Sprintf("body: prefix %q", target.Prefix), `body: method "GET"`}
	have := slices.DeleteFunc(answer.Lines(), func(line string) bool { return !strings.HasPrefix(line, "body: ") })
	if !slices.Equal(have, want) {
		t.Errorf("the program says %q, want %q", have, want)
	}
}
