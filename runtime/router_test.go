package runtime

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// newRouter is that of a CGI program that was started as "app.cgi".
func newRouter(patterns ...string) *router {
	rt := mounted{program: "app.cgi"}.router()
	for _, pattern := range patterns {
		rt.handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s|%s|%s|%s|%s", pattern, r.Pattern, Prefix(r), r.URL.EscapedPath(), r.PathValue("id"))
		}))
	}
	return rt
}

// call sends a request as a server with this SCRIPT_NAME would.
func call(t *testing.T, rt *router, method, uri, script string, more ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := mounted{target: uri, vars: append([]string{"SCRIPT_NAME=" + script}, more...)}.request(t)
	r.Method = method
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, r)
	return w
}

func TestManyRoutesAreAllFound(t *testing.T) {
	var patterns []string
	for i := range 20 {
		patterns = append(patterns, fmt.Sprintf("GET /r%d/{id}", i))
	}
	rt := newRouter(patterns...)
	for i, pattern := range patterns {
		path := fmt.Sprintf("/r%d/7", i)
		if got, want := call(t, rt, "GET", path, "").Body.String(), pattern+"|"+pattern+"||"+path+"|7"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Where SCRIPT_NAME is what the client asks for, or begins with it, a folder in
// front of a route is not found.
func TestClientsInventNoMount(t *testing.T) {
	rt := newRouter("GET /admin/{id}", "GET /users/", "GET /login")
	for _, uri := range []string{"/x/admin/7", "/any/thing/at/all/admin/7", "/x/admin//7", "/x/users/", "//evil.example/login",
		"/%2Fevil.example/login", "//evil.example/users/", "/evil.example/..//x/login"} {
		path, err := url.PathUnescape(uri)
		if err != nil {
			t.Fatal(err)
		}
		for _, script := range []string{path, path + "index.cgi", cleanPath(path)} {
			if script == path+"index.cgi" && !strings.HasSuffix(path, "/") {
				continue // servers put the name behind a folder only
			}
			if w := call(t, rt, "GET", uri, script); w.Code == http.StatusOK {
				t.Errorf("%s in SCRIPT_NAME %s is answered: %s", uri, script, w.Body)
			} else if to := w.Header().Get("Location"); strings.HasPrefix(to, "//") {
				t.Errorf("%s in SCRIPT_NAME %s leads to %s", uri, script, to)
			}
		}
	}
}

// The redirects of the router stay below the prefix, and the client's escapes in them.
func TestRedirectsOfTheRouterKeepThePrefix(t *testing.T) {
	rt := newRouter("/users/", "/x/{id}", "/y/{a}/")
	rt.handle("/go", http.RedirectHandler("/users/", http.StatusFound))
	for uri, want := range map[string]string{
		"/~alice/users":          "/~alice/users/",
		"/~alice/users?a=%2F":    "/~alice/users/?a=%2F",
		"/%7Ealice/users":        "/%7Ealice/users/",
		"/~alice/x/../x/1":       "/~alice/x/1",
		"/~alice//x/a%2Fb":       "/~alice/x/a%2Fb",
		"/~alice//x/%c3%a9%2f":   "/~alice/x/%c3%a9%2f",
		"/~alice/y/a%2Fb^":       "/~alice/y/a%2Fb%5E/",
		"/~alice/x/.?a=/../b":    "/~alice/x?a=/../b",
		"/x/../../~alice/users/": "/~alice/users/",
		"/~alice/go":             "/users/", // what a handler says stays
	} {
		if got := call(t, rt, "GET", uri, "/~alice/cgi/app.cgi").Header().Get("Location"); got != want {
			t.Errorf("%s: Location %q, want %q", uri, got, want)
		}
	}
}

// FuzzRouter holds the router against ServeMux: what a client gets, and what a
// handler sees of the pattern, is the same for every request.
func FuzzRouter(f *testing.F) {
	sets := [][]string{
		{"GET /users/{id}", "POST /users/{id}", "/users/", "GET /{$}"},
		{"/", "/tree/", "GET /tree/{x}/leaf"},
		{"GET /a/{p...}", "HEAD /a/b", "GET /a/b/c/"},
		{"/x/{y}/{$}", "/x/{y}", "h/x/{y}", "GET h/x/{y}/z"},
		{"/only"}, {"GET /one/"}, {"POST /{a}/{b}"}, {"/{all...}"}, {"GET /sp%20ace/{x}", "PUT /t"},
		{"GET /{a}/b", "GET /a/b", "GET /{a}/{b}", "/a/b/c/"},
	}
	for i := range sets {
		for _, p := range []string{"/", "/users/7", "/users", "/tree", "/tree/", "/a/b/c", "/x/1/", "/a//b", "/%61", "/x/./y",
			"/%2F", "/sp%20ace/1", "/a/b", "//", "/x/%2f", "/t?q=<\"'&>", "/tree/%zz", "/one/é"} {
			f.Add(i, "GET", p)
			f.Add(i, "HEAD", p)
			f.Add(i, "CONNECT", p)
			f.Add(i, "TRACE", p)
		}
	}
	f.Fuzz(func(t *testing.T, set int, method, target string) {
		patterns := sets[uint(set)%uint(len(sets))]
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || method == "" {
			return
		}
		mux, rt := http.NewServeMux(), &router{}
		for _, p := range patterns {
			handler := func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, p+"|"+r.Pattern)
				for _, name := range []string{"id", "p", "x", "y", "a", "b", "all"} {
					io.WriteString(w, "|"+r.PathValue(name))
				}
			}
			mux.HandleFunc(p, handler)
			rt.handle(p, http.HandlerFunc(handler))
		}
		got, want := httptest.NewRecorder(), httptest.NewRecorder()
		r := &http.Request{Method: method, Host: "h:80", URL: u}
		at := newTarget(r)
		rt.serve(got, r, &at)
		kept := *u // ServeMux forgets escapes where any byte has to be escaped
		kept.RawPath = at.escaped
		if panics(func() { mux.ServeHTTP(want, &http.Request{Method: method, Host: "h:80", URL: &kept}) }) {
			return // PathValue after a CONNECT to "/x//": a defect of net/http
		}
		if want.Code == http.StatusTemporaryRedirect {
			sameRedirect(t, at.escaped, got, want)
		}
		if got.Code != want.Code || got.Body.String() != want.Body.String() || !reflect.DeepEqual(got.Header(), want.Header()) {
			t.Fatalf("%s %q of %q:\ngot  %d %v %q\nwant %d %v %q", method, target, patterns,
				got.Code, got.Header(), got.Body, want.Code, want.Header(), want.Body)
		}
	})
}

// sameRedirect compares where two redirects of a path lead, and removes that.
// ServeMux escapes a cleaned path a second time, and forgets the escapes of one
// that gets a slash: "/a//b%20c" leads to "/a/b%2520c".
func sameRedirect(t *testing.T, escaped string, got, want *httptest.ResponseRecorder) {
	t.Helper()
	to, query, _ := strings.Cut(got.Header().Get("Location"), "?")
	wantTo, wantQuery, _ := strings.Cut(want.Header().Get("Location"), "?")
	wantTo = unescape(wantTo)
	folder := cleanPath(escaped) + "/"
	if query != wantQuery || to != wantTo && !(to == folder && wantTo == cleanPath(unescape(escaped))+"/") {
		t.Fatalf("%q leads to %q with %q, want %q with %q", escaped, to, query, wantTo, wantQuery)
	}
	for _, w := range []*httptest.ResponseRecorder{got, want} {
		w.Header().Del("Location")
		w.Body.Reset()
	}
}

func panics(f func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	f()
	return
}
