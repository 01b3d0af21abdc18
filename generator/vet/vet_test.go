package vet

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

func TestAnalyzersFindWhatIsPlanted(t *testing.T) {
	for folder, analyzer := range map[string]*analysis.Analyzer{
		"stdout": stdoutAnalyzer(), "args": argsAnalyzer(), "goroutine": goroutineAnalyzer(), "hijack": hijackAnalyzer(),
		"directive": directiveAnalyzer(), "listen": listenAnalyzer(), "state": stateAnalyzer(nil), "initwork": initAnalyzer(),
	} {
		t.Run(folder, func(t *testing.T) { analysistest.Run(t, analysistest.TestData(), analyzer, folder) })
	}
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), exitAnalyzer(), "exit")
}

func TestPackagesWithoutDirectivesAreLeftAlone(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), stateAnalyzer(nil), "plain")
}

// The handlers of the standard library are right, also where a maintainer of
// them would be asked why.
func TestHandlersOfTheStandardLibraryAreRight(t *testing.T) {
	wantNothing(t, packages.Config{}, "net/http", "net/http/httputil", "net/http/pprof", "net/http/fcgi", "net/http/cgi",
		"net/http/httptest", "net/rpc", "expvar")
}

// The same for a well-known router, with all its middleware. It is fetched, for
// want of a reason to require it.
func TestHandlersOfChiAreRight(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/chi\n\ngo 1.26.0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	get := exec.Command("go", "get", "github.com/go-chi/chi/v5@v5.2.3")
	get.Dir, get.Env = dir, env
	if out, err := get.CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("go get: %v\n%s", err, out)
		}
		t.Skipf("chi cannot be fetched: %v\n%s", err, out)
	}
	wantNothing(t, packages.Config{Dir: dir, Env: env}, "github.com/go-chi/chi/v5", "github.com/go-chi/chi/v5/middleware")
}

func wantNothing(t *testing.T, config packages.Config, patterns ...string) {
	t.Helper()
	config.Mode = packages.LoadSyntax
	loaded, err := packages.Load(&config, patterns...)
	if err != nil || packages.PrintErrors(loaded) > 0 {
		t.Fatalf("loading %v: %v", patterns, err)
	}
	analyzers := misuse(findKeepers(loaded))
	for _, a := range analyzers {
		if err := a.Flags.Set("all", "true"); err != nil {
			t.Fatal(err)
		}
	}
	graph, err := checker.Analyze(append(analyzers, directiveAnalyzer()), loaded, nil)
	if err != nil {
		t.Fatal(err)
	}
	for action := range graph.All() {
		for _, d := range action.Diagnostics {
			t.Errorf("%s: %s: %s", action.Package.Fset.Position(d.Pos), action.Analyzer.Name, d.Message)
		}
	}
}

func TestTheExamplesAndThisRepositoryAreClean(t *testing.T) {
	modules, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", "go.mod"))
	if err != nil || len(modules) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range append(modules, filepath.Join("..", "..", "go.mod")) {
		folder := filepath.Dir(file)
		dir, err := filepath.Abs(folder)
		if err != nil {
			t.Fatal(err)
		}
		findings, err := Run(t.Context(), Options{Dir: dir, Env: append(os.Environ(), "GOWORK=off")})
		if err != nil || len(findings) > 0 {
			t.Errorf("%s: %v, %v", folder, findings, err)
		}
	}
}

func TestEveryAnalyzerIsDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "reference", "vet.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Analyzers() {
		if !strings.Contains(string(text), "\n## `"+a.Name+"`\n") {
			t.Errorf("docs/reference/vet.md has no section %s", a.Name)
		}
	}
}
