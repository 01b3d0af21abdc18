package generator

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parseDirectives parses the directives above a function, as scan does.
func parseDirectives(t *testing.T, comments string) (*source, positions) {
	t.Helper()
	at := positions{token.NewFileSet(), "/shop"}
	src := &source{path: "/shop/users.go", pkg: "example.com/shop"}
	src.parse([]byte("package users\n"+comments+"\nfunc NewUser() {}\n"), at)
	return src, at
}

// A plainLine is a handlerDirective without positions.
type plainLine struct {
	Pattern, Method, Host, Path, Name, Binary, Strip string
	Use                                              string
}

func plain(h handlerDirective) plainLine {
	var use []string
	for _, name := range h.use {
		use = append(use, name.value)
	}
	return plainLine{
		h.pattern.value, h.route.method, h.route.host, h.route.path,
		h.name.value, h.binary.value, h.strip.value, strings.Join(use, " "),
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
		if len(src.errors) > 0 {
			t.Errorf("%s: %v", comment, src.errors)
			continue
		}
		if diff := cmp.Diff(want, plain(src.annotations[0].handlers[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", comment, diff)
		}
	}
}

func TestArgumentsKeepTheirPositions(t *testing.T) {
	src, at := parseDirectives(t, `//cgigen:handler  GET   /users/{id}  name=x  "use=a, b"`)
	h := src.annotations[0].handlers[0]
	got := []int{at.at(h.pos).Column, at.at(h.pattern.pos).Column, at.at(h.name.pos).Column, at.at(h.use[1].pos).Column}
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
		if got := len(src.errors) > 0; got != miss {
			t.Errorf("%q is reported: %v, want %v: %v", comment, got, miss, src.errors)
		}
		if miss && !mentionsTool([]byte("package users\n"+comment+"\nfunc NewUser() {}\n")) {
			t.Errorf("files with %q are not parsed", comment)
		}
	}
}

func TestDirectivesStandAnywhereInTheDocComment(t *testing.T) {
	src, _ := parseDirectives(t, "// NewUser is one.\n//cgigen:handler GET /a\n//\n// More.\n//\n//cgigen:handler GET /b\n//go:noinline")
	if len(src.errors) > 0 || len(src.annotations) != 1 || len(src.annotations[0].handlers) != 2 {
		t.Errorf("got %d annotations, errors %v", len(src.annotations), src.errors)
	}
}

func TestProgramNames(t *testing.T) {
	for function, want := range map[string]string{
		"NewUserList":    "user-list",
		"NewHTTPLog":     "http-log",
		"UserHandler":    "user",
		"NewUserHandler": "user",
		"New":            "users",
		"Handler":        "users",
		"NewHandler":     "users",
		"Newsletter":     "newsletter",
		"Renew":          "renew",
		"New2FA":         "2-fa",
		"OAuth2Login":    "o-auth2-login",
		"User_List":      "user-list",
		"UserID":         "user-id",
		"IDs":            "i-ds",
		"X":              "x",
	} {
		if got := programName(function, "users"); got != want {
			t.Errorf("programName(%s) = %s, want %s", function, got, want)
		}
	}
}

func TestNearestName(t *testing.T) {
	for word, want := range map[string]string{
		"hander": "handler", "handelr": "handler", "Handler": "handler", "handlers": "handler",
		"provider": "provide", "conf": "config", "cofnig": "config", "midleware": "middleware",
		"x": "", "banana": "", "": "",
	} {
		if got := nearest(word, directiveNames()); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestConstraintsOfFileNames(t *testing.T) {
	for name, want := range map[string]string{
		"users.go": "", "users_linux.go": "linux", "users_amd64.go": "amd64", "users_linux_arm64.go": "linux && arm64",
		"linux.go": "", "users_unix.go": "", "users_linux_extra.go": "", "users_plan9.go": "plan9", "a_b_windows.go": "windows",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), name, "package p", parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		src := &source{path: "/shop/" + name, ast: file}
		if got := src.constraints(); got != want {
			t.Errorf("%s is built for %q, want %q", name, got, want)
		}
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
		if len(src.annotations) == 0 && len(src.errors) == 0 && src.parseErr == nil {
			t.Errorf("%q is neither taken nor reported", c)
		}
		for _, d := range src.errors {
			if d.Position.Line != 2 || d.Position.Column < 1 || d.Position.Column > len(c)+1 {
				t.Errorf("%q: the position of %v lies outside", c, d)
			}
		}
	})
}
