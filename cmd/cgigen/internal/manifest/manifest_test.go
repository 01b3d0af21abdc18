package manifest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sample() *Manifest {
	return &Manifest{
		Version: Version, Module: "example.com/shop", Site: "shop", Server: "apache", Layout: "subdir", Docroot: "public_html",
		Routes:   []Route{{Pattern: "GET /{$}", Method: "GET", Path: "/{$}", Program: "home"}},
		Programs: []Program{{Name: "home", Target: "linux/amd64", Path: "cgi/home.cgi", Address: "/cgi/home.cgi", Build: strings.Repeat("0", 32)}},
		Config:   []Value{{Name: "DSN", Required: true, With: []string{"HOST"}, Programs: []string{"home"}}},
		Folders:  []Folder{{Path: "cgi", Mode: 0o755}},
		Files:    []File{{Path: "cgi/home.cgi", Mode: 0o711, Size: 7, SHA256: strings.Repeat("0", 64), Link: "cgi/other.cgi"}, {Path: "private/shop/htaccess/site.txt", Mode: 0o600}},
		Blocks:   []Block{{Path: "public_html/.htaccess", File: "private/shop/htaccess/site.txt"}},
	}
}

func TestAManifestIsReadAsItWasWritten(t *testing.T) {
	text, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample(), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.Contains(string(text), `"mode": "0711"`) {
		t.Errorf("modes are not as chmod takes them:\n%s", text)
	}
}

// The documented schema has the keys that are written, and no others.
func TestTheSchemaHasEveryKey(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "reference", "manifest.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema node
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	written, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	var value map[string]any
	if err := json.Unmarshal(written, &value); err != nil {
		t.Fatal(err)
	}
	compare(t, "", schema, value)
}

type node struct {
	Properties map[string]node
	Items      *node
}

func compare(t *testing.T, at string, schema node, value map[string]any) {
	t.Helper()
	if diff := cmp.Diff(keys(schema.Properties), keys(value)); diff != "" {
		t.Errorf("%s: -schema +written\n%s", at, diff)
	}
	for key, v := range value {
		list, ok := v.([]any)
		if !ok || len(list) == 0 || schema.Properties[key].Items == nil {
			continue
		}
		if object, ok := list[0].(map[string]any); ok {
			compare(t, at+"/"+key, *schema.Properties[key].Items, object)
		}
	}
}

func keys[V any](m map[string]V) []string {
	var list []string
	for key := range m {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}
