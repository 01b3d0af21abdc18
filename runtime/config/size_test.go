package config

import (
	"fmt"
	"strings"
	"testing"
)

// The limit of 1 MiB is that of what is accepted, for every file that a value may come from.
func TestFilesMayHoldOneMebibyte(t *testing.T) {
	const limit = 1 << 20
	for _, size := range []int{limit - 1, limit, limit + 1} {
		t.Run(fmt.Sprint("NAME_FILE ", size), func(t *testing.T) {
			named := strings.Repeat("x", size)
			value, problem := text(t, map[string]string{"named": named}, map[string]string{"T_A_FILE": "DIR/named"}, Var{Name: "T_A"})
			want, wantProblem := named, ""
			if size > limit {
				want, wantProblem = "(unset)", "configuration:\n\tT_A (field Field): cannot read the file that T_A_FILE from the environment names: larger than 1 MiB"
			}
			if value != want || problem != wantProblem {
				t.Errorf("%d bytes, problem %q, want %d, %q", len(value), problem, len(want), wantProblem)
			}
		})
		t.Run(fmt.Sprint("site.env ", size), func(t *testing.T) {
			const end = "\nT_A=last\n"
			file := "# " + strings.Repeat("x", size-len("# "+end)) + end
			value, problem := text(t, map[string]string{"site.env": file}, nil, Var{Name: "T_A"})
			want, wantProblem := "last", ""
			if size > limit {
				want, wantProblem = "(unset)", "configuration:\n\tDIR/site.env: refused, larger than 1 MiB"
			}
			if value != want || problem != wantProblem {
				t.Errorf("%q, problem %q, want %q, %q", value, problem, want, wantProblem)
			}
		})
	}
}
