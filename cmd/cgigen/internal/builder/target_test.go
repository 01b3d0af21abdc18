package builder

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// What may be named as a target compiles: the packages of the runtime that
// programs import, and all of the standard library that these need.
func TestTargetsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("reads the standard library for each target")
	}
	targets, err := Targets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range targets {
		t.Run(text, func(t *testing.T) {
			target, err := ParseTarget(text)
			if err != nil {
				t.Fatal(err)
			}
			compile(t, target)
		})
	}
}

func compile(t *testing.T, target Target) {
	const path = "github.com/cgigen/cgigen/runtime"
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesSizes |
			packages.NeedFiles | packages.NeedCompiledGoFiles,
		Env: append(os.Environ(), target.Env()...),
		ParseFile: func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
			return parse(fset, name, src, root)
		},
	}, path, path+"/cgi", path+"/fastcgi", path+"/scgi", path+"/httpd", path+"/config")
	if err != nil {
		t.Fatal(err)
	}
	ours := 0
	packages.Visit(loaded, nil, func(p *packages.Package) {
		if !strings.HasPrefix(p.PkgPath, path) {
			return
		}
		ours++
		for _, err := range p.Errors {
			t.Error(err)
		}
	})
	if ours < 6 {
		t.Errorf("only %d packages were read", ours)
	}
}

// parse reads a file, of other modules without what stands in functions: that
// they compile is known.
func parse(fset *token.FileSet, name string, src []byte, root string) (*ast.File, error) {
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if file == nil || strings.HasPrefix(name, root+string(filepath.Separator)) {
		return file, err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name != "init" {
			f.Body = nil
		}
	}
	return file, err
}

// Some lack system calls, others run no programs for web servers.
func TestOtherTargetsAreNotNamed(t *testing.T) {
	targets, err := Targets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"solaris/amd64", "illumos/amd64", "aix/ppc64", "plan9/amd64", "js/wasm", "android/arm64", "ios/arm64"} {
		if slices.Contains(targets, text) {
			t.Errorf("%s is named", text)
		}
	}
	for _, text := range []string{"linux/amd64", "linux/386", "linux/mipsle", "freebsd/amd64", "openbsd/amd64", "darwin/arm64", "windows/amd64"} {
		if !slices.Contains(targets, text) {
			t.Errorf("%s is not named", text)
		}
	}
}
