package vet

import "testing"

// Those command lines come from go vet -vettool; every other one is of a person.
func TestCommandLinesOfGoVetAreRecognized(t *testing.T) {
	for _, test := range []struct {
		args []string
		tool bool
	}{
		{nil, false},
		{[]string{"-V=full"}, true},
		{[]string{"-flags"}, true},
		{[]string{"/tmp/b001/vet.cfg"}, true},
		{[]string{"-cgigenexit", "/tmp/b001/vet.cfg"}, true},
		{[]string{"./..."}, false},
		{[]string{"-tags=cfg", "./users"}, false},
	} {
		if got := IsTool(test.args); got != test.tool {
			t.Errorf("%q: %v, want %v", test.args, got, test.tool)
		}
	}
}
