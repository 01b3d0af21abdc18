package vet

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// stdoutAnalyzer finds fmt.Println in handlers. The runtime keeps it out of
// the response, so that it ends up in the log.
func stdoutAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigenstdout", "find writes to standard output, which is not the response", func(p *pass) {
		p.calls(func(r region, call *ast.CallExpr, pkg, name string) {
			if pkg == "fmt" && strings.HasPrefix(name, "Print") {
				p.Reportf(call.Pos(), "fmt.%s in %s writes to the log, not to the response: write to the http.ResponseWriter, or use a *slog.Logger", name, r.of())
			}
		})
		p.uses("os", "Stdout", func(r region, id *ast.Ident) {
			p.Reportf(id.Pos(), "os.Stdout in %s is the log, not the response: write to the http.ResponseWriter", r.of())
		})
	})
}

// argsAnalyzer finds what reads the command line. The runtime cuts arguments
// off, because with CGI the client chooses them.
func argsAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigenargs", "find uses of the command line, which a program of the web has not", func(p *pass) {
		p.calls(func(r region, call *ast.CallExpr, pkg, name string) {
			if pkg == "flag" && (name == "Parse" || name == "FlagSet.Parse" && mentions(p.TypesInfo, call, "os", "Args")) {
				p.Reportf(call.Pos(), "flag.Parse in %s finds no arguments: with CGI they would come from the client; use a //cgigen:config struct", r.of())
			}
		})
		for _, r := range p.regions {
			p.walk(r, func(n ast.Node) bool {
				if e := beyondName(n); e != nil && mentions(p.TypesInfo, e, "os", "Args") {
					p.Reportf(e.Pos(), "os.Args in %s has no arguments: with CGI they would come from the client; use a //cgigen:config struct", r.of())
				}
				return true
			})
		}
	})
}

// beyondName returns the slice of an expression that takes more of it than the
// first element, which is the program's name, or looks how many there are; nil
// for any other node.
func beyondName(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.SliceExpr:
		return n.X
	case *ast.IndexExpr:
		if index, ok := n.Index.(*ast.BasicLit); !ok || index.Value != "0" {
			return n.X
		}
	case *ast.RangeStmt:
		return selector(n.X)
	case *ast.CallExpr:
		if name, ok := n.Fun.(*ast.Ident); ok && name.Name == "len" && len(n.Args) == 1 {
			return selector(n.Args[0])
		}
	}
	return nil
}

// selector returns an expression that names something of a package, nil for any
// other one.
func selector(e ast.Expr) ast.Expr {
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
		return sel
	}
	return nil
}

// listenAnalyzer finds servers within the program.
func listenAnalyzer() *analysis.Analyzer {
	listens := map[string]bool{
		"net.Listen": true, "net.ListenTCP": true, "net.ListenUnix": true, "net.ListenConfig.Listen": true, "crypto/tls.Listen": true,
		"net/http.ListenAndServe": true, "net/http.ListenAndServeTLS": true, "net/http.Serve": true, "net/http.ServeTLS": true,
		"net/http.Server.ListenAndServe": true, "net/http.Server.ListenAndServeTLS": true, "net/http.Server.Serve": true, "net/http.Server.ServeTLS": true,
	}
	return newAnalyzer("cgigenlisten", "find servers within a program that a server starts", func(p *pass) {
		p.calls(func(r region, call *ast.CallExpr, pkg, name string) {
			if listens[pkg+"."+name] {
				p.Reportf(call.Pos(), "%s.%s in %s: the web server listens and starts the program for each request; return the handler", lastElement(pkg), name, r.of())
			}
		})
	})
}

// hijackAnalyzer finds handlers that take over the connection. Packages without
// directives may well have others who serve them.
func hijackAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigenhijack", "find handlers that take over the connection, of which a program has none", func(p *pass) {
		const why = "there is no connection to take over in a program that a web server starts: WebSockets need a server that keeps running"
		if !p.annotated() {
			return
		}
		p.calls(func(r region, call *ast.CallExpr, pkg, name string) {
			if r.name == "Hijack" { // a wrapper hands on what it has
				return
			}
			if pkg == "net/http" && (name == "Hijacker.Hijack" || name == "ResponseController.Hijack") {
				p.Reportf(call.Pos(), "%s in %s always fails: %s", name, r.of(), why)
			}
		})
		for _, r := range p.regions {
			p.walk(r, func(n ast.Node) bool {
				if assign, ok := n.(*ast.AssignStmt); ok && len(assign.Lhs) == 2 && len(assign.Rhs) == 1 {
					return !isHijacker(p.TypesInfo, assign.Rhs[0]) // asks first
				}
				if assert, ok := n.(*ast.TypeAssertExpr); ok && isHijacker(p.TypesInfo, assert) && r.name != "Hijack" {
					p.Reportf(assert.Pos(), "the assertion to http.Hijacker in %s panics: %s", r.of(), why)
				}
				return true
			})
		}
	})
}

func isHijacker(info *types.Info, e ast.Expr) bool {
	assert, ok := ast.Unparen(e).(*ast.TypeAssertExpr)
	return ok && assert.Type != nil && isNamed(info.TypeOf(assert.Type), "net/http", "Hijacker")
}

// annotated recognizes a package with directives.
func (p *pass) annotated() bool {
	for _, file := range p.files {
		if hasDirective(file) {
			return true
		}
	}
	return false
}

// calls visits all calls that programs make in the package.
func (p *pass) calls(visit func(r region, call *ast.CallExpr, pkg, name string)) {
	for _, r := range p.regions {
		p.walk(r, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if pkg, name := called(p.TypesInfo, call); pkg != "" {
					visit(r, call, pkg, name)
				}
			}
			return true
		})
	}
}

// uses visits all places where programs name an object of another package.
func (p *pass) uses(pkg, name string, visit func(r region, id *ast.Ident)) {
	for _, r := range p.regions {
		p.walk(r, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && isObject(p.TypesInfo, id, pkg, name) {
				visit(r, id)
			}
			return true
		})
	}
}

func isObject(info *types.Info, id *ast.Ident, pkg, name string) bool {
	obj := info.Uses[id]
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == pkg && obj.Name() == name && obj.Parent() == obj.Pkg().Scope()
}

func mentions(info *types.Info, n ast.Node, pkg, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && isObject(info, id, pkg, name)
		return !found
	})
	return found
}

func lastElement(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
