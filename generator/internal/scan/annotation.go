package scan

import (
	"go/ast"
	"go/token"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
	"github.com/cgigen/cgigen/generator/model"
)

// An Annotation is a declaration with its directives, all of one kind.
type Annotation struct {
	Source *Source
	Kind   string        // the directives' name
	Pos    token.Pos     // of the first directive
	Fn     *ast.FuncDecl // nil for a type

	Unsound    bool                     // arguments of a directive have been reported
	Handlers   []directive.HandlerLine  // the lines that can be used
	Config     directive.ConfigLine     // for kind config
	Middleware directive.MiddlewareLine // for kind middleware
}

// Symbol returns what a generated program calls the declaration.
func (a *Annotation) Symbol() model.Symbol {
	return model.Symbol{Package: a.Source.Pkg, PackageName: a.Source.Ast.Name.Name, Name: a.Ident().Name}
}

func (a *Annotation) Ident() *ast.Ident {
	if a.Fn != nil {
		return a.Fn.Name
	}
	return a.Config.Spec.Name
}

// An owner is what a doc comment belongs to.
type owner struct {
	fn   *ast.FuncDecl
	typ  *ast.TypeSpec
	what string // for a message: "func New"
	// clause says that it is the package clause.
	clause bool
}

// Annotations finds the directives of a parsed file, reports those that stand
// in the wrong place and near misses, and returns the others by declaration.
func Annotations(src *Source, r *diag.Reporter) []*Annotation {
	owners := docOwners(src.Ast)
	var found []*Annotation
	for _, group := range src.Ast.Comments {
		var a *Annotation
		for _, c := range group.List {
			d, ok := ast.ParseDirective(c.Slash, c.Text)
			if !ok || d.Tool != directive.Tool {
				directive.ReportNearMiss(c, r)
				continue
			}
			if d.Name == directive.SiteName {
				src.takeSite(d, owners[group], r.Positions)
				continue
			}
			a = annotate(a, d, owners[group], src, r)
		}
		if a != nil {
			found = append(found, a)
		}
	}
	return found
}

// docOwners returns the declaration that each doc comment belongs to.
func docOwners(file *ast.File) map[*ast.CommentGroup]owner {
	owners := map[*ast.CommentGroup]owner{file.Doc: {what: "the package clause", clause: true}}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			owners[decl.Doc] = owner{fn: decl, what: "func " + decl.Name.Name}
		case *ast.GenDecl:
			ownSpecs(decl, owners)
		}
	}
	delete(owners, nil)
	return owners
}

// ownSpecs adds the doc comments of the declarations of a var, const, type or
// import, in parentheses or without.
func ownSpecs(decl *ast.GenDecl, owners map[*ast.CommentGroup]owner) {
	owners[decl.Doc] = owner{what: "a group of declarations"}
	for _, spec := range decl.Specs {
		var doc *ast.CommentGroup
		o := owner{}
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			doc, o = spec.Doc, owner{typ: spec, what: "type " + spec.Name.Name}
		case *ast.ValueSpec:
			doc, o = spec.Doc, owner{what: decl.Tok.String() + " " + spec.Names[0].Name}
		case *ast.ImportSpec:
			doc, o = spec.Doc, owner{what: "an import"}
		}
		owners[doc] = o
		if !decl.Lparen.IsValid() {
			owners[decl.Doc] = o
		}
	}
}

// annotate adds a directive to the annotation of its declaration, nil before
// the first one. It returns nil again if the directive is of no use.
func annotate(a *Annotation, d ast.Directive, o owner, src *Source, r *diag.Reporter) *Annotation {
	switch {
	case !isDirective(d.Name):
		reportUnknown(d, r)
		return a
	case strings.HasSuffix(src.Path, "_test.go"):
		r.Errorf(d.Slash, "test-file", "//cgigen:%s in a test file: the programs cannot import what it declares", d.Name).Hint = "move the declaration to a file whose name does not end in _test.go"
		return a
	case o == owner{}:
		if src.ParseErr == nil { // a mistake in the syntax may well be what detaches it
			reportDetached(d, src, r)
		}
		return a
	case d.Name == directive.ConfigName && o.typ == nil:
		r.Errorf(d.Slash, "wrong-declaration", "//cgigen:config belongs to a struct type, not to %s", o.what).Hint = "put it directly above the declaration of a struct type"
		return a
	case d.Name != directive.ConfigName && o.fn == nil:
		r.Errorf(d.Slash, "wrong-declaration", "//cgigen:%s belongs to a function, not to %s", d.Name, o.what).Hint = "put it directly above the declaration of a function"
		return a
	}
	if a == nil {
		a = &Annotation{Source: src, Kind: d.Name, Pos: d.Slash, Fn: o.fn}
	} else if a.Kind != d.Name || a.Kind != directive.HandlerName {
		reportSecond(a, d, r)
		return a
	}
	return a.take(d, o, r)
}

func isDirective(name string) bool {
	for _, known := range directive.DirectiveNames() {
		if name == known {
			return true
		}
	}
	return false
}

// reportSecond reports a directive that the declaration has no room for.
func reportSecond(a *Annotation, d ast.Directive, r *diag.Reporter) {
	if a.Kind == d.Name {
		r.Errorf(d.Slash, "second-directive", "a second //cgigen:%s on one declaration", d.Name).Hint = "keep one of them"
		return
	}
	r.Errorf(d.Slash, "second-directive", "//cgigen:%s on a declaration that has //cgigen:%s", d.Name, a.Kind).Hint = "keep one of them, or write a second function that calls this one"
}

// take parses the arguments of a directive into the annotation. An annotation
// stays even if its arguments are of no use: what else is wrong with the
// declaration is to be found as well.
func (a *Annotation) take(d ast.Directive, o owner, r *diag.Reporter) *Annotation {
	before := len(r.Errors)
	switch d.Name {
	case directive.HandlerName:
		if h, ok := directive.ParseHandler(d, r); ok {
			a.Handlers = append(a.Handlers, h)
		}
	case directive.ConfigName:
		a.Config = directive.ParseConfig(d, o.typ, r)
	case directive.ProvideName:
		directive.ParseProvide(d, r)
	case directive.MiddlewareName:
		a.Middleware = directive.ParseMiddleware(d, r)
	}
	a.Unsound = a.Unsound || len(r.Errors) > before
	return a
}

func reportUnknown(d ast.Directive, r *diag.Reporter) {
	hint := diag.DidYouMean(d.Name, directive.DirectiveNames())
	if hint == "" {
		hint = "the directives are " + strings.Join(directive.DirectiveNames(), ", ")
	}
	r.Errorf(d.Slash, "unknown-directive", "unknown directive //cgigen:%s", d.Name).Hint = hint
}

// reportDetached reports a directive outside of the doc comment of a
// declaration, with the declaration that it probably belongs to.
func reportDetached(d ast.Directive, src *Source, r *diag.Reporter) {
	diagnostic := r.Errorf(d.Slash, "detached", "//cgigen:%s is detached: it stands in no declaration's doc comment", d.Name)
	for _, decl := range src.Ast.Decls {
		switch {
		case decl.Pos() <= d.Slash && d.Slash < decl.End():
			diagnostic.Hint = "move it above the declaration that it stands in, or out of it"
			return
		case decl.Pos() > d.Slash:
			diagnostic.Hint = "put it directly above the declaration, with no blank line between"
			diagnostic.Related = []diag.Related{{Position: r.At(decl.Pos()), Message: "the next declaration is here"}}
			return
		}
	}
	diagnostic.Hint = "put it directly above a declaration"
}
