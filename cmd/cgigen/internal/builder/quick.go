package builder

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
)

// settings are what the go command is told besides, to compile for a quick start.
type settings struct {
	env      []string // variables
	link     string   // linker flags, with a space behind them
	defaults bool     // defaults of GODEBUG may be chosen, as far as the programs leave that open
}

// quickStart makes programs that end after one request start quicker, by what
// was measured with Go 1.26 (docs/explanation/performance.md); another version has to be
// measured first, or does not have the choice. The benchmark of the cold start
// (runtime/internal/bench/coldstart) has the same flags, because nothing below runtime
// imports the command: a change here is a change there.
func (b *build) quickStart(ctx context.Context) settings {
	if !b.OneRequest {
		return settings{}
	}
	out, err := command(ctx, "env", "GOVERSION", "GOEXPERIMENT").Output()
	words := strings.Fields(string(out)) // no GOEXPERIMENT, no word
	if err != nil || len(words) == 0 || !go126.MatchString(words[0]) {
		return settings{}
	}
	var s settings
	if len(words) == 1 && os.Getenv("GOEXPERIMENT") == "" { // whoever has set it keeps it
		// The garbage collector before that of Go 1.26 touches fewer pages when a
		// program starts, and in one request there is nothing to collect.
		s.env = []string{"GOEXPERIMENT=nogreenteagc"}
	}
	if b.Target.Arch == "amd64" {
		s.link = "-funcalign=16 " // half of what is usual there: the code has fewer pages
	}
	s.defaults = true
	return s
}

// ownDefaults are linker flags for defaults of GODEBUG, which the variable
// overrides. Without the first, Go's runtime takes a sample for the memory profile
// when it starts, and has to walk a stack for it, even if nobody can ever read it.
// Without the second it starts a goroutine for the case that processors are added
// meanwhile.
const ownDefaults = "-X=runtime.godebugDefault=memprofilerate=0,updatemaxprocs=0 "

var go126 = regexp.MustCompile(`^go1\.26(\.|$)`)

// mayChooseDefaults reports whether none of the programs has settings of its own
// for GODEBUG, which would be replaced, or what could write a memory profile.
func mayChooseDefaults(programs map[string]origin) bool {
	for _, p := range programs {
		if p.debug != "" || slices.Contains(p.deps, "runtime/pprof") {
			return false
		}
	}
	return len(programs) > 0
}
