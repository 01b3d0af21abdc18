package suite

import (
	"net/http"
	"slices"
	"testing"
)

func TestCheckAllowsWhatTheDifferencesSayAndDemandsIt(t *testing.T) {
	right := Answer{status: 200, header: http.Header{"X-A": {"1"}}, body: []byte("hello\n")}
	other := Answer{status: 200, header: http.Header{"X-A": {"2"}}, body: []byte("hello\n")}
	differs := []string{"-X-A: 1", "+X-A: 2"}
	changed := []string{"-X-A: 1", "+X-A: *"}
	tests := []struct {
		name        string
		answer      Answer
		differences []Difference
		want        []string
	}{
		{"the same", right, nil, nil},
		{"not the same", other, nil, differs},
		{"allowed", other, []Difference{{Cases: []string{"group/*"}, Change: changed}}, nil},
		{"of another server", other, []Difference{{Servers: []string{"b"}, Cases: []string{"*"}, Change: changed}}, differs},
		{"of another mount", other, []Difference{{Mounts: []string{"b"}, Cases: []string{"*"}, Change: changed}}, differs},
		{"gone", right, []Difference{{Cases: []string{"*"}, Change: changed}}, []string{"no longer differs: -X-A: 1", "no longer differs: +X-A: *"}},
		{"by chance", right, []Difference{{Cases: []string{"*"}, Change: []string{"?-X-A: 1", "?+X-A: *"}}}, nil},
		{"the server's own", Answer{status: 404}, []Difference{{Cases: []string{"*"}, Own: 404}}, nil},
		{"another one of the server's own", Answer{status: 400}, []Difference{{Cases: []string{"*"}, Own: 404}}, []string{"the server's own status is 400, not 404"}},
		{"hangs", Answer{failure: "no response: deadline"}, []Difference{{Cases: []string{"*"}, Hangs: true}}, nil},
		{"hangs no longer", right, []Difference{{Cases: []string{"*"}, Hangs: true}}, []string{"no longer hangs"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Check(Target{Server: "a", Mount: "a"}, Case{Name: "group/case"}, right, test.answer, test.differences)
			if !slices.Equal(got, test.want) {
				t.Errorf("wrong is %q, want %q", got, test.want)
			}
		})
	}
}

func TestLengthOfAnotherBodyIsNoDifferenceOfItsOwn(t *testing.T) {
	right := Answer{status: 200, header: http.Header{"Content-Length": {"5"}}, body: []byte("hello")}
	other := Answer{status: 200, header: http.Header{"Content-Length": {"6"}}, body: []byte("hello!")}
	if got, want := Diff(right, other), []string{`-body: hello\`, `+body: hello!\`}; !slices.Equal(got, want) {
		t.Errorf("the difference is %q, want %q", got, want)
	}
}

func TestMatches(t *testing.T) {
	for _, pattern := range []string{"abc", "*", "a*", "*c", "a*c", "*b*", "abc*"} {
		if !Matches(pattern, "abc") {
			t.Errorf("%q does not match abc", pattern)
		}
	}
	for _, pattern := range []string{"", "ab", "b*", "*b", "a*d", "abcd*"} {
		if Matches(pattern, "abc") {
			t.Errorf("%q matches abc", pattern)
		}
	}
}
