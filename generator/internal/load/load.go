// Package load reads the types of packages.
//
// [Exports] reads export data, which is quick and enough for a site without mistakes.
// [Sources] type-checks the source, which shows them all, in the words of the compiler.
// Both return a [Package] for each import path. [Excluded] lists the files that belong
// to no build for the current system.
//
// Read load.go, then types.go: questions about types that several phases ask.
package load

import (
	"context"
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/gocmd"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/model"
)

// A Package is what a run knows of the types of a package.
type Package struct {
	Types   *types.Package
	Imports []*types.Package // direct ones
	ignored []string         // absolute files that GOOS, GOARCH or tags exclude
}

// Exports reads the types of packages from their export data, and so does
// without reading their source. It returns false if anything is wrong: only the
// source shows what.
func Exports(ctx context.Context, c gocmd.Command, fset *token.FileSet, paths, imports []string) (map[string]*Package, bool) {
	found, err := packages.Load(loaderConfig(ctx, c, fset, packages.LoadTypes), queries(slices.Concat(paths, imports))...)
	if err != nil {
		return nil, false
	}
	byPath := map[string]*packages.Package{}
	sound := true
	packages.Visit(found, nil, func(p *packages.Package) {
		byPath[p.PkgPath] = p
		excluded := len(p.GoFiles) == 0 && len(p.IgnoredFiles) > 0
		sound = sound && (len(p.Errors) == 0 && !p.IllTyped || excluded)
	})
	if !sound {
		return nil, false
	}
	loaded := map[string]*Package{}
	for _, path := range paths {
		p := byPath[path]
		if p == nil {
			return nil, false
		}
		loaded[path] = &Package{Types: p.Types, ignored: p.IgnoredFiles}
		for _, imported := range p.Imports {
			if imported.Types != nil {
				loaded[path].Imports = append(loaded[path].Imports, imported.Types)
			}
		}
	}
	return loaded, true
}

// Sources type-checks the packages with the given import paths from source,
// and nothing else: what they import comes from export data. It also returns
// what is wrong with them. Generated programs are never among them, so a broken
// one stops nobody.
func Sources(ctx context.Context, c gocmd.Command, at diag.Positions, paths []string, sources []*scan.Source) (map[string]*Package, diag.List, error) {
	parsed := map[string]*scan.Source{}
	for _, src := range sources {
		parsed[src.Path] = src
	}
	config := loaderConfig(ctx, c, at.Fset, packages.LoadSyntax|packages.NeedModule)
	config.ParseFile = func(fset *token.FileSet, path string, content []byte) (*ast.File, error) {
		if src := parsed[path]; src != nil {
			return src.Ast, src.ParseErr
		}
		return scan.ParseFile(fset, path, content)
	}
	found, err := packages.Load(config, queries(paths)...)
	if err != nil {
		said := strings.TrimSpace(err.Error())
		return nil, nil, errors.New(loaderPrefix.ReplaceAllString(said, ""))
	}
	loaded := make(map[string]*Package, len(found))
	for _, p := range found {
		loaded[p.PkgPath] = &Package{Types: p.Types, ignored: p.IgnoredFiles}
		if p.Types != nil {
			loaded[p.PkgPath].Imports = p.Types.Imports()
		}
	}
	return loaded, loadErrors(found, at), nil
}

func loaderConfig(ctx context.Context, c gocmd.Command, fset *token.FileSet, mode packages.LoadMode) *packages.Config {
	return &packages.Config{
		Mode:       mode,
		Context:    ctx,
		Dir:        c.Dir,
		Env:        append(c.Environ(), "GOPACKAGESDRIVER=off"),
		BuildFlags: c.BuildFlags(),
		Fset:       fset,
	}
}

func queries(paths []string) []string {
	queries := make([]string, len(paths))
	for i, path := range paths {
		queries[i] = "pattern=" + path
	}
	return queries
}

// loaderPrefix stands before what the go command has said.
var loaderPrefix = regexp.MustCompile(`^err: exit status \d+: stderr: `)

// Excluded returns the files that belong to no build.
func Excluded(sources []*scan.Source, loaded map[string]*Package) map[*scan.Source]bool {
	excluded := map[*scan.Source]bool{}
	for _, src := range sources {
		if isExcluded(src, loaded[src.Pkg]) {
			excluded[src] = true
		}
	}
	return excluded
}

// isExcluded reports whether a file belongs to no build for the current GOOS,
// GOARCH and tags. Of a package that has not been loaded nothing is known but
// the file itself: with any constraint it may be excluded.
func isExcluded(src *scan.Source, p *Package) bool {
	if p == nil {
		return src.Constraints() != ""
	}
	return slices.Contains(p.ignored, src.Path)
}

// loadErrors returns what is wrong with the packages and with the ones that they
// import, in the words of the compiler.
func loadErrors(loaded []*packages.Package, at diag.Positions) diag.List {
	var ds diag.List
	packages.Visit(loaded, nil, func(p *packages.Package) {
		if len(p.GoFiles) == 0 && len(p.IgnoredFiles) > 0 {
			return // all of its files are excluded, which is no mistake
		}
		ds = append(ds, packageErrors(p, at)...)
	})
	return withoutEchoes(placeCycles(ds))
}

