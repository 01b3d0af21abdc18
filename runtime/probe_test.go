package runtime_test

import (
	"strings"
	"testing"
)

const buildHash = "0123456789abcdef0123456789abcdef"

func TestAProbeIsAnsweredBeforeRouting(t *testing.T) {
	tests := []struct {
		name    string
		env     []string
		status  string
		isAsked bool
	}{
		{"the build's own hash", []string{"HTTP_CGIGEN_PROBE=" + buildHash}, "204", true},
		{"with another method", []string{"HTTP_CGIGEN_PROBE=" + buildHash, "REQUEST_METHOD=DELETE"}, "204", true},
		{"of a program whose constructor fails", []string{"HTTP_CGIGEN_PROBE=" + buildHash, "TEST_BUILD=error"}, "500", true},
		{"another hash", []string{"HTTP_CGIGEN_PROBE=" + strings.Repeat("0", 32)}, "404", false},
		{"an empty value", []string{"HTTP_CGIGEN_PROBE="}, "404", false},
		{"without the field", nil, "404", false},
		{"two values", []string{"HTTP_CGIGEN_PROBE=" + buildHash + ", " + buildHash}, "404", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, stderr, _ := run(t, command(t, "/no/such/route", append(test.env, "TEST_LINKED="+buildHash)...), "")
			if !strings.HasPrefix(out, "Status: "+test.status+" ") {
				t.Errorf("got %q, %s", out, stderr)
			}
			says := strings.Contains(out, "\r\nCgigen-Program: test "+buildHash+" cgi -\r\n") && strings.Contains(out, "\r\nCache-Control: no-store\r\n")
			if says != test.isAsked || strings.Contains(out, "Cgigen-Program") != test.isAsked {
				t.Errorf("got %q", out)
			}
		})
	}
}

// Without a linked hash there is nothing that a client could guess, an empty value least of all.
func TestAProgramWithoutAHashKnowsNoProbe(t *testing.T) {
	for _, value := range []string{"", buildHash} {
		out, _, _ := run(t, command(t, "/no/such/route", "HTTP_CGIGEN_PROBE="+value), "")
		if !strings.HasPrefix(out, "Status: 404 ") || strings.Contains(out, "Cgigen-Program") {
			t.Errorf("%q: got %q", value, out)
		}
	}
}
