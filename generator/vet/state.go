package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// stateAnalyzer finds package-level variables that handlers write: with CGI
// each request has a process of its own, which sees none of it.
func stateAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigenstate", "find state in variables, which the next request does not see", func(p *pass) {
		for _, r := range p.regions {
			if r.role != serving {
				continue
			}
			p.walk(r, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						for _, left := range n.Lhs {
							p.checkState(r, left, left)
						}
					}
				case *ast.IncDecStmt:
					p.checkState(r, n.X, n.X)
				case *ast.CallExpr:
					p.checkStateCall(r, n)
				}
				return true
			})
		}
	})
}

// checkState reports a write to a package-level variable.
func (p *pass) checkState(r region, at, e ast.Expr) {
	if v := variable(p.TypesInfo, e); v != nil {
		p.Reportf(at.Pos(), "%s keeps state in %s, which the next request does not see: with CGI each one has its own process; keep it in a file or a database", r.of(), v.Name())
	}
}

// checkStateCall reports calls that change what a variable holds: delete, the
// methods of sync.Map, and those of things that are kept in memory by their name.
func (p *pass) checkStateCall(r region, call *ast.CallExpr) {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && len(call.Args) > 0 {
		if b, ok := p.TypesInfo.Uses[id].(*types.Builtin); ok && (b.Name() == "delete" || b.Name() == "clear") {
			p.checkState(r, call, call.Args[0])
		}
		return
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return
	}
	selection := p.TypesInfo.Selections[sel]
	if selection == nil || selection.Kind() != types.MethodVal {
		return
	}
	if keepsState(selection.Recv(), sel.Sel.Name) {
		p.checkState(r, call, sel.X)
	}
}

// keepsState tells methods that write to memory what later requests are to
// read: rate limiters, caches and session stores have no other purpose.
func keepsState(t types.Type, method string) bool {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return false
	}
	switch path := named.Obj().Pkg().Path(); {
	case path == "sync" && named.Obj().Name() == "Map":
		return method != "Load" && method != "Range"
	case path == "golang.org/x/time/rate" && named.Obj().Name() == "Limiter":
		return strings.HasPrefix(method, "Allow") || strings.HasPrefix(method, "Wait") || strings.HasPrefix(method, "Reserve")
	case strings.HasPrefix(path, "github.com/patrickmn/go-cache"), strings.HasPrefix(path, "github.com/hashicorp/golang-lru"),
		strings.HasPrefix(path, "github.com/jellydator/ttlcache"), strings.HasPrefix(path, "github.com/alexedwards/scs/v2/memstore"):
		return strings.HasPrefix(method, "Set") || strings.HasPrefix(method, "Add") || strings.HasPrefix(method, "Commit")
	}
	return false
}
