package envconfig

import (
	"go/token"
	"go/types"

	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/model"
)

// A scalar is a type that is parsed from one text.
type scalar struct {
	parser string     // function of runtime/config
	typ    types.Type // without the alias
}

// A shape is how the value of a field is taken apart.
type shape struct {
	form  model.FieldForm
	value scalar
	key   scalar // MapForm
}

// shapeOf returns the shape of a field's type, or a hint what to use instead.
func shapeOf(t types.Type) (shape, string) {
	t = types.Unalias(t)
	if s, hint := scalarOf(t); hint == "" {
		return shape{form: model.ScalarForm, value: s}, ""
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		s, hint := scalarOf(u.Elem())
		switch u.Elem().Underlying().(type) {
		case *types.Slice, *types.Map:
			if hint != "" {
				hint = "a slice or a map needs no pointer: it is nil without a value"
			}
		}
		return shape{form: model.PointerForm, value: s}, hint
	case *types.Slice:
		return sliceShape(u)
	case *types.Map:
		return mapShape(u)
	}
	_, hint := scalarOf(t)
	return shape{}, hint
}

func sliceShape(t *types.Slice) (shape, string) {
	if basic, ok := types.Unalias(t.Elem()).(*types.Basic); ok && basic.Kind() == types.Byte {
		return shape{}, "use string, or a type with UnmarshalText that says how the bytes are written"
	}
	s, hint := elementOf(t.Elem())
	return shape{form: model.SliceForm, value: s}, hint
}

func mapShape(t *types.Map) (shape, string) {
	key, hint := elementOf(t.Key())
	if hint != "" {
		return shape{}, hint
	}
	value, hint := elementOf(t.Elem())
	return shape{form: model.MapForm, key: key, value: value}, hint
}

// elementOf is scalarOf for what a slice or a map holds.
func elementOf(t types.Type) (scalar, string) {
	s, hint := scalarOf(t)
	if hint == "" {
		return s, ""
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		if _, elemHint := scalarOf(u.Elem()); elemHint == "" {
			return s, "use " + load.ShortType(u.Elem()) + " as the element instead of a pointer to it"
		}
	case *types.Struct:
		return s, "write a field for each value, or give " + load.ShortType(t) + " an UnmarshalText method"
	case *types.Slice, *types.Map:
		return s, "one value cannot hold lists in a list: use a named type with UnmarshalText"
	}
	return s, hint
}

// scalarOf returns the parser of a type, or a hint what to use instead. As in
// caarlos0/env, UnmarshalText goes before everything else.
func scalarOf(t types.Type) (scalar, string) {
	t = types.Unalias(t)
	if unmarshalsText(t) {
		return scalar{"Text", t}, ""
	}
	switch qualifiedName(t) {
	case "net/url.URL":
		return scalar{"URL", t}, ""
	case "time.Duration":
		return scalar{"Duration", t}, ""
	case "time.Location":
		return scalar{"Location", t}, ""
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		if parser := basicParser(u); parser != "" {
			return scalar{parser, t}, ""
		}
		return scalar{}, "use a number, a string, a bool, or a type with UnmarshalText"
	case *types.Struct:
		return scalar{}, "give its fields env tags and this one envPrefix instead of env, or give the type an UnmarshalText method"
	case *types.Array:
		return scalar{}, "use a slice"
	case *types.Pointer:
		return scalar{}, "use one pointer at most, to a type that can be loaded without it"
	}
	return scalar{}, "use a string, a bool, a number, time.Duration, time.Location, url.URL, a type with UnmarshalText, or a pointer, slice or map of them"
}

func basicParser(b *types.Basic) string {
	switch info := b.Info(); {
	case info&types.IsString != 0:
		return "String"
	case info&types.IsBoolean != 0:
		return "Bool"
	case b.Kind() == types.Uintptr:
		return ""
	case info&types.IsUnsigned != 0:
		return "Uint"
	case info&types.IsInteger != 0:
		return "Int"
	case info&types.IsFloat != 0:
		return "Float"
	}
	return ""
}

// unmarshalsText reports whether *T has the method of encoding.TextUnmarshaler.
func unmarshalsText(t types.Type) bool {
	if types.IsInterface(t) {
		return false
	}
	if _, pointer := t.Underlying().(*types.Pointer); pointer {
		return false
	}
	bytes := types.NewSlice(types.Typ[types.Byte])
	params := types.NewTuple(types.NewVar(token.NoPos, nil, "", bytes))
	results := types.NewTuple(types.NewVar(token.NoPos, nil, "", types.Universe.Lookup("error").Type()))
	want := types.NewSignatureType(nil, nil, nil, params, results, false)
	method := types.NewFunc(token.NoPos, nil, "UnmarshalText", want)
	unmarshaler := types.NewInterfaceType([]*types.Func{method}, nil).Complete()
	return types.Implements(types.NewPointer(t), unmarshaler)
}

// qualifiedName is "import/path.Name" for a named type and "" for others.
func qualifiedName(t types.Type) string {
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil {
		return ""
	}
	return named.Obj().Pkg().Path() + "." + named.Obj().Name()
}
