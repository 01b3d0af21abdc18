package pack

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The bill is read by the schema of CycloneDX and the reference library of
// package URLs, which takes a URL only in its canonical form.
func TestBillOfMaterialsIsReadByOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a program")
	}
	program := filepath.Join(t.TempDir(), "readers")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = filepath.Join("..", "..", "..", "..", "testdata", "readers")
	if out, err := build.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "true" && strings.Contains(string(out), "dial tcp") {
			t.Skip("the modules of testdata/readers are not there, and no network")
		}
		t.Fatalf("%v\n%s", err, out)
	}
	schemas, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]*debug.Module{}
	for _, m := range []debug.Module{
		{Path: "std", Version: "1.26.0"},
		{Path: "github.com/BurntSushi/toml", Version: "v1.6.0"},
		{Path: "github.com/burntsushi/toml", Version: "v1.6.0"},
		{Path: "github.com/docker/docker", Version: "v28.0.0+incompatible"},
		{Path: "gopkg.in/yaml.v3", Version: "v3.0.1"},
		{Path: "go.opencensus.io", Version: "v0.24.0"},
		{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/New", Version: "v1.0.1"}},
		{Path: "example.com/here", Version: "(devel)", Replace: &debug.Module{Path: "../here"}},
		{Path: "example.com/~a/b.c_d", Version: "v0.0.0-20260101000000-abcdefabcdef"},
	} {
		modules[m.Path] = &m
	}
	bill, err := encodeBill("example.com/Shop", modules)
	if err != nil {
		t.Fatal(err)
	}
	read := exec.CommandContext(t.Context(), program, "sbom", filepath.Join(strings.TrimSpace(string(schemas)), "schema"))
	var stderr strings.Builder
	read.Stdin, read.Stderr = bytes.NewReader(bill), &stderr
	out, err := read.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, stderr.String(), bill)
	}
	var got map[string]string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"std@1.26.0":                                              "",
		"github.com/BurntSushi/toml@v1.6.0":                       "pkg:golang/github.com/burntsushi/toml@v1.6.0",
		"github.com/burntsushi/toml@v1.6.0":                       "pkg:golang/github.com/burntsushi/toml@v1.6.0",
		"github.com/docker/docker@v28.0.0+incompatible":           "pkg:golang/github.com/docker/docker@v28.0.0%2Bincompatible",
		"gopkg.in/yaml.v3@v3.0.1":                                 "pkg:golang/gopkg.in/yaml.v3@v3.0.1",
		"go.opencensus.io@v0.24.0":                                "",
		"example.com/New@v1.0.1":                                  "pkg:golang/example.com/new@v1.0.1",
		"example.com/here@(devel)":                                "pkg:golang/example.com/here",
		"example.com/~a/b.c_d@v0.0.0-20260101000000-abcdefabcdef": "pkg:golang/example.com/~a/b.c_d@v0.0.0-20260101000000-abcdefabcdef",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
