package rules

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// table makes routes of "PROGRAM [METHOD ][HOST]/path" lines.
func table(lines ...string) []Route {
	var routes []Route
	for _, line := range lines {
		program, pattern, _ := strings.Cut(line, " ")
		route := Route{Pattern: pattern, Program: program}
		place := pattern
		if method, p, ok := strings.Cut(pattern, " "); ok {
			route.Method, place = method, p
		}
		slash := strings.IndexByte(place, '/')
		route.Host, route.Path = place[:slash], place[slash:]
		routes = append(routes, route)
	}
	return routes
}

// lines writes rules as text.
func lines(rules []Rule) []string {
	var list []string
	for _, r := range rules {
		list = append(list, strings.Join(strings.Fields(r.Program+" "+r.Methods+" "+r.Host+r.Below(Runes, "")), " "))
	}
	return list
}

func TestRulesAreOrderedAsServeMuxPrefers(t *testing.T) {
	tests := []struct {
		name   string
		routes []Route
		want   []string
	}{
		{"one program takes every method", table("user GET /users/{id}"), []string{`user ^/users/[^/]+\z`}},
		{"the root alone", table("home GET /{$}"), []string{`home ^/\z`}},
		{"everything", table("all /"), []string{`all ^/(?s:.*)\z`}},
		{"a folder, with the redirect to it", table("static GET /static/{file...}", "docs /docs/"),
			[]string{`docs ^/docs(?s:/.*)?\z`, `static ^/static(?s:/.*)?\z`}},
		{"a slash at the end", table("list GET /list/{$}"), []string{`list ^/list/?\z`}},
		{"literals before wildcards before the rest", table("all /", "user /users/{id}", "new /users/new"),
			[]string{`new ^/users/new\z`, `user ^/users/[^/]+\z`, `all ^/(?s:.*)\z`}},
		{"methods of two programs, and 405", table("add POST /users", "list GET /users"),
			[]string{`add POST ^/users\z`, `list ^/users\z`}},
		{"methods before any method", table("any /users", "list GET /users", "head HEAD /users"),
			[]string{`head HEAD ^/users\z`, `list GET|HEAD ^/users\z`, `any ^/users\z`}},
		{"a wrong method that another program takes", table("user GET /users/{id}", "rest /users/"),
			[]string{`user GET|HEAD ^/users/[^/]+\z`, `rest ^/users(?s:/.*)?\z`, `user ^/users/[^/]+\z`}},
		{"several methods of one program are one rule", table("api GET /e/{id}", "api DELETE /e/{id}", "api /e/"),
			[]string{`api ^/e/[^/]+\z`, `api ^/e(?s:/.*)?\z`}},
		{"hosts", table("b b.test/x", "a a.test/x", "x /x"),
			[]string{`a a.test^/x\z`, `b b.test^/x\z`, `x ^/x\z`}},
		{"a host that only one program knows", table("a a.test/x", "y /y"), []string{`a ^/x\z`, `y ^/y\z`}},
		{"characters that are special", table("odd /a.b+c/%C3%A4%20x"), []string{`odd ^/a\.b\+c/\x{E4}\x20x\z`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, lines(From(test.routes))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestARuleNamesAllItsRoutes(t *testing.T) {
	var got [][]string
	for _, r := range From(table("note PUT /notes/{id}", "note GET /notes/{id}", "add POST /notes", "list GET /notes", "note h.test/notes/{name}")) {
		got = append(got, append([]string{r.Program}, r.Patterns...))
	}
	want := [][]string{
		{"note", "GET /notes/{id}", "PUT /notes/{id}", "h.test/notes/{name}"},
		{"add", "POST /notes"},
		{"list", "GET /notes"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// What ServeMux leads to a route, the rules lead to the route's program.
func TestRulesLeadWhereServeMuxLeads(t *testing.T) {
	routes := table("home GET /{$}", "user GET /users/{id}", "save PUT /users/{id}", "add POST /users", "list GET /users",
		"me GET /users/me", "files GET /files/{path...}", "tree /tree/", "leaf GET /tree/{a}/leaf", "admin admin.test/users/{id}", "end /end/{$}")
	mux, programs := http.NewServeMux(), map[string]string{}
	for _, r := range routes {
		mux.Handle(r.Pattern, http.NotFoundHandler())
		programs[r.Pattern] = r.Program
	}
	rules := From(routes)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
		for _, host := range []string{"example.test", "admin.test"} {
			for _, path := range []string{"/", "/users", "/users/", "/usersfoo", "/users/7", "/users/me", "/users/7/x", "/files", "/files/",
				"/files/a/b", "/filesx", "/tree", "/tree/", "/tree/a/leaf", "/tree/a/leaf/b", "/treehouse", "/end", "/end/", "/end/x", "/none"} {
				r := httptest.NewRequest(method, "http://"+host+path, nil)
				_, pattern := mux.Handler(r)
				got := pick(rules, r)
				if want := programs[pattern]; want != "" && got != want {
					t.Errorf("%s %s%s: rules lead to %q, ServeMux to %q", method, host, path, got, want)
				}
				if path == "/usersfoo" && got != "" || path == "/treehouse" && got != "" || path == "/filesx" && got != "" {
					t.Errorf("%s is caught by %s", path, got)
				}
			}
		}
	}
}

func pick(rules []Rule, r *http.Request) string {
	for _, rule := range rules {
		if rule.Host != "" && rule.Host != r.Host || rule.Methods != "" && !regexp.MustCompile("^("+rule.Methods+")$").MatchString(r.Method) {
			continue
		}
		if regexp.MustCompile(rule.Below(Runes, "")).MatchString(r.URL.Path) {
			return rule.Program
		}
	}
	return ""
}

func TestPathsBelowABase(t *testing.T) {
	for path, want := range map[string][]string{
		"/{$}":         {`^/~a\.b/?\z`, "^/~a%.b/?$"},
		"/":            {`^/~a\.b(?s:/.*)?\z`, "^/~a%.b$", "^/~a%.b/.*$"},
		"/x/{id}":      {`^/~a\.b/x/[^/]+\z`, "^/~a%.b/x/[^/]+$"},
		"/x/{rest...}": {`^/~a\.b/x(?s:/.*)?\z`, "^/~a%.b/x$", "^/~a%.b/x/.*$"},
	} {
		got := append([]string{split(path).Below(Bytes, "/~a.b")}, split(path).Lua("/~a.b")...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", path, diff)
		}
	}
}

// Of a quoted text, nothing but the text fits, and nothing ends a word or a
// string of any file.
func TestQuotedTextsFitThemselves(t *testing.T) {
	for _, text := range []string{`a"b`, `a\`, `\"`, `'`, "`", " x ", "$1", "${x}", "%{x}", "{{x}}", "#", ";", "<b>", "ä€😀", "a.b*c+d?e(f)[g]|h^i$", "a~b:c@d,e=f-g"} {
		quoted := Runes.Quote(text)
		if !regexp.MustCompile("^"+quoted+`\z`).MatchString(text) || regexp.MustCompile("^"+quoted+`\z`).MatchString(text+"\n") {
			t.Errorf("%q is written %s", text, quoted)
		}
		for _, d := range []Dialect{Bytes, Runes} {
			if q := d.Quote(text); strings.ContainsAny(q, " \"'`$%#;<>&!\n") || strings.HasSuffix(q, `\`) {
				t.Errorf("%q is written %s", text, q)
			}
		}
	}
	if got, want := Bytes.Quote("ä/"), `\xC3\xA4/`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
