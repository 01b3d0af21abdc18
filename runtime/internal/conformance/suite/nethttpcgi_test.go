//go:build unix

package suite_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// impatience is how long net/http/cgi may take for an answer: some never come.
const impatience = time.Second

// shape is what net/http/cgi does to every response; without it the table would say nothing else.
var shape = suite.Difference{
	Cases:  []string{"*"},
	Change: []string{"?-Content-Length: *"},
	Reason: "net/http/cgi sends no Content-Length unless the handler sets one",
}

// net/http/cgi is not held to anything: the test records where it differs by more than the servers force upon it, for
// those who come from there.
func TestNetHTTPCGIOnTheSameServers(t *testing.T) {
	skipShort(t)
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	failures := &failures{servers: make(map[string][]string)}
	t.Run("stacks", func(t *testing.T) {
		program := compile(t, nethttp)
		for _, stack := range stacks() {
			t.Run(stack.name, func(t *testing.T) {
				t.Parallel()
				targets := stack.start(t, newSite(t, program))
				i := max(0, slices.IndexFunc(targets, func(t suite.Target) bool { return t.Mount == "rewrite" }))
				failures.record(t, targets[i], right)
			})
		}
	})
	have := failures.String()
	if *update {
		if err := os.WriteFile(recorded, []byte(have), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(recorded); err != nil || string(want) != have {
		t.Logf("%s is not what was found now (%v); go test -update rewrites it\n%s", recorded, err, have)
	}
}

// failures collects servers by case.
type failures struct {
	mu      sync.Mutex
	servers map[string][]string
}

// record runs every case.
func (f *failures) record(t *testing.T, target suite.Target, right map[string]suite.Answer) {
	differences := append(suite.Differences(), shape)
	for _, c := range suite.Cases() {
		answer, err := suite.Do(target, c, impatience)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if suite.Check(target, c, right[c.Name], answer, differences) != nil {
			f.add(c.Name, target.Server)
		}
	}
}

func (f *failures) add(name, server string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.servers[name] = append(f.servers[name], server)
}

// String lists the cases in their order, a line each: the name, a tab, the servers.
func (f *failures) String() string {
	var b strings.Builder
	for _, c := range suite.Cases() {
		if list := f.servers[c.Name]; list != nil {
			slices.Sort(list)
			fmt.Fprintf(&b, "%s\t%s\n", c.Name, strings.Join(list, " "))
		}
	}
	return b.String()
}
