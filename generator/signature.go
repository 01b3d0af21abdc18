package generator

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
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
	*annotation
	plain  bool // func(http.ResponseWriter, *http.Request)
	value  types.Type
	result CallResult
	params []parameter
	used   bool // for a provider: a program calls it
}

// A parameter of a callable, at its place in the source: export data has lines
// alone.
type parameter struct {
	typ types.Type
	pos token.Pos
}

// parameters joins the types of a function's parameters with their places.
func (a *annotation) parameters(fn *types.Func) []parameter {
	var places []token.Pos
	for _, field := range a.fn.Type.Params.List {
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
func (a *annotation) checkDeclaration(r *reporter) bool {
	name := a.fn.Name
	switch {
	case a.source.ast.Name.Name == "main":
		r.errorf(a.pos, "package-main", "//cgigen:%s in package main, which programs cannot import", a.kind).Hint = "move the function to a folder of its own, with a package name other than main"
	case a.fn.Recv != nil:
		r.errorf(name.Pos(), "method", "%s is a method", name.Name).Hint = a.methodHint()
	case !name.IsExported():
		r.errorf(name.Pos(), "unexported", "%s is not exported, so that programs cannot call it", name.Name).Hint = exportHint(name.Name)
	case a.fn.Type.TypeParams != nil:
		r.errorf(name.Pos(), "type-parameters", "%s has type parameters", name.Name).Hint = "write a function that calls it with the types to use"
	case variadic(a.fn):
		r.errorf(name.Pos(), "variadic", "%s is variadic", name.Name).Hint = "write a function that calls it with the arguments to use"
	default:
		return true
	}
	return false
}

// methodHint says what to write instead of a method: a program does not know
// how to make the receiver.
func (a *annotation) methodHint() string {
	if a.kind == handlerName {
		return "write a function that makes the receiver and returns its method as an http.HandlerFunc"
	}
	return "write a function that makes the receiver and calls the method"
}

func exportHint(name string) string {
	if trimmed := strings.TrimLeft(name, "_"); trimmed != "" && ast.IsExported(strings.ToUpper(trimmed[:1])+trimmed[1:]) {
		return "rename it to " + strings.ToUpper(trimmed[:1]) + trimmed[1:]
	}
	return "give it a name that begins with a capital letter"
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
func (a *annotation) checkHandler(fn *types.Func, r *reporter) (*callable, bool) {
	sig := fn.Signature()
	c := &callable{annotation: a, params: a.parameters(fn)}
	if isServeHTTP(sig) {
		c.plain, c.params = true, nil
		return c, true
	}
	var ok bool
	c.value, c.result, ok = splitResults(sig.Results())
	if !ok || !serves(c.value) {
		if almost, is := almostPlainOf(a.fn.Name.Name, sig); is && !hasInvalid(sig.Results()) && !hasInvalid(sig.Params()) {
			r.errorf(a.fn.Name.Pos(), "handler-form", "%s %s", a.fn.Name.Name, almost.what).Hint = almost.hint
			return c, false
		}
	}
	if !ok {
		if !hasInvalid(sig.Results()) {
			r.errorf(a.fn.Name.Pos(), "handler-results", "%s returns %s", a.fn.Name.Name, describeResults(sig)).Hint = handlerForms
		}
		return c, false
	}
	return c, a.checkServes(c.value, r)
}

// checkServes reports a value that is no http.Handler.
func (a *annotation) checkServes(value types.Type, r *reporter) bool {
	switch {
	case isInvalid(value):
		return false
	case serves(value):
		return true
	}
	d := r.errorf(a.fn.Name.Pos(), "handler-results", "%s returns %s, which has no method ServeHTTP(http.ResponseWriter, *http.Request)", a.fn.Name.Name, shortType(value))
	switch sig, isFunc := value.Underlying().(*types.Signature); {
	case serves(types.NewPointer(value)):
		d.Hint = "return a pointer: *" + shortType(value) + " has it"
	case isFunc && isServeHTTP(sig):
		d.Hint = "return http.Handler, and convert the function with http.HandlerFunc"
	default:
		d.Hint = handlerForms
	}
	return false
}

// splitResults takes T, (T, error), (T, func()) and (T, func(), error) apart,
// and the same with func() error.
func splitResults(results *types.Tuple) (types.Type, CallResult, bool) {
	list := slices.Collect(results.Variables())
	var r CallResult
	if n := len(list); n > 1 && isError(list[n-1].Type()) {
		r.Error, list = true, list[:n-1]
	}
	if n := len(list); n == 2 {
		if r.Cleanup = cleanupForm(list[1].Type()); r.Cleanup == NoCleanup {
			return nil, r, false
		}
		list = list[:1]
	}
	if len(list) != 1 || isError(list[0].Type()) {
		return nil, r, false
	}
	return list[0].Type(), r, true
}

// cleanupForm also takes named function types, such as context.CancelFunc.
func cleanupForm(t types.Type) Cleanup {
	sig, ok := t.Underlying().(*types.Signature)
	switch {
	case !ok || sig.Params().Len() > 0:
		return NoCleanup
	case sig.Results().Len() == 0:
		return CleanupFunc
	case sig.Results().Len() == 1 && isError(sig.Results().At(0).Type()):
		return CleanupErrorFunc
	}
	return NoCleanup
}

// serves tells whether a type's method set has ServeHTTP as http.Handler wants
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
	return ok && isNamed(params.At(0).Type(), "net/http", "ResponseWriter") && isNamed(pointer.Elem(), "net/http", "Request")
}

func isNamed(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path && named.Obj().Name() == name
}

func isContext(t types.Type) bool { return isNamed(t, "context", "Context") }

func isLogger(t types.Type) bool {
	pointer, ok := types.Unalias(t).(*types.Pointer)
	return ok && isNamed(pointer.Elem(), "log/slog", "Logger")
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// isInvalid tells a type that the compiler has already complained about, as a
// whole or in part.
func isInvalid(t types.Type) bool {
	return strings.Contains(t.String(), types.Typ[types.Invalid].String())
}

func hasInvalid(tuple *types.Tuple) bool {
	return slices.ContainsFunc(slices.Collect(tuple.Variables()), func(v *types.Var) bool { return isInvalid(v.Type()) })
}

func describeResults(sig *types.Signature) string {
	switch sig.Results().Len() {
	case 0:
		return "nothing"
	case 1:
		return shortType(sig.Results().At(0).Type())
	}
	types := make([]string, sig.Results().Len())
	for i := range types {
		types[i] = shortType(sig.Results().At(i).Type())
	}
	return "(" + strings.Join(types, ", ") + ")"
}

// shortType writes a type with the names of packages, as in source code.
func shortType(t types.Type) string {
	return types.TypeString(t, (*types.Package).Name)
}
