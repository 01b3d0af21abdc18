package vet

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/types/typeutil"
)

// keepers are methods that put something into a map or a slice of their
// receiver: by their full name, and where they put it. What calls them may be in
// another package.
type keepers map[string]string

// findKeepers looks at the methods of packages.
func findKeepers(loaded []*packages.Package) keepers {
	found := keepers{}
	for _, p := range loaded {
		pass := &pass{&analysis.Pass{Fset: p.Fset, Pkg: p.Types, TypesInfo: p.TypesInfo}, &scope{}}
		methods, provided := map[*types.Func]*ast.FuncDecl{}, map[*types.TypeName]bool{}
		for _, file := range p.Syntax {
			for _, decl := range file.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				obj, ok := p.TypesInfo.Defs[fn.Name].(*types.Func)
				switch {
				case !ok:
				case fn.Recv != nil:
					methods[obj] = fn
				case directive(fn.Doc) == "provide" && obj.Signature().Results().Len() > 0:
					if named := namedOf(obj.Signature().Results().At(0).Type()); named != nil {
						provided[named.Origin().Obj()] = true
					}
				}
			}
		}
		for method := range methods {
			if provided[receiverType(method.Signature())] && ofRequest(method.Signature()) {
				continue // checkStores reports it where it is declared
			}
			k := keeping{pass: pass, methods: methods, seen: map[*types.Func]bool{}}
			if where := k.of(method); where != "" {
				found[method.FullName()] = where
			}
		}
	}
	return found
}

// A keeping looks at one method, and at those of the same value that it calls.
type keeping struct {
	pass    *pass
	methods map[*types.Func]*ast.FuncDecl
	seen    map[*types.Func]bool
}

// of returns the field in which a method keeps something, "" if there is none.
func (k keeping) of(method *types.Func) string {
	fn := k.methods[method]
	if fn == nil || k.seen[method] {
		return ""
	}
	k.seen[method] = true
	recv := method.Signature().Recv()
	memoised := k.memoised(fn)
	where := ""
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if kept := k.kept(n, i, left); kept != nil && !inCopy(k.pass.TypesInfo, recv, left) && rootOf(k.pass.TypesInfo, kept) == recv && !memoised[types.ExprString(kept)] {
					where = types.ExprString(kept)
				}
			}
		case *ast.IncDecStmt:
			if index, ok := ast.Unparen(n.X).(*ast.IndexExpr); ok && k.pass.isMapElement(n.X) && rootOf(k.pass.TypesInfo, n.X) == recv {
				where = types.ExprString(index.X)
			}
		case *ast.CallExpr:
			if isOnce(k.pass.TypesInfo, n) {
				return false
			}
			callee := origin(typeutil.StaticCallee(k.pass.TypesInfo, n))
			if x := receiver(n); where == "" && callee != nil && x != nil && rootOf(k.pass.TypesInfo, x) == recv {
				where = k.of(callee)
			}
		}
		return where == ""
	})
	return where
}

// kept returns the map or the slice that an assignment adds to, nil if there is
// none.
func (k keeping) kept(n *ast.AssignStmt, i int, left ast.Expr) ast.Expr {
	if k.pass.isMapElement(left) {
		return ast.Unparen(left).(*ast.IndexExpr).X
	}
	if _, field := ast.Unparen(left).(*ast.SelectorExpr); !field || len(n.Rhs) != len(n.Lhs) {
		return nil
	}
	if call, ok := ast.Unparen(n.Rhs[i]).(*ast.CallExpr); ok && k.pass.isBuiltin(call, "append") && k.pass.accumulates(n, i) {
		return left
	}
	return nil
}

// memoised returns the maps that a method looks into, as it does before it does
// work for the first time. Adding to an element is no such look.
func (k keeping) memoised(fn *ast.FuncDecl) map[string]bool {
	read, skip := map[string]bool{}, map[ast.Expr]bool{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if index, ok := ast.Unparen(left).(*ast.IndexExpr); ok {
					skip[index] = true
					if len(n.Rhs) == len(n.Lhs) {
						skipSame(n.Rhs[i], index, skip)
					}
				}
			}
		case *ast.IndexExpr:
			if !skip[n] {
				read[types.ExprString(n.X)] = true
			}
		}
		return true
	})
	return read
}

// skipSame leaves out the element itself in what is assigned to it.
func skipSame(e ast.Expr, element *ast.IndexExpr, skip map[ast.Expr]bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if index, ok := n.(*ast.IndexExpr); ok && types.ExprString(index) == types.ExprString(element) {
			skip[index] = true
		}
		return true
	})
}

func isOnce(info *types.Info, call *ast.CallExpr) bool {
	pkg, name := called(info, call)
	return pkg == "sync" && name == "Once.Do"
}

// checkKeepers reports calls, while a request is answered, of what keeps
// something in another package.
func (p *pass) checkKeepers(known keepers) {
	for _, r := range p.regions {
		if r.role != serving {
			continue
		}
		p.walk(r, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			callee := origin(typeutil.StaticCallee(p.TypesInfo, call))
			if callee == nil || callee.Pkg() == p.Pkg || callee.Signature().Recv() == nil {
				return true
			}
			if where := known[callee.FullName()]; where != "" && p.outlives(p.TypesInfo, r, receiver(call)) {
				p.Reportf(call.Pos(), "%s calls %s of package %s, which keeps state in %s, and the next request does not see it: with CGI each one has its own process; keep it in a file or a database",
					r.of(), callee.Name(), callee.Pkg().Name(), where)
			}
			return true
		})
	}
}

// inCopy recognizes a field that a method without a pointer changes in its copy of
// the receiver alone.
func inCopy(info *types.Info, recv *types.Var, e ast.Expr) bool {
	_, field := ast.Unparen(e).(*ast.SelectorExpr)
	_, pointer := types.Unalias(recv.Type()).(*types.Pointer)
	return field && !pointer && rootOf(info, e) == recv
}
