package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// documented is what docs/reference/vet.md says about golangci-lint.
type documented struct {
	version string // of golangci-lint
	custom  string // .custom-gcl.yml
	config  string // .golangci.yml
}

var (
	yamlBlock   = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	lintVersion = regexp.MustCompile(`(?m)^version: (v\S+)$`)
	// release is the line that takes the plugin from the module proxy.
	release = regexp.MustCompile(`(?m)^    version: \S+$`)
)

// readDocs takes the two configuration files out of the page.
func readDocs(name string) (documented, error) {
	page, err := os.ReadFile(name)
	if err != nil {
		return documented{}, err
	}
	blocks := yamlBlock.FindAllSubmatch(page, -1)
	if len(blocks) != 2 {
		return documented{}, fmt.Errorf("%s has %d blocks of YAML, want .custom-gcl.yml and .golangci.yml", name, len(blocks))
	}
	d := documented{custom: string(blocks[0][1]), config: string(blocks[1][1])}
	m := lintVersion.FindStringSubmatch(d.custom)
	if m == nil || len(release.FindAllString(d.custom, -1)) != 1 {
		return documented{}, fmt.Errorf("%s: .custom-gcl.yml has no version of golangci-lint or of the plugin:\n%s", name, d.custom)
	}
	d.version = m[1]
	return d, nil
}

// customFor returns .custom-gcl.yml with the plugin of a checkout.
func (d documented) customFor(root string) string {
	return release.ReplaceAllLiteralString(d.custom, "    path: "+strings.TrimSpace(root))
}
