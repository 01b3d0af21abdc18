package generator

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
)

// A typedPackage is what a run knows of the types of a package.
type typedPackage struct {
	types   *types.Package
	imports []*types.Package // direct ones
	ignored []string         // absolute files that GOOS, GOARCH or tags exclude
}

// loadExports reads the types of packages from their export data, and so does
// without reading their source. It gives false if anything is wrong: what that
// is only the source tells.
func loadExports(ctx context.Context, c command, fset *token.FileSet, paths, imports []string) (map[string]*typedPackage, bool) {
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
	loaded := map[string]*typedPackage{}
	for _, path := range paths {
		p := byPath[path]
		if p == nil {
			return nil, false
		}
		loaded[path] = &typedPackage{types: p.Types, ignored: p.IgnoredFiles}
		for _, imported := range p.Imports {
			if imported.Types != nil {
				loaded[path].imports = append(loaded[path].imports, imported.Types)
			}
		}
	}
	return loaded, true
}

// loadSources type-checks the packages with the given import paths from source,
// and nothing else: what they import comes from export data. It also gives what
// is wrong with them. Existing programs of ours are never among them, so that
// a broken one is in nobody's way.
func loadSources(ctx context.Context, c command, at positions, paths []string, sources []*source) (map[string]*typedPackage, Diagnostics, error) {
	parsed := map[string]*source{}
	for _, src := range sources {
		parsed[src.path] = src
	}
	config := loaderConfig(ctx, c, at.fset, packages.LoadSyntax|packages.NeedModule)
	config.ParseFile = func(fset *token.FileSet, path string, content []byte) (*ast.File, error) {
		if src := parsed[path]; src != nil {
			return src.ast, src.parseErr
		}
		return parseFile(fset, path, content)
	}
	found, err := packages.Load(config, queries(paths)...)
	if err != nil {
		said := strings.TrimSpace(err.Error())
		return nil, nil, errors.New(loaderPrefix.ReplaceAllString(said, ""))
	}
	loaded := make(map[string]*typedPackage, len(found))
	for _, p := range found {
		loaded[p.PkgPath] = &typedPackage{types: p.Types, ignored: p.IgnoredFiles}
		if p.Types != nil {
			loaded[p.PkgPath].imports = p.Types.Imports()
		}
	}
	return loaded, loadErrors(found, at), nil
}

func loaderConfig(ctx context.Context, c command, fset *token.FileSet, mode packages.LoadMode) *packages.Config {
	return &packages.Config{
		Mode:       mode,
		Context:    ctx,
		Dir:        c.dir,
		Env:        append(c.environ(), "GOPACKAGESDRIVER=off"),
		BuildFlags: c.buildFlags(),
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

// excludedOf gives the files that belong to no build.
func excludedOf(sources []*source, loaded map[string]*typedPackage) map[*source]bool {
	excluded := map[*source]bool{}
	for _, src := range sources {
		if isExcluded(src, loaded[src.pkg]) {
			excluded[src] = true
		}
	}
	return excluded
}

// isExcluded tells whether a file belongs to no build for the current GOOS,
// GOARCH and tags. Of a package that has not been loaded nothing is known but
// the file itself: with any constraint it may be excluded.
func isExcluded(src *source, p *typedPackage) bool {
	if p == nil {
		return src.constraints() != ""
	}
	return slices.Contains(p.ignored, src.path)
}

// loadErrors gives what is wrong with the packages and with the ones that they
// import, in the words of the compiler.
func loadErrors(loaded []*packages.Package, at positions) Diagnostics {
	var ds Diagnostics
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
func packageErrors(p *packages.Package, at positions) Diagnostics {
	var compiler, checker Diagnostics
	for _, e := range p.Errors {
		switch output, isCompiler := strings.CutPrefix(e.Msg, "# "); {
		case isCompiler:
			compiler = append(compiler, compilerErrors(output, at)...)
		case e.Kind == packages.ListError && strings.Contains(e.Msg, "\n# "):
			// What go list says about an import stands with the import itself.
		default:
			checker = append(checker, Diagnostic{Position: parsePosition(at, e.Pos), Code: CompilerCode, Message: strings.TrimSpace(e.Msg), Hint: loadHint(e.Msg)})
		}
	}
	stopped := slices.ContainsFunc(compiler, func(d Diagnostic) bool { return strings.Contains(d.Message, "too many errors") })
	if len(compiler) > 0 && !(stopped && len(checker) > 0) {
		return compiler
	}
	return checker
}

// withoutEchoes leaves out that an import failed where the go command has said
// why.
func withoutEchoes(ds Diagnostics) Diagnostics {
	return slices.DeleteFunc(slices.Clone(ds), func(echo Diagnostic) bool {
		return strings.HasPrefix(echo.Message, "could not import ") && slices.ContainsFunc(ds, func(d Diagnostic) bool {
			return d.Position.Filename == echo.Position.Filename && d.Position.Line == echo.Position.Line && d.Message != echo.Message
		})
	})
}

// importCycle is what the go command says about packages that import each
// other, without a place: the packages on the way to the cycle, and around it.
var importCycle = regexp.MustCompile(`^import cycle not allowed: import stack: \[(.*)\]$`)

// placeCycles gives import cycles the position of an import in them, which the
// type checker complains about as well, and shows them as a path.
func placeCycles(ds Diagnostics) Diagnostics {
	isEcho := func(d Diagnostic) bool { return strings.Contains(d.Message, " (import cycle: [") }
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
	if !slices.ContainsFunc(ds, func(d Diagnostic) bool { return strings.HasPrefix(d.Message, "import cycle not allowed: ") }) {
		return ds
	}
	return slices.DeleteFunc(ds, isEcho)
}

// compilerErrors reads the output of the compiler: the package, then lines
// with positions, and more about them on indented lines.
func compilerErrors(output string, at positions) Diagnostics {
	var ds Diagnostics
	_, output, _ = strings.Cut(output, "\n")
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		m := compilerLine.FindStringSubmatch(line)
		switch {
		case m != nil:
			ds = append(ds, Diagnostic{Position: parsePosition(at, m[1]), Code: CompilerCode, Message: m[2], Hint: loadHint(m[2])})
		case len(ds) > 0:
			ds[len(ds)-1].Message += "\n" + strings.TrimSpace(line)
		default:
			ds = append(ds, Diagnostic{Code: CompilerCode, Message: line})
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
func parsePosition(p positions, text string) token.Position {
	m := loaderPosition.FindStringSubmatch(text)
	if m == nil {
		return token.Position{}
	}
	at := token.Position{Filename: m[1]}
	if !filepath.IsAbs(m[1]) {
		at.Filename = filepath.Join(p.dir, m[1])
	}
	at.Line, _ = strconv.Atoi(m[2])
	at.Column, _ = strconv.Atoi(m[3])
	return p.relative(at)
}

// loadHint gives the remedy for packages that are newer than this program: for
// export data of a form that it does not know, and for a go line in go.mod.
func loadHint(message string) string {
	newer := strings.Contains(message, "export data") && strings.Contains(message, "version")
	if newer || strings.Contains(message, "application built with go") {
		return "this cgigen was built with an older Go: rebuild it, for example with go get -tool " + cgigenModule + "/cmd/cgigen@latest"
	}
	return ""
}
