package generator

import (
	"go/ast"
	"go/token"
	"strings"
)

// An annotation is a declaration with its directives, all of one kind.
type annotation struct {
	source *source
	kind   string        // the directives' name
	pos    token.Pos     // of the first directive
	fn     *ast.FuncDecl // nil for a type

	unsound    bool                // arguments of a directive have been reported
	handlers   []handlerDirective  // the lines that can be used
	config     configDirective     // for kind config
	middleware middlewareDirective // for kind middleware
}

// symbol gives what a generated program calls the declaration.
func (a *annotation) symbol() Symbol {
	return Symbol{Package: a.source.pkg, PackageName: a.source.ast.Name.Name, Name: a.ident().Name}
}

func (a *annotation) ident() *ast.Ident {
	if a.fn != nil {
		return a.fn.Name
	}
	return a.config.spec.Name
}

// An owner is what a doc comment belongs to.
type owner struct {
	fn   *ast.FuncDecl
	typ  *ast.TypeSpec
	what string // for a message: "func New"
	// clause says that it is the package clause.
	clause bool
}

// annotations finds the directives of a parsed file, reports those that stand
// in the wrong place and near misses, and gives the others by declaration.
func annotations(src *source, r *reporter) []*annotation {
	owners := docOwners(src.ast)
	var found []*annotation
	for _, group := range src.ast.Comments {
		var a *annotation
		for _, c := range group.List {
			d, ok := ast.ParseDirective(c.Slash, c.Text)
			if !ok || d.Tool != tool {
				reportNearMiss(c, r)
				continue
			}
			if d.Name == siteName {
				src.takeSite(d, owners[group], r.positions)
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

// docOwners tells which declaration each doc comment belongs to.
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
// the first one. It gives nil again if the directive is of no use.
func annotate(a *annotation, d ast.Directive, o owner, src *source, r *reporter) *annotation {
	switch {
	case !isDirective(d.Name):
		reportUnknown(d, r)
		return a
	case strings.HasSuffix(src.path, "_test.go"):
		r.errorf(d.Slash, "test-file", "//cgigen:%s in a test file: the programs cannot import what it declares", d.Name).Hint = "move the declaration to a file whose name does not end in _test.go"
		return a
	case o == owner{}:
		if src.parseErr == nil { // a mistake in the syntax may well be what detaches it
			reportDetached(d, src, r)
		}
		return a
	case d.Name == configName && o.typ == nil:
		r.errorf(d.Slash, "wrong-declaration", "//cgigen:config belongs to a struct type, not to %s", o.what).Hint = "put it directly above the declaration of a struct type"
		return a
	case d.Name != configName && o.fn == nil:
		r.errorf(d.Slash, "wrong-declaration", "//cgigen:%s belongs to a function, not to %s", d.Name, o.what).Hint = "put it directly above the declaration of a function"
		return a
	}
	if a == nil {
		a = &annotation{source: src, kind: d.Name, pos: d.Slash, fn: o.fn}
	} else if a.kind != d.Name || a.kind != handlerName {
		reportSecond(a, d, r)
		return a
	}
	return a.take(d, o, r)
}

func isDirective(name string) bool {
	for _, known := range directiveNames() {
		if name == known {
			return true
		}
	}
	return false
}

// reportSecond reports a directive that the declaration has no room for.
func reportSecond(a *annotation, d ast.Directive, r *reporter) {
	if a.kind == d.Name {
		r.errorf(d.Slash, "second-directive", "a second //cgigen:%s on one declaration", d.Name).Hint = "keep one of them"
		return
	}
	r.errorf(d.Slash, "second-directive", "//cgigen:%s on a declaration that has //cgigen:%s", d.Name, a.kind).Hint = "keep one of them, or write a second function that calls this one"
}

// take parses the arguments of a directive into the annotation. An annotation
// stays even if its arguments are of no use: what else is wrong with the
// declaration is to be found as well.
func (a *annotation) take(d ast.Directive, o owner, r *reporter) *annotation {
	before := len(r.errors)
	switch d.Name {
	case handlerName:
		if h, ok := parseHandler(d, r); ok {
			a.handlers = append(a.handlers, h)
		}
	case configName:
		a.config = parseConfig(d, o.typ, r)
	case provideName:
		parseProvide(d, r)
	case middlewareName:
		a.middleware = parseMiddleware(d, r)
	}
	a.unsound = a.unsound || len(r.errors) > before
	return a
}

func reportUnknown(d ast.Directive, r *reporter) {
	hint := didYouMean(d.Name, directiveNames())
	if hint == "" {
		hint = "the directives are " + strings.Join(directiveNames(), ", ")
	}
	r.errorf(d.Slash, "unknown-directive", "unknown directive //cgigen:%s", d.Name).Hint = hint
}

// reportDetached reports a directive outside of the doc comment of a
// declaration, with the declaration that it probably belongs to.
func reportDetached(d ast.Directive, src *source, r *reporter) {
	diagnostic := r.errorf(d.Slash, "detached", "//cgigen:%s is detached: it stands in no declaration's doc comment", d.Name)
	for _, decl := range src.ast.Decls {
		switch {
		case decl.Pos() <= d.Slash && d.Slash < decl.End():
			diagnostic.Hint = "move it above the declaration that it stands in, or out of it"
			return
		case decl.Pos() > d.Slash:
			diagnostic.Hint = "put it directly above the declaration, with no blank line between"
			diagnostic.Related = []Related{{r.at(decl.Pos()), "the next declaration is here"}}
			return
		}
	}
	diagnostic.Hint = "put it directly above a declaration"
}
