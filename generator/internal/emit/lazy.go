package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/cgigen/cgigen/generator/model"
)

// emitLazy writes, for a value that is made at its first use,
//
//	lazyRepository := runtime.Lazy(func() (*users.Repository, error) {
//		db, err := lazyDB()
//		if err != nil {
//			return nil, err
//		}
//		repository, repositoryCleanup, err := users.NewRepository(db)
//		if err != nil {
//			return nil, fmt.Errorf("users.NewRepository: %w", err)
//		}
//		app.Cleanup(repositoryCleanup)
//		return repository, nil
//	})
//
// A call that returns the value alone stands in the return statement.
func emitLazy(steps []model.Step, i int, n names) *jen.Statement {
	s := steps[i]
	maker := emitMaker(s).BlockFunc(func(g *jen.Group) {
		for _, a := range s.Args {
			if a.Kind == model.StepArg && !a.Lazy && steps[a.Step].Lazy {
				g.List(jen.Id(n.values[a.Step]), jen.Err()).Op(":=").Id(n.lazies[a.Step]).Call()
				g.If(jen.Err().Op("!=").Nil()).Block(jen.Return(emitZero(s), jen.Err()))
			}
		}
		if s.Result == (model.CallResult{}) {
			g.Return(emitCallee(s, steps, n), jen.Nil())
			return
		}
		emitCall(g, steps, i, n, emitZero(s))
		g.Return(jen.Id(n.values[i]), jen.Nil())
	})
	return jen.Id(n.lazies[i]).Op(":=").Qual(model.RuntimePath, "Lazy").Call(maker)
}

// emitMaker writes, without a body,
//
//	func() (*sql.DB, error)
func emitMaker(s model.Step) *jen.Statement {
	return jen.Func().Params().Params(emitType(*s.Expr), jen.Error())
}

// emitType writes a type.
func emitType(t model.TypeExpr) *jen.Statement {
	written := jen.Null()
	for _, part := range t.Parts {
		if part.Symbol.Package != "" {
			written.Qual(part.Symbol.Package, part.Symbol.Name)
		} else {
			written.Op(part.Text)
		}
	}
	return written
}

// emitZero writes the zero value of a step's type.
func emitZero(s model.Step) *jen.Statement {
	before, after, found := strings.Cut(s.Expr.Zero, "T")
	if !found {
		return jen.Nil()
	}
	return jen.Op(before).Add(emitType(*s.Expr)).Op(after)
}
