package runtime

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// FuzzMount holds what has to be true of every request, whatever the server
// says: prefix and path together are the target, segment by segment, and the
// prefix is "", the base, SCRIPT_NAME, or a folder for which there is evidence.
func FuzzMount(f *testing.F) {
	f.Add("/~alice/users/7", "/~alice/cgi/app.cgi", "", "", "", "", true)
	f.Add("/%7Ealice/a%2Fb", "/~alice/cgi/app.cgi", "/a/b", "", "", "200", true)
	f.Add("/app/x", "/x", "", "", "", "", false)
	f.Add("/pretty/x", "/pretty", "/x", "/pretty", "/srv/app.cgi", "", true)
	f.Add("/shop/", "/shop/app.cgi", "", "/shop", "", "200", true)
	f.Add("/base/x//y/", "/x", "/y", "", "", "", false)
	f.Add("/cgi%2Fadmin/^", "/cgi/app.cgi", "", "", "", "", true)
	f.Add("/app.cgi/a%2fb", "/app.cgi", "/a%2fb", "", "", "", true)
	f.Add("/a/b/c/users/7", "/a/b/c/d/app.cgi", "/7", "/a/b/c/d", "", "200", true)
	f.Add("/x/admin/7", "/x", "/admin/7", "", "proxy:fcgi://h/", "", false)
	f.Fuzz(func(t *testing.T, target, script, info, context, file, status string, isCGI bool) {
		if u, err := url.ParseRequestURI(target); err != nil || !strings.HasPrefix(target, "/") || u.Path == "" {
			return
		}
		m := mounted{target: target, base: "/base", vars: []string{"SCRIPT_NAME=" + script, "PATH_INFO=" + info,
			"CONTEXT_PREFIX=" + context, "SCRIPT_FILENAME=" + file, "REDIRECT_STATUS=" + status}}
		if isCGI {
			m.program = "app.cgi"
		}
		rt := m.router()
		for _, pattern := range []string{"/", "/users/{id}", "/users/", "/{a}/{b}/{$}", "/api/{rest...}"} {
			rt.handle(pattern, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				m.holds(t, r, script, info)
			}))
		}
		rt.ServeHTTP(httptest.NewRecorder(), m.request(t))
	})
}

// holds checks a request that has reached a handler.
func (m mounted) holds(t *testing.T, r *http.Request, script, info string) {
	prefix := Prefix(r)
	raw, _, _ := strings.Cut(m.target, "?")
	have := append(parts(prefix, false), parts(r.URL.EscapedPath(), true)...)
	if want := parts(raw, true); !slices.Equal(have, want) {
		t.Fatalf("prefix %q and path %q are %q, not %q", prefix, r.URL.EscapedPath(), have, want)
	}
	if strings.Contains(prefix, "//") || strings.HasSuffix(prefix, "/") {
		t.Fatalf("prefix %q", prefix)
	}
	if whole := "/" + strings.Join(parts(raw, true), "/"); prefix != "" && prefix != m.base && !hasEvidence(prefix, whole, script, info) {
		t.Fatalf("%q has the prefix %q by %q", whole, prefix, m.vars)
	}
}

// parts are the segments of a path, without empty ones.
func parts(path string, escaped bool) []string {
	var list []string
	for part := range strings.SplitSeq(path, "/") {
		if escaped {
			part, _ = url.PathUnescape(part)
		}
		if part != "" {
			list = append(list, part)
		}
	}
	return list
}

// hasEvidence reports whether the server has named a prefix: as SCRIPT_NAME, as
// a folder of it, or by what it has left of the path.
func hasEvidence(prefix, whole, script, info string) bool {
	plain := func(path string) string {
		return plainName(strings.ReplaceAll(strings.ReplaceAll(path, "%2F", "/"), "%2f", "/"))
	}
	within := func(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }
	p, path, name, rest := plain(prefix), plain(whole), plainName(script), plain(info)
	return p == name || within(name, p) || // SCRIPT_NAME or a folder of it
		rest != "" && path == p+"/"+rest || // what is behind the program
		path == plain(p+"/"+name+"/"+rest) // what is left
}

