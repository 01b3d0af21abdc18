package runtime_test

import (
	"strings"
	"testing"
)

// A slash at the end of CGIGEN_BASE means nothing.
func TestBaseMayEndInASlash(t *testing.T) {
	for _, base := range []string{"/shop", "/shop/"} {
		for path, want := range map[string]string{
			"/shop/where/x": "/shop /where/x",
			"/shop/where/":  "/shop /where/",
			"/where/x":      " /where/x",
		} {
			out, stderr, code := run(t, command(t, path, "CGIGEN_BASE="+base, "SCRIPT_NAME="+path), "")
			if body(out) != want || code != 0 {
				t.Errorf("CGIGEN_BASE=%s, %s: got %q, exit code %d, %s; want %q", base, path, body(out), code, stderr, want)
			}
		}
		for _, path := range []string{"/shopping/where/x", "/shop"} {
			out, _, _ := run(t, command(t, path, "CGIGEN_BASE="+base, "SCRIPT_NAME="+path), "")
			if !strings.HasPrefix(out, "Status: 404 ") {
				t.Errorf("CGIGEN_BASE=%s, %s: got %q", base, path, out)
			}
		}
	}
}
