package load

import (
	"go/types"
	"slices"
	"strings"
)

func IsNamed(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path && named.Obj().Name() == name
}

func IsContext(t types.Type) bool { return IsNamed(t, "context", "Context") }

func IsLogger(t types.Type) bool {
	pointer, ok := types.Unalias(t).(*types.Pointer)
	return ok && IsNamed(pointer.Elem(), "log/slog", "Logger")
}

func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// IsInvalid recognizes a type that the compiler has already complained about, as a
// whole or in part.
func IsInvalid(t types.Type) bool {
	return strings.Contains(t.String(), types.Typ[types.Invalid].String())
}

func HasInvalid(tuple *types.Tuple) bool {
	return slices.ContainsFunc(slices.Collect(tuple.Variables()), func(v *types.Var) bool { return IsInvalid(v.Type()) })
}

func DescribeResults(sig *types.Signature) string {
	switch sig.Results().Len() {
	case 0:
		return "nothing"
	case 1:
		return ShortType(sig.Results().At(0).Type())
	}
	types := make([]string, sig.Results().Len())
	for i := range types {
		types[i] = ShortType(sig.Results().At(i).Type())
	}
	return "(" + strings.Join(types, ", ") + ")"
}

// ShortType writes a type with the names of packages, as in source code.
func ShortType(t types.Type) string {
	return types.TypeString(t, (*types.Package).Name)
}

func Dereferenced(t types.Type) types.Type {
	if pointer, ok := types.Unalias(t).(*types.Pointer); ok {
		return pointer.Elem()
	}
	return t
}
