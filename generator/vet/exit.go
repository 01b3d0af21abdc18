package vet

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// exitAnalyzer finds what ends the process, and with it the response and the
// clean-ups.
func exitAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigenexit", "find what ends the process in the middle of a response", func(p *pass) {
		for _, r := range p.regions {
			p.walk(r, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ExprStmt:
					if call, ok := n.X.(*ast.CallExpr); ok {
						p.checkExit(r, n, call)
					}
				case *ast.DeferStmt:
					p.checkExit(r, n, n.Call)
				}
				return true
			})
		}
	})
}

func (p *pass) checkExit(r region, stmt ast.Stmt, call *ast.CallExpr) {
	pkg, name := called(p.TypesInfo, call)
	if !exits(pkg, name) {
		return
	}
	instead := "answer with http.Error, or panic: both leave a proper response"
	if r.role == constructing {
		instead = "return the error: the runtime answers with 500 and logs it"
	}
	d := analysis.Diagnostic{
		Pos: call.Pos(), End: call.End(),
		Message: lastElement(pkg) + "." + name + " in " + r.of() + " skips clean-ups and cuts the response off: " + instead,
	}
	if fix := p.fixExit(r, stmt, call, pkg, name); fix != "" {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "Write " + fix,
			TextEdits: []analysis.TextEdit{{Pos: stmt.Pos(), End: stmt.End(), NewText: []byte(fix)}},
		}}
	}
	p.Report(d)
}

func exits(pkg, name string) bool {
	switch pkg {
	case "os":
		return name == "Exit"
	case "log":
		return strings.HasPrefix(name, "Fatal") || strings.HasPrefix(name, "Logger.Fatal")
	case "syscall":
		return name == "Exit"
	}
	return false
}

// fixExit returns the statement that does what was meant, where that is certain:
// log.Fatal(err) in a constructor that returns an error.
func (p *pass) fixExit(r region, stmt ast.Stmt, call *ast.CallExpr, pkg, name string) string {
	_, isExpr := stmt.(*ast.ExprStmt)
	results := r.sig.Results()
	if !isExpr || pkg != "log" || name != "Fatal" && name != "Fatalln" || r.role != constructing || len(call.Args) != 1 || results.Len() == 0 || p.inLiteral(r, call) {
		return ""
	}
	last := results.At(results.Len() - 1).Type()
	errorType := types.Universe.Lookup("error").Type()
	id, ok := ast.Unparen(call.Args[0]).(*ast.Ident)
	if !ok || !types.Identical(last, errorType) || !types.Identical(p.TypesInfo.TypeOf(id), errorType) {
		return ""
	}
	values := make([]string, results.Len())
	for i := range results.Len() - 1 {
		if !nillable(results.At(i).Type()) {
			return ""
		}
		values[i] = "nil"
	}
	values[len(values)-1] = id.Name
	return "return " + strings.Join(values, ", ")
}

func nillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Signature, *types.Map, *types.Slice, *types.Chan:
		return true
	}
	return false
}

// inLiteral reports whether a node stands in a function literal of a region.
func (p *pass) inLiteral(r region, node ast.Node) bool {
	inside := false
	ast.Inspect(r.body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() <= node.Pos() && node.End() <= lit.End() {
			inside = true
		}
		return !inside
	})
	return inside
}