func plainName(path string) string { return strings.TrimPrefix(plainPath(path), "/") }

// FuzzFront puts segments in front of a path that a route guards, on servers
// that have cut nothing off. None may reach the route.
func FuzzFront(f *testing.F) {
	for server := range len(fronts("")) {
		for _, front := range []string{"/x", "/x/y", "/cgi", "/cgi/app", "/cgi-bin", "/admin", "/app.cgi", "//x", "/%2e", "/x%2F..", "/x%2f", "/.", "/a/..",
			"/x%5c..", "/cgi%2F", "/^%2Fy", "/x//", "/%c3%a9", "/CGI", "/shop", "/cgi/app.cgi/..", "/app.cgi/admin/7"} {
			f.Add(server, front)
		}
	}
	own, err := os.Executable()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, server int, front string) {
		target := front + "/admin/7"
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || strings.ContainsAny(front, "?\x00") {
			return
		}
		servers := fronts(cleanPath(u.Path))
		m := servers[uint(server)%uint(len(servers))]
		m.target = target
		if name := strings.TrimPrefix(m.vars[0], "SCRIPT_NAME="); name == "/cgi/app.cgi" && strings.HasPrefix(cleanPath(u.Path)+"/", name+"/") {
			return // the server calls the program by its name
		}
		for i := range m.vars {
			m.vars[i] = strings.ReplaceAll(m.vars[i], "EXE", own)
		}
		rt := m.router()
		for _, pattern := range []string{"/", "/admin/{id}"} {
			rt.handle(pattern, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if whole := cleanPath(u.Path); Prefix(r) != "" || pattern != "/" && whole != "/admin/7" {
					t.Fatalf("%s reaches %s below %q by %q", target, pattern, Prefix(r), m.vars)
				}
			}))
		}
		rt.ServeHTTP(httptest.NewRecorder(), m.request(t))
	})
}

// fronts is what servers say of a path that they have decoded and cleaned.
func fronts(path string) []mounted {
	first, rest := path, ""
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		first, rest = path[:i+1], path[i+1:]
	}
	return []mounted{
		{vars: []string{"SCRIPT_NAME=" + path, "SCRIPT_FILENAME=/srv" + path}},
		{vars: []string{"SCRIPT_NAME=" + path + "/index.php"}},
		{vars: []string{"SCRIPT_NAME="}},
		{vars: []string{"SCRIPT_NAME=", "PATH_INFO=" + path}},
		{vars: []string{"SCRIPT_NAME=" + first, "PATH_INFO=" + rest, "SCRIPT_FILENAME=proxy:unix:/s|fcgi://localhost" + path}},
		{vars: []string{"SCRIPT_NAME=" + first, "PATH_INFO=" + rest, "SCRIPT_FILENAME=/srv" + first}},
		{program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi/app.cgi"}},
		{program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi/app.cgi", "PATH_INFO=" + path}},
		{program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi/app.cgi", "CONTEXT_PREFIX=/cgi/"}},
		{program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi/app.cgi", "CONTEXT_PREFIX=/cgi", "REDIRECT_STATUS=404"}},
		{program: "app.cgi", vars: []string{"SCRIPT_NAME=" + path, "SCRIPT_FILENAME=/srv/app.cgi"}},
		{program: "app.cgi", vars: []string{"SCRIPT_NAME=", "PATH_INFO=" + path, "SCRIPT_FILENAME=/srv/app.cgi"}},
		{vars: []string{"SCRIPT_NAME=/cgi/app.cgi", "SCRIPT_FILENAME=EXE"}},
		{vars: []string{"SCRIPT_NAME=/cgi/app.cgi", "PATH_INFO=" + path, "SCRIPT_FILENAME=EXE"}},
	}
}
