package config

import (
	"fmt"
	"strings"
	"testing"
)

// A key that is not there is not there in files of any size: how it is looked for depends on that.
func TestMissingKeysAreMissingInFilesOfAnySize(t *testing.T) {
	for _, n := range []int{0, 1, 2, 10, 100, 1000} {
		var file strings.Builder
		for i := range n {
			fmt.Fprintf(&file, "T_KEY_%d=value %d\n", i, i)
		}
		dir := site(t, map[string]string{"site.env": file.String()})
		v := Open("user")
		for i := range n {
			var value string
			Load(v, &value, String, Var{Name: fmt.Sprint("T_KEY_", i), Field: "Field"})
			if want := fmt.Sprint("value ", i); value != want {
				t.Errorf("%s, %d lines: line %d is %q, want %q", dir, n, i, value, want)
			}
			value = "(unset)"
			Load(v, &value, String, Var{Name: fmt.Sprint("T_NONE_", i), Field: "Field"})
			if value != "(unset)" {
				t.Errorf("%d lines: a key that is not there is %q", n, value)
			}
		}
		if err := v.Err(); err != nil {
			t.Error(err)
		}
	}
}
