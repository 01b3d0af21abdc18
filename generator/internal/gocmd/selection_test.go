package gocmd

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestPatternsAreThoseOfTheGoCommand(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	m := &Module{Path: "example.com/shop", Dir: root}
	for _, dir := range []string{"users/admin", "orders"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	packages := []string{"example.com/shop", "example.com/shop/users", "example.com/shop/users/admin", "example.com/shop/orders"}
	for pattern, want := range map[string][]string{
		"./...":                       packages,
		".":                           packages[:1],
		"./users":                     packages[1:2],
		"./users/...":                 packages[1:3],
		"./...users":                  packages[1:2],
		"example.com/shop/users...":   packages[1:3],
		"example.com/...":             packages,
		"...":                         packages,
		"all":                         packages,
		filepath.Join(root, "orders"): packages[3:],
	} {
		s, err := Select([]string{pattern}, root, []*Module{m})
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		got := slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return !s.Has(m, p) })
		if len(got) != len(want) || !slices.Equal(got, want) {
			t.Errorf("%s chooses %v, want %v", pattern, got, want)
		}
	}
}

func TestMessagesNameTheModulesOfAPattern(t *testing.T) {
	shop, blog := &Module{Path: "example.com/shop"}, &Module{Path: "example.com/blog"}
	if got, want := named([]*Module{shop}), "the module example.com/shop"; got != want {
		t.Errorf("one module: %q, want %q", got, want)
	}
	if got, want := named([]*Module{shop, blog}), "any of the modules example.com/shop, example.com/blog"; got != want {
		t.Errorf("two modules: %q, want %q", got, want)
	}
}
