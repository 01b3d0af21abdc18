package vet

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// A role says when a function runs.
type role int

const (
	serving      role = iota // for a request
	constructing             // before the first one
)

// A region is the body of a function that a program runs, and when it does.
type region struct {
	role  role
	node  ast.Node // the declaration or literal
	body  *ast.BlockStmt
	sig   *types.Signature
	name  string // of the function, or of the one around a literal
	root  string // the handler or constructor that leads there, if it is another function
	stays bool   // its receiver is there before and after the request
}

// A scope is the part of a package that programs run.
type scope struct {
	regions []region
	files   []*ast.File // without tests and generated ones
}

// newScope finds what programs run in a package, nil if that is nothing.
func newScope(p *analysis.Pass, all bool) *scope {
	s := &scope{}
	for _, file := range p.Files {
		if !isTestFile(p.Fset, file) && !ast.IsGenerated(file) {
			s.files = append(s.files, file)
		}
	}
	if !all && !slices.ContainsFunc(s.files, hasDirective) {
		return nil
	}
	f := finder{pass: p, scope: s, functions: map[*types.Func]*ast.FuncDecl{}, seen: map[ast.Node]bool{}}
	f.find()
	return s
}

func isTestFile(fset *token.FileSet, file *ast.File) bool {
	name := fset.Position(file.FileStart).Filename
	return len(name) > 8 && name[len(name)-8:] == "_test.go"
}

func hasDirective(file *ast.File) bool {
	return slices.ContainsFunc(file.Comments, func(group *ast.CommentGroup) bool { return directive(group) != "" })
}

// directive returns the name of the first //cgigen: directive of a comment.
func directive(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	for _, c := range group.List {
		if d, ok := ast.ParseDirective(c.Slash, c.Text); ok && d.Tool == "cgigen" {
			return d.Name
		}
	}
	return ""
}

// A finder collects the regions of a scope.
type finder struct {
	pass      *analysis.Pass
	scope     *scope
	functions map[*types.Func]*ast.FuncDecl
	seen      map[ast.Node]bool
}

func (f *finder) find() {
	var declarations []*ast.FuncDecl
	for _, file := range f.scope.files {
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				declarations = append(declarations, fn)
				if obj, ok := f.pass.TypesInfo.Defs[fn.Name].(*types.Func); ok {
					f.functions[obj] = fn
				}
			}
		}
	}
	for _, fn := range declarations {
		if obj, ok := f.pass.TypesInfo.Defs[fn.Name].(*types.Func); ok && isHandler(obj.Signature()) {
			f.add(region{role: serving, node: fn, body: fn.Body, sig: obj.Signature(), name: fn.Name.Name, stays: true})
		}
		f.literals(fn)
	}
	for _, fn := range declarations {
		switch directive(fn.Doc) {
		case "handler", "provide", "middleware":
			if obj, ok := f.pass.TypesInfo.Defs[fn.Name].(*types.Func); ok {
				f.add(region{role: constructing, node: fn, body: fn.Body, sig: obj.Signature(), name: fn.Name.Name})
			}
		}
	}
}

// literals adds the function literals below a declaration that are handlers.
func (f *finder) literals(fn *ast.FuncDecl) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok {
			if sig, ok := f.pass.TypesInfo.TypeOf(lit).(*types.Signature); ok && isHandler(sig) {
				f.add(region{role: serving, node: lit, body: lit.Body, sig: sig, name: fn.Name.Name})
			}
		}
		return true
	})
}

// add adds a function, and those of the package that it calls.
func (f *finder) add(r region) {
	if f.seen[r.node] {
		return
	}
	f.seen[r.node] = true
	f.scope.regions = append(f.scope.regions, r)
	root := cmp.Or(r.root, r.name)
	ast.Inspect(r.body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && f.seen[lit] {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok {
			callee := typeutil.StaticCallee(f.pass.TypesInfo, call)
			if fn := f.functions[origin(callee)]; fn != nil {
				stays := f.scope.outlives(f.pass.TypesInfo, r, receiver(call))
				f.add(region{role: r.role, node: fn, body: fn.Body, sig: callee.Signature(), name: fn.Name.Name, root: root, stays: stays})
			}
		}
		return true
	})
}

// receiver returns x of a call x.f(), nil of others.
func receiver(call *ast.CallExpr) ast.Expr {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

func origin(fn *types.Func) *types.Func {
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// walk visits the nodes of a region, without handlers within it: those are
// regions of their own.
func (s *scope) walk(r region, visit func(ast.Node) bool) {
	ast.Inspect(r.body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && slices.ContainsFunc(s.regions, func(other region) bool { return other.body == lit.Body }) {
			return false
		}
		return visit(n)
	})
}

// of describes whose code it is, for a message.
func (r region) of() string {
	if r.root != "" {
		return r.name + " (called by " + r.root + ")"
	}
	return r.name
}

// isHandler recognises func(http.ResponseWriter, *http.Request).
func isHandler(sig *types.Signature) bool {
	params := sig.Params()
	if params.Len() != 2 || sig.Results().Len() > 0 {
		return false
	}
	pointer, ok := types.Unalias(params.At(1).Type()).(*types.Pointer)
	return ok && isNamed(params.At(0).Type(), "net/http", "ResponseWriter") && isNamed(pointer.Elem(), "net/http", "Request")
}

func isNamed(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path && named.Obj().Name() == name
}

// called returns the package and the name of what a call calls: "fmt",
// "Println", or "net/http", "Server.ListenAndServe"; "" if that is not known.
func called(info *types.Info, call *ast.CallExpr) (pkg, name string) {
	fn, ok := typeutil.Callee(info, call).(*types.Func)
	if !ok || fn.Pkg() == nil {
		return "", ""
	}
	name = fn.Name()
	if recv := fn.Signature().Recv(); recv != nil {
		t := recv.Type()
		if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
			t = pointer.Elem()
		}
		if named, ok := types.Unalias(t).(*types.Named); ok {
			name = named.Obj().Name() + "." + name
		}
	}
	return fn.Pkg().Path(), name
}
