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
		list = append(list, strings.Join(strings.Fields(r.Program+" "+r.Methods+" "+r.Host+strings.ReplaceAll(r.Below(""), " ", "·")), " "))
	}
	return list
}

func TestRulesAreOrderedAsServeMuxPrefers(t *testing.T) {
	tests := []struct {
		name   string
		routes []Route
		want   []string
	}{
		{"one program takes every method", table("user GET /users/{id}"), []string{"user ^/users/[^/]+$"}},
		{"the root alone", table("home GET /{$}"), []string{"home ^/$"}},
		{"everything", table("all /"), []string{"all ^/.*$"}},
		{"a folder, with the redirect to it", table("static GET /static/{file...}", "docs /docs/"),
			[]string{"docs ^/docs(/.*)?$", "static ^/static(/.*)?$"}},
		{"a slash at the end", table("list GET /list/{$}"), []string{"list ^/list/?$"}},
		{"literals before wildcards before the rest", table("all /", "user /users/{id}", "new /users/new"),
			[]string{"new ^/users/new$", "user ^/users/[^/]+$", "all ^/.*$"}},
		{"methods of two programs, and 405", table("add POST /users", "list GET /users"),
			[]string{"add POST ^/users$", "list ^/users$"}},
		{"methods before any method", table("any /users", "list GET /users", "head HEAD /users"),
			[]string{"head HEAD ^/users$", "list GET|HEAD ^/users$", "any ^/users$"}},
		{"a wrong method that another program takes", table("user GET /users/{id}", "rest /users/"),
			[]string{"user GET|HEAD ^/users/[^/]+$", "rest ^/users(/.*)?$", "user ^/users/[^/]+$"}},
		{"several methods of one program are one rule", table("api GET /e/{id}", "api DELETE /e/{id}", "api /e/"),
			[]string{"api ^/e/[^/]+$", "api ^/e(/.*)?$"}},
		{"hosts", table("b b.test/x", "a a.test/x", "x /x"),
			[]string{"a a.test^/x$", "b b.test^/x$", "x ^/x$"}},
		{"a host that only one program knows", table("a a.test/x", "y /y"), []string{"a ^/x$", "y ^/y$"}},
		{"characters that are special", table("odd /a.b+c/%C3%A4%20x"), []string{`odd ^/a\.b\+c/ä·x$`}},
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
		if regexp.MustCompile(rule.Below("")).MatchString(r.URL.Path) {
			return rule.Program
		}
	}
	return ""
}

func TestPathsBelowABase(t *testing.T) {
	for path, want := range map[string][]string{
		"/{$}":         {"^/~a\\.b/?$", "^/~a%.b/?$"},
		"/":            {"^/~a\\.b(/.*)?$", "^/~a%.b$", "^/~a%.b/.*$"},
		"/x/{id}":      {"^/~a\\.b/x/[^/]+$", "^/~a%.b/x/[^/]+$"},
		"/x/{rest...}": {"^/~a\\.b/x(/.*)?$", "^/~a%.b/x$", "^/~a%.b/x/.*$"},
	} {
		got := append([]string{split(path).Below("/~a.b")}, split(path).Lua("/~a.b")...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", path, diff)
		}
	}
}
