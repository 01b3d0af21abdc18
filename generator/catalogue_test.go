package generator

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/diag"
)

// A catalogue is the kinds of mistakes that goldens have shown.
type catalogue struct {
	mu    sync.Mutex
	codes map[string]bool
}

// add takes what a run reports. Every mistake has a kind and, unless the
// compiler speaks, a remedy.
func (c *catalogue) add(t *testing.T, result *Result, err error) {
	t.Helper()
	var ds diag.List
	errors.As(err, &ds)
	if result != nil {
		ds = slices.Concat(ds, result.Warnings, result.Pending)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.codes == nil {
		c.codes = map[string]bool{}
	}
	for _, d := range ds {
		c.codes[d.Code] = true
		if d.Code == "" || d.Hint == "" && d.Code != diag.CompilerCode {
			t.Errorf("no code or no remedy: %q, %v", d.Code, d)
		}
	}
}

// compare holds three things together: the kinds in the source, those that
// goldens show, and those that the documentation explains.
func (c *catalogue) compare(t *testing.T) {
	t.Helper()
	inSource := sourceCodes(t)
	if diff := cmp.Diff(inSource, sortedCodes(c.codes)); diff != "" {
		t.Errorf("kinds of mistakes without a golden (-), and ones that only goldens have (+):\n%s", diff)
	}
	if diff := cmp.Diff(inSource, documentedCodes(t)); diff != "" {
		t.Errorf("kinds of mistakes without an entry in docs/reference/diagnostics.md (-), and entries without a kind (+):\n%s", diff)
	}
}

func sortedCodes(m map[string]bool) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// sourceCodes returns the second arguments of calls that report something.
func sourceCodes(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("internal/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{diag.CompilerCode: true}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && reports(call) {
				if code, err := strconv.Unquote(call.Args[1].(*ast.BasicLit).Value); err == nil {
					codes[code] = true
				}
			}
			return true
		})
	}
	return sortedCodes(codes)
}

func reports(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) < 3 || !slices.Contains([]string{"Errorf", "Warnf", "reportField", "Add"}, sel.Sel.Name) {
		return false
	}
	literal, ok := call.Args[1].(*ast.BasicLit)
	return ok && literal.Kind == token.STRING
}

// documentedCodes returns the headings of the catalogue.
func documentedCodes(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "reference", "diagnostics.md"))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, m := range regexp.MustCompile("(?m)^### `([a-z-]+)`$").FindAllSubmatch(text, -1) {
		codes = append(codes, string(m[1]))
	}
	slices.Sort(codes)
	return codes
}

// What docs/explanation/generators.md claims is held by the tests that it names.
func TestThePageOnOtherGeneratorsNamesTestsThatThereAre(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "explanation", "generators.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	named := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSuffix(line, " |\n"), " | ")
		if len(cells) != 4 {
			continue
		}
		for _, m := range regexp.MustCompile("`([A-Za-z_]+)`").FindAllStringSubmatch(cells[3], -1) {
			named++
			if !tests[m[1]] {
				t.Errorf("there is no test %s", m[1])
			}
		}
	}
	if named < 20 {
		t.Errorf("only %d tests are named", named)
	}
}

// testNames returns the names of tests, goldens and scripts.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, pattern := range []string{goldenFiles, "../testdata/script/*.txtar", "*_test.go", "*/*_test.go", "internal/*/*_test.go", "../cmd/cgigen/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, file := range files {
			names[caseName(file)] = true
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)`).FindAllSubmatch(content, -1) {
				names[string(m[1])] = true
			}
		}
	}
	return names
}
