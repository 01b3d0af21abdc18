package model

import (
	"slices"
	"testing"
)

// A value in a struct behind a pointer is required as soon as another value of that
// struct, or of one inside it, is set.
func TestRequiredWithNamesTheOthersOfTheStruct(t *testing.T) {
	c := Config{Fields: []ConfigField{
		{Name: "HOST", Path: []string{"DB", "Replica", "Host"}, Required: true, Optional: "DB.Replica"},
		{Name: "PORT", Path: []string{"DB", "Replica", "Port"}, Optional: "DB.Replica"},
		{Name: "CA", Path: []string{"DB", "Replica", "TLS", "CA"}, Optional: "DB.Replica"},
		{Name: "OTHER", Path: []string{"DB", "ReplicaName"}},
		{Name: "TITLE", Path: []string{"Title"}, Required: true},
	}}
	tests := map[string][]string{"HOST": {"PORT", "CA"}, "PORT": nil, "OTHER": nil, "TITLE": nil}
	for _, f := range c.Fields {
		if want, ok := tests[f.Name]; ok && !slices.Equal(c.RequiredWith(f), want) {
			t.Errorf("%s is required with %q, want %q", f.Name, c.RequiredWith(f), want)
		}
	}
}
