package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// markdownLink is a link to a file or to a heading.
	markdownLink = regexp.MustCompile(`\]\(([^()\s]+)\)`)

	// namedPath is a file of this repository in a span of code.
	namedPath = regexp.MustCompile("`((?:cmd|docs|examples|generator|runtime|templates|testdata|\\.ci)/[\\w./-]*)`")

	// fenced is a block of code: its text holds no links.
	fenced = regexp.MustCompile("(?s)\n```.*?\n```")

	markdownHeading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// pages are the Markdown files of the repository.
func pages(t *testing.T) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir("../..", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".md"):
			list = append(list, name)
		}
		return nil
	})
	if err != nil || len(list) < 10 {
		t.Fatalf("%d pages: %v", len(list), err)
	}
	return list
}

func TestEveryLinkOfTheDocumentationLeadsSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		text := read(t, page)
		for _, m := range markdownLink.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if file != "" {
				target = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: a link leads to %s, which is not there", page, m[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s: a link leads to %s, and there is no such heading", page, m[1])
			}
		}
	}
}

func TestEveryFileThatTheDocumentationNamesExists(t *testing.T) {
	named := 0
	for _, page := range pages(t) {
		for _, m := range namedPath.FindAllStringSubmatch(read(t, page), -1) {
			named++
			here, root := filepath.Join(filepath.Dir(page), m[1]), filepath.Join("../..", m[1])
			if _, err := os.Stat(root); err == nil {
				continue
			}
			if _, err := os.Stat(here); err != nil {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
	if named == 0 {
		t.Error("no page names a file")
	}
}

// Every page can be reached from the index, or from the README.
func TestEveryPageOfTheDocumentationIsLinked(t *testing.T) {
	reached := map[string]bool{}
	next := []string{"../../docs/index.md", "../../README.md"}
	for len(next) > 0 {
		page := next[0]
		next = next[1:]
		if reached[page] || !strings.HasSuffix(page, ".md") {
			continue
		}
		reached[page] = true
		for _, m := range markdownLink.FindAllStringSubmatch(fenced.ReplaceAllString(read(t, page), ""), -1) {
			file, _, _ := strings.Cut(m[1], "#")
			if target := filepath.Join(filepath.Dir(page), file); file != "" && !strings.Contains(m[1], "://") {
				if info, err := os.Stat(target); err == nil && info.Mode().IsRegular() {
					next = append(next, target)
				}
			}
		}
	}
	for _, page := range pages(t) {
		if strings.HasPrefix(page, "../../docs/") && !reached[page] {
			t.Errorf("%s is linked from no page", page)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// anchors are the names of a page's headings, as the usual hosting services make them.
func anchors(text string) []string {
	var list []string
	for _, m := range markdownHeading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
				return r
			}
			return -1
		}, strings.ToLower(m[1]))
		list = append(list, name)
	}
	return list
}
