// Package envconfig reads a configuration struct into a model.Config: names with their
// prefixes, options, parsers, defaults.
//
//	config, mistakes := envconfig.Read(named, line, positions)
//
// Read config.go, tag.go, type.go (which function of runtime/config parses a type),
// default.go (defaults are checked with the code that will read them), name.go; then
// what helps with mistakes: malformed_tags.go, foreign_tags.go, position.go.
package envconfig

import (
	"go/types"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/internal/load"
	"github.com/cgigen/cgigen/generator/model"
)

// Read flattens the struct type of a //cgigen:config directive. Fields come
// in the order of the declaration, with nested structs in their place. With any
// Diagnostic the Config must not be used.
func Read(named *types.Named, d directive.ConfigLine, at diag.Positions) (*model.Config, diag.List) {
	obj := named.Obj()
	r := &configReader{
		Positions: at,
		tags:      newTagFinder(at, d.Spec),
		config:    &model.Config{Type: model.Symbol{Package: obj.Pkg().Path(), PackageName: obj.Pkg().Name(), Name: obj.Name()}},
	}
	if structure, ok := r.checkType(named); ok {
		sound := r.checkPrefix(d.Prefix)
		r.structFields(structure, place{prefix: d.Prefix.Value, inside: []types.Type{named}})
		if sound {
			r.checkNames()
		}
	}
	return r.config, r.problems
}

// A configReader collects the fields of one configuration struct.
type configReader struct {
	diag.Positions
	tags     *tagFinder
	config   *model.Config
	problems diag.List
}

// A place is a struct within the configuration struct.
type place struct {
	path     []string // selectors that lead there
	prefix   string
	inside   []types.Type // the named structs around it, itself last
	optional string       // of a ConfigField
}

// checkType reports a type that a program cannot name or fill.
func (r *configReader) checkType(named *types.Named) (*types.Struct, bool) {
	obj := named.Obj()
	at := r.At(obj.Pos())
	structure, isStruct := named.Underlying().(*types.Struct)
	switch {
	case obj.Pkg().Name() == "main":
		r.problems.Add(at, "package-main", "//cgigen:config in package main, which programs cannot import").Hint = "move the type to a folder of its own, with a package name other than main"
	case !obj.Exported():
		r.problems.Add(at, "unexported", "%s is not exported, so programs cannot name it", obj.Name()).Hint = directive.ExportHint(obj.Name())
	case named.TypeParams().Len() > 0:
		r.problems.Add(at, "type-parameters", "%s has type parameters", obj.Name()).Hint = "declare a struct with the types to use"
	case !isStruct:
		r.problems.Add(at, "config-no-struct", "%s is not a struct", obj.Name()).Hint = "//cgigen:config belongs to a struct type, whose fields have env tags"
	case !holdsTags(structure, nil):
		r.problems.Add(at, "config-no-tags", "no field of %s has an env tag", obj.Name()).Hint = "name the values to load: `env:\"NAME\"`"
	default:
		return structure, true
	}
	return nil, false
}

// checkPrefix reports a prefix that no name can begin with.
func (r *configReader) checkPrefix(prefix directive.Text) bool {
	if prefix.Given() && !validEnvName(prefix.Value) {
		r.problems.Add(r.At(prefix.Pos), "config-prefix", "no name can begin with %q", prefix.Value).
			Hint = "names are letters, digits and underscores, without a leading digit: for example prefix=APP_"
		return false
	}
	return true
}

// structFields adds the fields of a struct.
func (r *configReader) structFields(s *types.Struct, in place) {
	for i := range s.NumFields() {
		r.field(s.Field(i), s.Tag(i), in)
	}
}

// field adds one field, or the fields of a nested struct, or reports why not.
func (r *configReader) field(v *types.Var, tag string, in place) {
	t, ok := r.readTag(v, tag)
	if !ok || t.ignored {
		return
	}
	nested, isNested := nestedStruct(v.Type())
	switch {
	case t.name != "":
		r.leaf(v, t, in)
	case isNested && holdsTags(nested, nil):
		r.nested(v, nested, t, in)
	case t.hasPrefix:
		r.reportField(v, "config-env-prefix", "envPrefix on a field that is not a struct with env tags").Hint = "leave it out, or give the fields of the struct env tags"
	case t.given:
		r.reportField(v, "config-no-name", "%s has no environment name", v.Name()).Hint = "write `env:\"" + screamingSnake(v.Name()) + "\"`, or `env:\"-\"` to leave the field alone"
	}
}

// reportField reports something at the tag of a field, or at the field if it has none.
func (r *configReader) reportField(v *types.Var, code, format string, args ...any) *diag.Diagnostic {
	return r.problems.Add(r.tags.position(v), code, format, args...)
}

