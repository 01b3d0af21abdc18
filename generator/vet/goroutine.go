package vet

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// goroutineAnalyzer finds go statements in functions that wait for nothing.
// With CGI the process ends with the response, and the goroutine with it.
func goroutineAnalyzer() *analysis.Analyzer {
	return newAnalyzer("cgigengoroutine", "find goroutines that nobody waits for: the process ends with the response", func(p *pass) {
		for _, r := range p.regions {
			if r.role != serving {
				continue // what a constructor starts may well serve the handler
			}
			var started []ast.Node
			waits := false
			p.walk(r, func(n ast.Node) bool {
				if begins := p.begins(n); begins != nil {
					started = append(started, begins)
				}
				if _, ok := n.(*ast.GoStmt); ok {
					return false // what the goroutine itself waits for does not count
				}
				waits = waits || p.waitsHere(n)
				return true
			})
			if waits {
				continue
			}
			for _, n := range started {
				p.Reportf(n.Pos(), "the goroutine in %s may outlive the request, and with CGI the process ends then: wait for it, or do the work before the response", r.of())
			}
		}
	})
}

// begins returns the node if it starts something that goes on by itself. A
// goroutine that ends with a context, and a timer that somebody keeps, do not.
func (p *pass) begins(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.GoStmt:
		if !p.endsWithContext(n.Call) {
			return n
		}
	case *ast.ExprStmt:
		if call, ok := n.X.(*ast.CallExpr); ok {
			if pkg, name := called(p.TypesInfo, call); pkg == "time" && name == "AfterFunc" || pkg == "sync" && name == "WaitGroup.Go" {
				return n
			}
		}
	}
	return nil
}

// endsWithContext recognizes a goroutine that receives from a context's Done.
func (p *pass) endsWithContext(call *ast.CallExpr) bool {
	ends := false
	ast.Inspect(call, func(n ast.Node) bool {
		if done, ok := n.(*ast.CallExpr); ok {
			pkg, name := called(p.TypesInfo, done)
			ends = ends || pkg == "context" && name == "Context.Done"
		}
		return !ends
	})
	return ends
}

// waitsHere recognizes what a function does when it waits: receive, select, read
// from a pipe, or call something named Wait.
func (p *pass) waitsHere(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.UnaryExpr:
		return n.Op == token.ARROW
	case *ast.SelectStmt:
		return true
	case *ast.RangeStmt:
		_, isChan := p.TypesInfo.TypeOf(n.X).Underlying().(*types.Chan)
		return isChan
	case *ast.CallExpr:
		if pkg, name := called(p.TypesInfo, n); pkg == "io" && name == "Pipe" {
			return true
		}
		sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Wait"
	}
	return false
}
