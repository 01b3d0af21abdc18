package runtime

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/gateway"
)

func newRouter(patterns ...string) *router {
	rt := &router{}
	for _, pattern := range patterns {
		rt.handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s|%s|%s|%s|%s", pattern, r.Pattern, Prefix(r), r.URL.EscapedPath(), r.PathValue("id"))
		}), config.Open("test"))
	}
	return rt
}

// call sends a request as a server with this SCRIPT_NAME would.
func call(t *testing.T, rt *router, method, uri, script string) *httptest.ResponseRecorder {
	t.Helper()
	vars := gateway.Vars{{Name: "REQUEST_METHOD", Value: method}, {Name: "REQUEST_URI", Value: uri},
		{Name: "SCRIPT_NAME", Value: script}, {Name: "HTTP_HOST", Value: "h"}}
	r, _, err := gateway.NewRequest(context.Background(), vars, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, r)
	return w
}

func TestRoutesAreFoundBelowEveryMount(t *testing.T) {
	users := []string{"GET /users/{id}", "GET /{$}"}
	tests := []struct {
		name, uri, script string
		patterns          []string
		want              string // pattern|prefix|path|id
	}{
		{"rewrite at the root", "/users/7", "/cgi-bin/user.cgi", users, "GET /users/{id}||/users/7|7"},
		{"called directly", "/cgi-bin/user.cgi/users/7", "/cgi-bin/user.cgi", users, "GET /users/{id}|/cgi-bin/user.cgi|/users/7|7"},
		{"called directly without more", "/cgi-bin/user.cgi", "/cgi-bin/user.cgi", users, "GET /{$}|/cgi-bin/user.cgi|/|"},
		{"rewrite below a folder", "/~alice/users/7", "/~alice/cgi-bin/user.cgi", users, "GET /users/{id}|/~alice|/users/7|7"},
		{"escaped prefix", "/%7Ealice/users/a%2Fb", "/~alice/user.cgi", users, "GET /users/{id}|/~alice|/users/a%2Fb|a/b"},
		{"folder itself", "/~alice/", "/~alice/cgi-bin/user.cgi", users, "GET /{$}|/~alice|/|"},
		{"deep folder", "/a/b/users/7", "/a/b/c/user.cgi", users, "GET /users/{id}|/a/b|/users/7|7"},
		{"all in SCRIPT_NAME", "/users/7", "/users/7", users, "GET /users/{id}||/users/7|7"},
		{"script alias at the route", "/users/7", "/users", users, "GET /users/{id}||/users/7|7"},
		{"folder of the route's name", "/api/users/7", "/api/users.cgi", []string{"/api/users/{id}"}, "/api/users/{id}||/api/users/7|7"},
		{"no script name", "/users/7", "", users, "GET /users/{id}||/users/7|7"},
		{"catch-all called directly", "/app.cgi/x/y", "/app.cgi", []string{"/"}, "/|/app.cgi|/x/y|"},
		{"catch-all through a rewrite", "/x/y", "/cgi-bin/app.cgi", []string{"/"}, "/||/x/y|"},
		{"exact fit before catch-all", "/~alice/users/7", "/~alice/app.cgi", []string{"/", "/users/{id}"}, "/users/{id}|/~alice|/users/7|7"},
		{"method does not matter", "/~alice/users/7", "/~alice/app.cgi", []string{"POST /users/{id}", "GET /users/{id}"}, "GET /users/{id}|/~alice|/users/7|7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := call(t, newRouter(tt.patterns...), "GET", tt.uri, tt.script)
			pattern, rest, _ := strings.Cut(tt.want, "|")
			if want := pattern + "|" + pattern + "|" + rest; w.Body.String() != want {
				t.Errorf("got %d %q, want %q", w.Code, w.Body, want)
			}
		})
	}
}

func TestBaseDecidesWhereTheRequestDoesNot(t *testing.T) {
	t.Setenv("CGIGEN_BASE", "/shop")
	w := call(t, newRouter("/"), "GET", "/shop/x", "/shop/cgi-bin/app.cgi")
	if want := "/|/|/shop|/x|"; w.Body.String() != want {
		t.Errorf("got %q, want %q", w.Body, want)
	}
}

func TestRedirectsOfTheMuxKeepThePrefix(t *testing.T) {
	rt := newRouter("/users/", "/x/{id}")
	rt.handle("/go", http.RedirectHandler("/users/", http.StatusFound), nil)
	for uri, want := range map[string]string{
		"/~alice/users":    "/~alice/users/",
		"/~alice/x/../x/1": "/~alice/x/1",
		"/~alice/go":       "/users/", // what a handler says stays
	} {
		if got := call(t, rt, "GET", uri, "/~alice/app.cgi").Header().Get("Location"); got != want {
			t.Errorf("%s: Location %q, want %q", uri, got, want)
		}
	}
}

// FuzzMatch holds the quick match against ServeMux for every request.
func FuzzMatch(f *testing.F) {
	sets := [][]string{
		{"GET /users/{id}", "POST /users/{id}", "/users/", "GET /{$}"},
		{"/", "/tree/", "GET /tree/{x}/leaf"},
		{"GET /a/{p...}", "HEAD /a/b", "GET /a/b/c/"},
		{"/x/{y}/{$}", "/x/{y}", "h/x/{y}"},
		{"/only"}, {"GET /one/"}, {"POST /{a}/{b}"}, {"/{all...}"},
	}
	for i := range sets {
		for _, p := range []string{"/", "/users/7", "/users", "/tree", "/tree/", "/a/b/c", "/x/1/", "/a//b", "/%61", "/x/./y"} {
			f.Add(i, "GET", p)
			f.Add(i, "HEAD", p)
		}
	}
	f.Fuzz(func(t *testing.T, set int, method, path string) {
		patterns := sets[uint(set)%uint(len(sets))]
		u, err := url.ParseRequestURI(path)
		if err != nil || !strings.HasPrefix(path, "/") || method == "" {
			return
		}
		mux := http.NewServeMux()
		handler := func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, r.Pattern+"|"+r.PathValue("id")+r.PathValue("p")+r.PathValue("x")+r.PathValue("y")+r.PathValue("a")+r.PathValue("b")+r.PathValue("all"))
		}
		var routes []route
		for _, p := range patterns {
			mux.HandleFunc(p, handler)
			routes = append(routes, newRoute(p, http.HandlerFunc(handler)))
		}
		request := func() *http.Request { return &http.Request{Method: method, Host: "h", URL: u} }
		found := only(routes, request())
		if found == nil {
			return
		}
		got, want := httptest.NewRecorder(), httptest.NewRecorder()
		found.serve(got, request())
		mux.ServeHTTP(want, request())
		if got.Code != want.Code || got.Body.String() != want.Body.String() {
			t.Fatalf("%s %q of %q: got %d %q, ServeMux %d %q", method, path, patterns, got.Code, got.Body, want.Code, want.Body)
		}
	})
}

func TestOrdinaryRequestsNeedNoServeMux(t *testing.T) {
	for _, tt := range []struct{ method, path, pattern string }{
		{"GET", "/users/7", "GET /users/{id}"}, {"HEAD", "/users/7", "GET /users/{id}"},
		{"GET", "/", "/{$}"}, {"GET", "/static/a/b", "GET /static/{file...}"}, {"POST", "/x/", "/x/"},
	} {
		r := &http.Request{Method: tt.method, URL: &url.URL{Path: tt.path}}
		if only([]route{newRoute(tt.pattern, nil)}, r) == nil {
			t.Errorf("%s %s: %s does not match by itself", tt.method, tt.path, tt.pattern)
		}
	}
}
