package envconfig

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"

	"github.com/cgigen/cgigen/generator/diag"
)

// A tagFinder finds the tags of fields in the source. The type checker does not
// keep them, and knows only the line of fields of other packages.
type tagFinder struct {
	diag.Positions
	tags  map[fieldPlace]token.Pos             // of the annotated declaration
	files map[string]map[fieldKey]fieldAddress // of other files, by name
}

// fieldPlace identifies a field by its file and by its line and name there.
type fieldPlace struct {
	file string
	fieldKey
}

// fieldKey identifies a field of a file.
type fieldKey struct {
	line int
	name string
}

// fieldAddress is where the tag of a field stands.
type fieldAddress struct {
	line, column int
}

func newTagFinder(at diag.Positions, spec *ast.TypeSpec) *tagFinder {
	f := &tagFinder{Positions: at, tags: map[fieldPlace]token.Pos{}, files: map[string]map[fieldKey]fieldAddress{}}
	if spec != nil {
		taggedFields(spec, func(name *ast.Ident, tag *ast.BasicLit) {
			at := f.Fset.PositionFor(name.Pos(), false)
			f.tags[fieldPlace{at.Filename, fieldKey{at.Line, name.Name}}] = tag.Pos()
		})
	}
	return f
}

// position returns the place of a field's tag, or of the field if it has none.
func (f *tagFinder) position(v *types.Var) token.Position {
	at := f.Fset.PositionFor(v.Pos(), false)
	key := fieldKey{at.Line, v.Name()}
	if tag, ok := f.tags[fieldPlace{at.Filename, key}]; ok {
		return f.At(tag)
	}
	if tag, ok := f.file(at.Filename)[key]; ok {
		at.Line, at.Column = tag.line, tag.column
	}
	return f.Relative(at)
}

// file returns the places of the tags in a file. What cannot be read has none.
func (f *tagFinder) file(name string) map[fieldKey]fieldAddress {
	if tags, ok := f.files[name]; ok || !filepath.IsAbs(name) {
		return tags
	}
	tags := map[fieldKey]fieldAddress{}
	f.files[name] = tags
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
	if err != nil {
		return tags
	}
	taggedFields(file, func(name *ast.Ident, tag *ast.BasicLit) {
		at := fset.PositionFor(tag.Pos(), false)
		tags[fieldKey{fset.PositionFor(name.Pos(), false).Line, name.Name}] = fieldAddress{at.Line, at.Column}
	})
	return tags
}

// taggedFields visits the fields with a tag below a node, under the identifier
// that names them: an embedded field has that of its type.
func taggedFields(node ast.Node, visit func(name *ast.Ident, tag *ast.BasicLit)) {
	ast.Inspect(node, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok || field.Tag == nil {
			return true
		}
		for _, name := range field.Names {
			visit(name, field.Tag)
		}
		if name := embeddedName(field.Type); len(field.Names) == 0 && name != nil {
			visit(name, field.Tag)
		}
		return true
	})
}

// embeddedName returns the identifier of an embedded type.
func embeddedName(expr ast.Expr) *ast.Ident {
	switch expr := expr.(type) {
	case *ast.Ident:
		return expr
	case *ast.StarExpr:
		return embeddedName(expr.X)
	case *ast.SelectorExpr:
		return expr.Sel
	case *ast.IndexExpr:
		return embeddedName(expr.X)
	case *ast.IndexListExpr:
		return embeddedName(expr.X)
	case *ast.ParenExpr:
		return embeddedName(expr.X)
	}
	return nil
}
