package scan

import (
	"go/parser"
	"go/token"
	"testing"
)

func TestConstraintsOfFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"users.go": "", "users_linux.go": "linux", "users_amd64.go": "amd64", "users_linux_arm64.go": "linux && arm64",
		"linux.go": "", "users_unix.go": "", "users_linux_extra.go": "", "users_plan9.go": "plan9", "a_b_windows.go": "windows",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), name, "package p", parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		src := &Source{Path: "/shop/" + name, Ast: file}
		if got := src.Constraints(); got != want {
			t.Errorf("%s is built for %q, want %q", name, got, want)
		}
	}
}

// A line with || holds as a whole beside the file's name: && binds more tightly.
func TestConstraintsOfFileAndLineHoldTogether(t *testing.T) {
	tests := []struct{ name, line, want string }{
		{"users_linux.go", "//go:build amd64 || arm64", "(amd64 || arm64) && linux"},
		{"users_linux.go", "//go:build !race", "!race && linux"},
		{"users.go", "//go:build amd64 || arm64", "amd64 || arm64"},
	}
	for _, test := range tests {
		file, err := parser.ParseFile(token.NewFileSet(), test.name, test.line+"\n\npackage p", parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		src := &Source{Path: "/shop/" + test.name, Ast: file}
		if got := src.Constraints(); got != test.want {
			t.Errorf("%s with %s is built for %q, want %q", test.name, test.line, got, test.want)
		}
	}
}
