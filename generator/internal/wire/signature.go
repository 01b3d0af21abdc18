package wire

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/internal/scan"
	"github.com/cgigen/cgigen/generator/model"
)

// Hints with the accepted forms of a function.
const (
	handlerForms = "a handler is func(http.ResponseWriter, *http.Request), or a constructor that returns H, (H, error), " +
		"(H, func()), (H, func(), error) or the same with func() error, where H has a ServeHTTP method"
	providerForms  = "a provider returns T, (T, error), (T, func()), (T, func(), error) or the same with func() error"
	parameterForms = "without one there are context.Context, *slog.Logger and structs with //cgigen:config"
)

// A callable is a function that a program calls, or a plain handler.
type callable struct {
	of     *scan.Annotation
	plain  bool // func(http.ResponseWriter, *http.Request)
	value  types.Type
	result model.CallResult
	params []parameter
	used   bool // for a provider: a program calls it
}

// A parameter of a callable, at its place in the source: export data has lines
// alone.
type parameter struct {
	typ types.Type
	pos token.Pos
}

// parametersOf joins the types of a function's parameters with their places.
func parametersOf(a *scan.Annotation, fn *types.Func) []parameter {
	var places []token.Pos
	for _, field := range a.Fn.Type.Params.List {
		for _, name := range field.Names {
			places = append(places, name.Pos())
		}
		if len(field.Names) == 0 {
			places = append(places, field.Type.Pos())
		}
	}
	var params []parameter
	for i, v := range slices.Collect(fn.Signature().Params().Variables()) {
		params = append(params, parameter{v.Type(), places[i]})
	}
	return params
}

// checkDeclaration reports a function that a generated program, which is a
// package of its own, cannot call at all.
func checkDeclaration(a *scan.Annotation, r *diag.Reporter) bool {
	name := a.Fn.Name
	switch {
	case a.Source.Ast.Name.Name == "main":
		r.Errorf(a.Pos, "package-main", "//cgigen:%s in package main, which programs cannot import", a.Kind).Hint = "move the function to a folder of its own, with a package name other than main"
	case a.Fn.Recv != nil:
		r.Errorf(name.Pos(), "method", "%s is a method", name.Name).Hint = methodHint(a)
	case !name.IsExported():
		r.Errorf(name.Pos(), "unexported", "%s is not exported, so programs cannot call it", name.Name).Hint = directive.ExportHint(name.Name)
	case a.Fn.Type.TypeParams != nil:
		r.Errorf(name.Pos(), "type-parameters", "%s has type parameters", name.Name).Hint = "write a function that calls it with the types to use"
	case variadic(a.Fn):
		r.Errorf(name.Pos(), "variadic", "%s is variadic", name.Name).Hint = "write a function that calls it with the arguments to use"
	default:
		return true
	}
	return false
}

// methodHint says what to write instead of a method: a program does not know
// how to make the receiver.
func methodHint(a *scan.Annotation) string {
	if a.Kind == directive.HandlerName {
		return "write a function that makes the receiver and returns its method as an http.HandlerFunc"
	}
	return "write a function that makes the receiver and calls the method"
}

func variadic(fn *ast.FuncDecl) bool {
	params := fn.Type.Params.List
	if len(params) == 0 {
		return false
	}
	_, is := params[len(params)-1].Type.(*ast.Ellipsis)
	return is
}

// checkHandler takes the function of a //cgigen:handler apart.
func checkHandler(a *scan.Annotation, fn *types.Func, r *diag.Reporter) (*callable, bool) {
	sig := fn.Signature()
	c := &callable{of: a, params: parametersOf(a, fn)}
	if isServeHTTP(sig) {
		c.plain, c.params = true, nil
		return c, true
	}
	var ok bool
	c.value, c.result, ok = splitResults(sig.Results())
	if !ok || !serves(c.value) {
		if almost, is := almostPlainOf(a.Fn.Name.Name, sig); is && !load.HasInvalid(sig.Results()) && !load.HasInvalid(sig.Params()) {
			r.Errorf(a.Fn.Name.Pos(), "handler-form", "%s %s", a.Fn.Name.Name, almost.what).Hint = almost.hint
			return c, false
		}
	}
	if !ok {
		if !load.HasInvalid(sig.Results()) {
			r.Errorf(a.Fn.Name.Pos(), "handler-results", "%s returns %s", a.Fn.Name.Name, load.DescribeResults(sig)).Hint = handlerForms
		}
		return c, false
	}
	return c, checkServes(a, c.value, r)
}

// checkServes reports a value that is not an http.Handler.
func checkServes(a *scan.Annotation, value types.Type, r *diag.Reporter) bool {
	switch {
	case load.IsInvalid(value):
		return false
	case serves(value):
		return true
	}
	d := r.Errorf(a.Fn.Name.Pos(), "handler-results", "%s returns %s, which has no method ServeHTTP(http.ResponseWriter, *http.Request)", a.Fn.Name.Name, load.ShortType(value))
	switch sig, isFunc := value.Underlying().(*types.Signature); {
	case serves(types.NewPointer(value)):
		d.Hint = "return a pointer: *" + load.ShortType(value) + " has it"
	case isFunc && isServeHTTP(sig):
		d.Hint = "return http.Handler, and convert the function with http.HandlerFunc"
	default:
		d.Hint = handlerForms
	}
	return false
}

// splitResults takes T, (T, error), (T, func()) and (T, func(), error) apart,
// and the same with func() error.
func splitResults(results *types.Tuple) (types.Type, model.CallResult, bool) {
	list := slices.Collect(results.Variables())
	var r model.CallResult
	if n := len(list); n > 1 && load.IsError(list[n-1].Type()) {
		r.Error, list = true, list[:n-1]
	}
	if n := len(list); n == 2 {
		if r.Cleanup = cleanupForm(list[1].Type()); r.Cleanup == model.NoCleanup {
			return nil, r, false
		}
		list = list[:1]
	}
	if len(list) != 1 || load.IsError(list[0].Type()) {
		return nil, r, false
	}
	return list[0].Type(), r, true
}

// cleanupForm also takes named function types, such as context.CancelFunc.
func cleanupForm(t types.Type) model.Cleanup {
	sig, ok := t.Underlying().(*types.Signature)
	switch {
	case !ok || sig.Params().Len() > 0:
		return model.NoCleanup
	case sig.Results().Len() == 0:
		return model.CleanupFunc
	case sig.Results().Len() == 1 && load.IsError(sig.Results().At(0).Type()):
		return model.CleanupErrorFunc
	}
	return model.NoCleanup
}

// serves reports whether a type's method set has ServeHTTP as http.Handler wants
// it.
func serves(t types.Type) bool {
	m := types.NewMethodSet(t).Lookup(nil, "ServeHTTP")
	if m == nil {
		return false
	}
	fn, ok := m.Obj().(*types.Func)
	return ok && isServeHTTP(fn.Signature())
}

// isServeHTTP recognises func(http.ResponseWriter, *http.Request). The types
// are told by their names: the package of the handler need not import net/http.
func isServeHTTP(sig *types.Signature) bool {
	params := sig.Params()
	if params.Len() != 2 || sig.Results().Len() > 0 || sig.Variadic() || sig.TypeParams() != nil {
		return false
	}
	pointer, ok := types.Unalias(params.At(1).Type()).(*types.Pointer)
	return ok && load.IsNamed(params.At(0).Type(), "net/http", "ResponseWriter") && load.IsNamed(pointer.Elem(), "net/http", "Request")
}
