package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A report is what golangci-lint prints, as far as it matters here.
type report struct {
	Issues []struct {
		FromLinter string
		Text       string
		Pos        struct {
			Filename string
			Line     int
		}
	}
}

// lint runs the golangci-lint that has the plugin, and compares the lines that
// the plugin finds with those that are planted.
func (t trial) lint(ctx context.Context) error {
	fmt.Println("custom-gcl run")
	out, err := output(ctx, t.in("site"), []string{"GOWORK=off", "GOFLAGS="}, t.in("site", "custom-gcl"), "run",
		"--output.json.path=stdout", "--show-stats=false", "--uniq-by-line=false", "--max-issues-per-linter=0", "--max-same-issues=0", "--issues-exit-code=0")
	if err != nil {
		return err
	}
	var printed report
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&printed); err != nil {
		return fmt.Errorf("reading what golangci-lint prints: %w\n%s", err, out)
	}
	found := map[string]bool{}
	for _, issue := range printed.Issues {
		if issue.FromLinter == "cgigen" {
			place := fmt.Sprintf("%s:%d", filepath.ToSlash(issue.Pos.Filename), issue.Pos.Line)
			found[place] = true
			fmt.Printf("%s: %s\n", place, issue.Text)
		}
	}
	return t.compare(found)
}

// compare wants a finding in each line that has a comment "want", and in no other.
func (t trial) compare(found map[string]bool) error {
	files, err := filepath.Glob(t.in("site", "*", "*.go"))
	if err != nil {
		return err
	}
	var wrong []string
	planted := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(t.in("site"), file)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(content), "\n") {
			place := fmt.Sprintf("%s:%d", filepath.ToSlash(rel), i+1)
			wanted := strings.Contains(line, "// want ")
			if wanted {
				planted++
			}
			if wanted != found[place] {
				wrong = append(wrong, place)
			}
		}
	}
	if len(wrong) > 0 || planted == 0 {
		slices.Sort(wrong)
		return fmt.Errorf("%d planted; missed, or found without being planted: %s", planted, strings.Join(wrong, ", "))
	}
	fmt.Printf("all %d planted mistakes are found, and nothing else\n", planted)
	return nil
}
