package vet

import (
	"go/ast"
	"go/token"
	"go/types"
)

// rootOf returns the variable that an expression is, or is a part of: counters of
// counters["a"], s of s.users; nil if it is neither.
func rootOf(info *types.Info, e ast.Expr) *types.Var {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v, ok := info.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
				return v // of another package
			}
			e = x.X
		case *ast.UnaryExpr:
			if x.Op != token.AND {
				return nil
			}
			e = x.X
		case *ast.Ident:
			v, _ := info.Uses[x].(*types.Var)
			return v
		default:
			return nil
		}
	}
}

func packageLevel(v *types.Var) bool {
	return v != nil && v.Pkg() != nil && v.Parent() == v.Pkg().Scope()
}

// outlives reports whether an expression belongs to a variable that is there
// before and after the request that a region serves: a package's, the receiver
// of a handler, or one of a constructor that a handler within it captures.
func (s *scope) outlives(info *types.Info, r region, e ast.Expr) bool {
	if e == nil {
		return false
	}
	v := rootOf(info, e)
	return packageLevel(v) || v != nil && (r.stays && v == r.sig.Recv() || s.captured(r, v))
}

// captured recognizes a variable that a handler captures from a function that
// serves no request itself.
func (s *scope) captured(r region, v *types.Var) bool {
	if _, literal := r.node.(*ast.FuncLit); !literal || v.IsField() || within(r.node, v) {
		return false
	}
	for _, other := range s.regions {
		if other.role == serving && within(other.node, v) {
			return false
		}
	}
	return true
}

func within(n ast.Node, v *types.Var) bool { return n.Pos() <= v.Pos() && v.Pos() < n.End() }
