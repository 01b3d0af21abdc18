package scan

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/generator/diag"
	"github.com/cgigen/cgigen/generator/internal/directive"
)

// parseDirectives parses the directives above a function, as scan does.
func parseDirectives(t *testing.T, comments string) (*Source, diag.Positions) {
	t.Helper()
	at := diag.Positions{Fset: token.NewFileSet(), Dir: "/shop"}
	src := &Source{Path: "/shop/users.go", Pkg: "example.com/shop"}
	src.Parse([]byte("package users\n"+comments+"\nfunc NewUser() {}\n"), at)
	return src, at
}

// A plainLine is a handlerDirective without positions.
type plainLine struct {
	Pattern, Method, Host, Path, Name, Binary, Strip string
	Use                                              string
}

func plain(h directive.HandlerLine) plainLine {
	var use []string
	for _, name := range h.Use {
		use = append(use, name.Value)
	}
	return plainLine{
		h.Pattern.Value, h.Route.Method, h.Route.Host, h.Route.Path,
		h.Name.Value, h.Binary.Value, h.Strip.Value, strings.Join(use, " "),
	}
}

func TestHandlerArguments(t *testing.T) {
	for comment, want := range map[string]plainLine{
		`/users`:                    {Pattern: "/users", Path: "/users"},
		`GET /users/{id}`:           {Pattern: "GET /users/{id}", Method: "GET", Path: "/users/{id}"},
		`GET   /users`:              {Pattern: "GET /users", Method: "GET", Path: "/users"},
		`"GET /a b"`:                {Pattern: "GET /a b", Method: "GET", Path: "/a b"},
		"`GET /a b` name=x":         {Pattern: "GET /a b", Method: "GET", Path: "/a b", Name: "x"},
		`POST example.org/a name=x`: {Pattern: "POST example.org/a", Method: "POST", Host: "example.org", Path: "/a", Name: "x"},
		`/a binary=x use=auth,log`:  {Pattern: "/a", Path: "/a", Binary: "x", Use: "auth log"},
		`/a "use=auth, log"`:        {Pattern: "/a", Path: "/a", Use: "auth log"},
		`/a/b strip=/a`:             {Pattern: "/a/b", Path: "/a/b", Strip: "/a"},
		`/a strip=/a`:               {Pattern: "/a", Path: "/a", Strip: "/a"},
		`/q=1/{x...}`:               {Pattern: "/q=1/{x...}", Path: "/q=1/{x...}"},
		"\t/tabs\tname=x":           {Pattern: "/tabs", Path: "/tabs", Name: "x"},
	} {
		src, _ := parseDirectives(t, "//cgigen:handler "+comment)
		if len(src.Errors) > 0 {
			t.Errorf("%s: %v", comment, src.Errors)
			continue
		}
		if diff := cmp.Diff(want, plain(src.Annotations[0].Handlers[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", comment, diff)
		}
	}
}

func TestArgumentsKeepTheirPositions(t *testing.T) {
	src, at := parseDirectives(t, `//cgigen:handler  GET   /users/{id}  name=x  "use=a, b"`)
	h := src.Annotations[0].Handlers[0]
	got := []int{at.At(h.Pos).Column, at.At(h.Pattern.Pos).Column, at.At(h.Name.Pos).Column, at.At(h.Use[1].Pos).Column}
	if diff := cmp.Diff([]int{1, 19, 38, 46}, got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

func TestNearMissesAndProse(t *testing.T) {
	for comment, miss := range map[string]bool{
		"// cgigen:handler GET /":               true,
		"//\tcgigen:handler GET /":              true,
		"// cgigen:hander GET /":                true,
		"//cgigen :handler GET /":               true,
		"//cgigen: handler GET /":               true,
		"//CGIGEN:handler GET /":                true,
		"//cgigen:Handler GET /":                true,
		"//cgigen:":                             true,
		"/* cgigen:handler GET / */":            true,
		"//cgigen handler GET /":                true,
		"//cgigen-provide":                      true,
		"//cgigen.config prefix=A_":             true,
		"//Cgigen_Handler GET /":                true,
		"//cgi-gen:handler GET /":               true,
		"//cgi:handler GET /":                   true,
		"//cgigne:middleware all":               true,
		"// cgigne:handler GET /":               true,
		"//@cgigen:handler GET /":               true,
		"// @cgigen:handler GET /":              true,
		"//go:cgigen:handler GET /":             true,
		"// cgigen: handlers are made like so":  false,
		"// cgigen handler functions are plain": false,
		"// cgigen-handler is a word":           false,
		"// cgi:handler is another one":         false,
		"//cgigen is fine":                      false,
		"//cgigen handlers are fine":            false,
		"//codegen:config is another tool's":    false,
		"//cgo:config is, too":                  false,
		"//go:generate cgigen generate":         false,
		"//nolint:cgigen":                       false,
		"// See cgigen:handler for more":        false,
		"// cgigen:whatever it is":              false,
		"//	//cgigen:handler GET / in a manual": false,
		"// the program cgigen: a generator":    false,
		"/* cgigen: a generator */":             false,
	} {
		src, _ := parseDirectives(t, comment)
		if got := len(src.Errors) > 0; got != miss {
			t.Errorf("%q is reported: %v, want %v: %v", comment, got, miss, src.Errors)
		}
		if miss && !directive.MentionsTool([]byte("package users\n"+comment+"\nfunc NewUser() {}\n")) {
			t.Errorf("files with %q are not parsed", comment)
		}
	}
}

func TestDirectivesStandAnywhereInTheDocComment(t *testing.T) {
	src, _ := parseDirectives(t, "// NewUser is one.\n//cgigen:handler GET /a\n//\n// More.\n//\n//cgigen:handler GET /b\n//go:noinline")
	if len(src.Errors) > 0 || len(src.Annotations) != 1 || len(src.Annotations[0].Handlers) != 2 {
		t.Errorf("got %d annotations, errors %v", len(src.Annotations), src.Errors)
	}
}

// FuzzDirective holds that arguments never break the parser, that a line is
// either taken or reported, and that what is reported lies in the line.
func FuzzDirective(f *testing.F) {
	for _, seed := range []string{
		`handler GET /users/{id}`, `handler "GET /a b" name=x`, "handler `GET /` use=a,b strip=/", `handler`, `handler GET`,
		`handler / name=`, `handler / name==`, `handler "`, `handler /{`, `handler /{x}/{x}`, `handler /a strip=/{`, `handler / =x`,
		`config prefix=APP_`, `config`, `config x`, `provide`, `provide x`, `middleware name=Auth`, `hander`, `handler / binary=a name=b`,
		"handler /\u00a0name=x", `handler GET /é/{ü}`, `handler example.org/ name=` + strings.Repeat("a", 300),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\r\n\x00") || strings.Contains(line, "\ufeff") {
			return
		}
		c := "//cgigen:" + line
		if _, ok := ast.ParseDirective(1, c); !ok {
			return
		}
		src, _ := parseDirectives(t, c)
		if len(src.Annotations) == 0 && len(src.Errors) == 0 && src.ParseErr == nil {
			t.Errorf("%q is neither taken nor reported", c)
		}
		for _, d := range src.Errors {
			if d.Position.Line != 2 || d.Position.Column < 1 || d.Position.Column > len(c)+1 {
				t.Errorf("%q: the position of %v lies outside", c, d)
			}
		}
	})
}
