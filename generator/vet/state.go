package vet

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// stateAnalyzer finds what handlers write to variables that outlive a request
// elsewhere: with CGI each request has a process of its own, and sees none of it.
func stateAnalyzer(known keepers) *analysis.Analyzer {
	return newAnalyzer("cgigenstate", "find state in variables, which the next request does not see", func(p *pass) {
		for _, r := range p.regions {
			if r.role == serving {
				p.walk(r, func(n ast.Node) bool {
					p.checkStateNode(r, n)
					return true
				})
			}
		}
		p.checkStores()
		p.checkKeepers(known)
	})
}

func (p *pass) checkStateNode(r region, n ast.Node) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if n.Tok != token.DEFINE && (packageLevel(rootOf(p.TypesInfo, left)) || p.accumulates(n, i)) {
				p.checkState(r, left, left)
			}
		}
	case *ast.IncDecStmt:
		p.checkState(r, n.X, n.X)
	case *ast.CallExpr:
		if kept := p.keptBy(n); kept != nil {
			p.checkState(r, n, kept)
		}
	}
}

// accumulates recognizes an assignment that adds to what was there: to a map, a
// slice or a number. What is merely set may well be made at its first use.
func (p *pass) accumulates(n *ast.AssignStmt, i int) bool {
	if n.Tok != token.ASSIGN || p.isMapElement(n.Lhs[i]) {
		return true
	}
	if len(n.Rhs) != len(n.Lhs) {
		return false
	}
	call, ok := ast.Unparen(n.Rhs[i]).(*ast.CallExpr)
	return ok && p.isBuiltin(call, "append") && types.ExprString(call.Args[0]) == types.ExprString(n.Lhs[i])
}

func (p *pass) isMapElement(e ast.Expr) bool {
	index, ok := ast.Unparen(e).(*ast.IndexExpr)
	if !ok {
		return false
	}
	_, isMap := p.TypesInfo.TypeOf(index.X).Underlying().(*types.Map)
	return isMap
}

func (p *pass) isBuiltin(call *ast.CallExpr, names ...string) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok || len(call.Args) == 0 {
		return false
	}
	b, ok := p.TypesInfo.Uses[id].(*types.Builtin)
	return ok && slices.Contains(names, b.Name())
}

// checkState reports a write to a variable that outlives the request elsewhere.
func (p *pass) checkState(r region, at, e ast.Expr) {
	if p.outlives(p.TypesInfo, r, e) && !p.inCopy(r, e) {
		p.reportState(at, r.of(), e)
	}
}

// inCopy recognizes what a method changes in its copy of the receiver alone.
func (p *pass) inCopy(r region, e ast.Expr) bool {
	if r.sig.Recv() == nil || rootOf(p.TypesInfo, e) != r.sig.Recv() || p.isMapElement(e) {
		return false
	}
	t := p.TypesInfo.TypeOf(e).Underlying()
	_, isMap := t.(*types.Map)
	_, isPointer := types.Unalias(r.sig.Recv().Type()).(*types.Pointer)
	return !isPointer && !isMap
}

func (p *pass) reportState(at ast.Expr, who string, e ast.Expr) {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.IndexExpr:
			e = x.X
			continue
		case *ast.StarExpr:
			e = x.X
			continue
		}
		break
	}
	p.Reportf(at.Pos(), "%s keeps state in %s, which the next request does not see: with CGI each one has its own process; keep it in a file or a database", who, types.ExprString(e))
}

// keptBy returns what a call changes: delete and clear, the methods of sync.Map,
// and those of things that are kept in memory by their name.
func (p *pass) keptBy(call *ast.CallExpr) ast.Expr {
	if p.isBuiltin(call, "delete", "clear") {
		return call.Args[0]
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	selection := p.TypesInfo.Selections[sel]
	if selection == nil || selection.Kind() != types.MethodVal || !keepsState(selection.Recv(), sel.Sel.Name) {
		return nil
	}
	return sel.X
}

// keepsState recognizes methods that write to memory what later requests are to
// read: rate limiters, caches and session stores have no other purpose.
func keepsState(t types.Type, method string) bool {
	named := namedOf(t)
	if named == nil || named.Obj().Pkg() == nil {
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