// packageErrors prefers what the compiler itself has said, unless it stopped
// early, to what go/types finds.
func packageErrors(p *packages.Package, at diag.Positions) diag.List {
	var compiler, checker diag.List
	for _, e := range p.Errors {
		switch output, isCompiler := strings.CutPrefix(e.Msg, "# "); {
		case isCompiler:
			compiler = append(compiler, compilerErrors(output, at)...)
		case e.Kind == packages.ListError && strings.Contains(e.Msg, "\n# "):
			// What go list says about an import stands with the import itself.
		default:
			checker = append(checker, diag.Diagnostic{Position: parsePosition(at, e.Pos), Code: diag.CompilerCode, Message: strings.TrimSpace(e.Msg), Hint: loadHint(e.Msg)})
		}
	}
	stopped := slices.ContainsFunc(compiler, func(d diag.Diagnostic) bool { return strings.Contains(d.Message, "too many errors") })
	if len(compiler) > 0 && !(stopped && len(checker) > 0) {
		return compiler
	}
	return checker
}

// withoutEchoes leaves out that an import failed where the go command has said
// why.
func withoutEchoes(ds diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(ds), func(echo diag.Diagnostic) bool {
		return strings.HasPrefix(echo.Message, "could not import ") && slices.ContainsFunc(ds, func(d diag.Diagnostic) bool {
			return d.Position.Filename == echo.Position.Filename && d.Position.Line == echo.Position.Line && d.Message != echo.Message
		})
	})
}

// importCycle is what the go command says about packages that import each
// other, without a place: the packages on the way to the cycle, and around it.
var importCycle = regexp.MustCompile(`^import cycle not allowed: import stack: \[(.*)\]$`)

// placeCycles returns import cycles the position of an import in them, which the
// type checker complains about as well, and shows them as a path.
func placeCycles(ds diag.List) diag.List {
	isEcho := func(d diag.Diagnostic) bool { return strings.Contains(d.Message, " (import cycle: [") }
	echo := slices.IndexFunc(ds, isEcho)
	for i, d := range ds {
		m := importCycle.FindStringSubmatch(d.Message)
		if m == nil {
			continue
		}
		stack := strings.Fields(m[1])
		around := stack[slices.Index(stack, stack[len(stack)-1]):]
		ds[i].Message = "import cycle not allowed: " + strings.Join(around, " imports ")
		ds[i].Hint = "move what both need into a package of its own, which imports neither"
		if echo >= 0 && d.Position.Line == 0 {
			ds[i].Position = ds[echo].Position
		}
	}
	if !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return strings.HasPrefix(d.Message, "import cycle not allowed: ") }) {
		return ds
	}
	return slices.DeleteFunc(ds, isEcho)
}

// compilerErrors reads the output of the compiler: the package, then lines
// with positions, and more about them on indented lines.
func compilerErrors(output string, at diag.Positions) diag.List {
	var ds diag.List
	_, output, _ = strings.Cut(output, "\n")
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		m := compilerLine.FindStringSubmatch(line)
		switch {
		case m != nil:
			ds = append(ds, diag.Diagnostic{Position: parsePosition(at, m[1]), Code: diag.CompilerCode, Message: m[2], Hint: loadHint(m[2])})
		case len(ds) > 0:
			ds[len(ds)-1].Message += "\n" + strings.TrimSpace(line)
		default:
			ds = append(ds, diag.Diagnostic{Code: diag.CompilerCode, Message: line})
		}
	}
	return ds
}

// compilerLine is a line of the compiler, loaderPosition the position in it, as
// the type checker gives it as well.
var (
	compilerLine   = regexp.MustCompile(`^(\S.*?:\d+(?::\d+)?): (.*)$`)
	loaderPosition = regexp.MustCompile(`^(.*?):(\d+)(?::(\d+))?$`)
)

// parsePosition reads a position. A relative file name is one below the folder.
func parsePosition(p diag.Positions, text string) token.Position {
	m := loaderPosition.FindStringSubmatch(text)
	if m == nil {
		return token.Position{}
	}
	at := token.Position{Filename: m[1]}
	if !filepath.IsAbs(m[1]) {
		at.Filename = filepath.Join(p.Dir, m[1])
	}
	at.Line, _ = strconv.Atoi(m[2])
	at.Column, _ = strconv.Atoi(m[3])
	return p.Relative(at)
}

// loadHint returns the remedy for packages that are newer than this program: for
// export data of a form that it does not know, and for a go line in go.mod.
func loadHint(message string) string {
	newer := strings.Contains(message, "export data") && strings.Contains(message, "version")
	if newer || strings.Contains(message, "application built with go") {
		return "this cgigen was built with an older Go: rebuild it, for example with go get -tool " + model.CgigenModule + "/cmd/cgigen@latest"
	}
	return ""
}
