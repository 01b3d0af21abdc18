package vet

import (
	"go/ast"
	"go/types"
)

// checkStores reports methods that keep state in what a provider makes: stores
// of sessions, counts of visitors. A method that takes a request or a context
// is called while the program answers, and puts into a map of its receiver what
// another method is to find. One that looks into the map as well only spares
// this request the same work twice, which is fine.
func (p *pass) checkStores() {
	provided := p.provided()
	for _, file := range p.files {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Body == nil || !fn.Name.IsExported() || p.isRegion(fn) {
				continue
			}
			method, ok := p.TypesInfo.Defs[fn.Name].(*types.Func)
			if ok && provided[receiverType(method.Signature())] && ofRequest(method.Signature()) {
				p.checkStore(fn, method.Signature().Recv())
			}
		}
	}
}

// ofRequest recognizes a function that is called while a request is answered.
func ofRequest(sig *types.Signature) bool {
	for v := range sig.Params().Variables() {
		if named := namedOf(v.Type()); named != nil && named.Obj().Pkg() != nil {
			switch named.Obj().Pkg().Path() + "." + named.Obj().Name() {
			case "context.Context", "net/http.Request", "net/http.ResponseWriter":
				return true
			}
		}
	}
	return false
}

// provided returns the types of the package that its providers make.
func (p *pass) provided() map[*types.TypeName]bool {
	found := map[*types.TypeName]bool{}
	for _, r := range p.regions {
		fn, ok := r.node.(*ast.FuncDecl)
		if !ok || directive(fn.Doc) != "provide" || r.sig.Results().Len() == 0 {
			continue
		}
		if named := namedOf(r.sig.Results().At(0).Type()); named != nil {
			found[named.Origin().Obj()] = true
		}
	}
	return found
}

// isRegion recognizes a function that a handler calls, which is looked at anyway.
func (p *pass) isRegion(fn *ast.FuncDecl) bool {
	for _, r := range p.regions {
		if r.node == fn && r.role == serving {
			return true
		}
	}
	return false
}

func (p *pass) checkStore(fn *ast.FuncDecl, recv *types.Var) {
	var writes []ast.Expr
	written, read := map[ast.Expr]bool{}, map[string]bool{}
	write := func(e ast.Expr) {
		if index, ok := ast.Unparen(e).(*ast.IndexExpr); ok && p.isMapElement(e) && rootOf(p.TypesInfo, e) == recv {
			writes = append(writes, index.X)
			written[index] = true
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				write(left)
			}
		case *ast.IncDecStmt:
			write(n.X)
		case *ast.IndexExpr:
			if !written[n] {
				read[types.ExprString(n.X)] = true
			}
		}
		return true
	})
	for _, e := range writes {
		if !read[types.ExprString(e)] {
			p.reportState(e, fn.Name.Name, e)
		}
	}
}

func receiverType(sig *types.Signature) *types.TypeName {
	if named := namedOf(sig.Recv().Type()); named != nil {
		return named.Origin().Obj()
	}
	return nil
}

// namedOf returns a named type, also behind a pointer.
func namedOf(t types.Type) *types.Named {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, _ := types.Unalias(t).(*types.Named)
	return named
}