// nested enters a struct. One behind a pointer is nil while nothing in it is set.
func (r *configReader) nested(v *types.Var, s *types.Struct, t fieldTag, in place) {
	typ := load.Dereferenced(v.Type())
	switch {
	case !v.Exported() && (v.Embedded() || typ == v.Type()):
		r.reportField(v, "config-unexported-field", "%s is not exported, so the tagged fields in it cannot be filled", v.Name()).Hint = "export it, or leave it alone with `env:\"-\"`"
		return
	case !v.Exported():
		return
	case slices.ContainsFunc(in.inside, func(outer types.Type) bool { return types.Identical(outer, typ) }):
		r.reportField(v, "config-recursive", "%s contains itself", load.ShortType(typ)).Hint = "leave the field alone with `env:\"-\"`"
		return
	}
	inner := place{
		path:     append(slices.Clone(in.path), v.Name()),
		prefix:   in.prefix + t.prefix,
		inside:   append(slices.Clone(in.inside), typ),
		optional: in.optional,
	}
	pointer, init := typ != v.Type(), t.options["init"]
	if pointer {
		r.config.Pointers = append(r.config.Pointers, model.ConfigPointer{Path: inner.path, Init: init})
	}
	if pointer && !init {
		inner.optional = strings.Join(inner.path, ".")
	}
	r.checkInit(v, t)
	r.structFields(s, inner)
}

// leaf adds a field that has a name of its own.
func (r *configReader) leaf(v *types.Var, t fieldTag, in place) {
	f := model.ConfigField{
		Path:       append(slices.Clone(in.path), v.Name()),
		Name:       in.prefix + t.name,
		Type:       load.ShortType(v.Type()),
		Default:    t.defaultValue,
		HasDefault: t.hasDefault,
		Required:   t.options["required"],
		NotEmpty:   t.options["notEmpty"],
		File:       t.options["file"],
		Expand:     t.options["expand"],
		Unset:      t.options["unset"],
		Init:       t.options["init"],
		Optional:   in.optional,
		Doc:        t.doc,
		Position:   r.tags.position(v),
	}
	f.Secret = t.secret == "true" || t.secret == "" && (looksSecret(f.Name) || holdsPassword(f.Default))
	if !v.Exported() {
		r.reportField(v, "config-unexported-field", "%s is not exported, so it cannot be filled", v.Name()).Hint = directive.ExportHint(v.Name())
		return
	}
	if t.hasPrefix {
		r.reportField(v, "config-env-prefix", "envPrefix beside an environment name").Hint = "envPrefix belongs to nested structs: write the whole name into env"
	}
	shape, hint := shapeOf(v.Type())
	if hint != "" {
		r.reportField(v, "config-type", "a value for %s cannot be loaded into %s", f.Name, f.Type).Hint = hint
		return
	}
	f.Form, f.Parser, f.KeyParser = shape.form, shape.value.parser, shape.key.parser
	r.separators(v, t, &f)
	r.checkInit(v, t)
	r.checkDefault(v, shape, f)
	r.config.Fields = append(r.config.Fields, f)
}

// checkInit reports the option init on what is always there.
func (r *configReader) checkInit(v *types.Var, t fieldTag) {
	if _, pointer := v.Type().Underlying().(*types.Pointer); t.options["init"] && !pointer {
		r.reportField(v, "config-tag-option", "the option init on %s, which is not a pointer", load.ShortType(v.Type())).Hint = "leave it out: it keeps a pointer from being nil"
	}
}

// separators sets those that the form of the field needs.
func (r *configReader) separators(v *types.Var, t fieldTag, f *model.ConfigField) {
	list := f.Form == model.SliceForm || f.Form == model.MapForm
	if t.separator != "" && !list {
		r.reportField(v, "config-separator", "envSeparator on %s, which is neither a slice nor a map", f.Type).Hint = "leave it out"
	}
	if t.keyValSeparator != "" && f.Form != model.MapForm {
		r.reportField(v, "config-separator", "envKeyValSeparator on %s, which is not a map", f.Type).Hint = "leave it out"
	}
	if list {
		f.Separator = t.separator
		if f.Separator == "" {
			f.Separator = ","
		}
	}
	if f.Form == model.MapForm {
		f.KeyValSeparator = t.keyValSeparator
		if f.KeyValSeparator == "" {
			f.KeyValSeparator = ":"
		}
	}
}

// nestedStruct returns the struct that a field holds or points at. A type that is
// parsed from one text does not count as such a struct.
func nestedStruct(t types.Type) (*types.Struct, bool) {
	t = load.Dereferenced(t)
	if _, hint := scalarOf(t); hint == "" {
		return nil, false
	}
	s, ok := t.Underlying().(*types.Struct)
	return s, ok
}

// holdsTags reports whether a field of the struct, or of one that it holds or
// points at, has a tag for configuration. Structs that have been entered end
// the search.
func holdsTags(s *types.Struct, entered []*types.Struct) bool {
	if slices.Contains(entered, s) {
		return false
	}
	entered = append(entered, s)
	for i := range s.NumFields() {
		pairs, wellFormed := splitTag(s.Tag(i))
		if !wellFormed && mentionsConfig(s.Tag(i)) {
			return true // which is reported at the tag
		}
		if slices.ContainsFunc(pairs, func(p tagPair) bool { return isConfigKey(p.key) && p.value != "-" }) {
			return true
		}
		if nested, ok := nestedStruct(s.Field(i).Type()); ok && s.Field(i).Exported() && holdsTags(nested, entered) {
			return true
		}
	}
	return false
}
