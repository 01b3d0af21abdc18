package runtime

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// prefixOf sends a request for /shop/x to a process that keeps running.
func prefixOf(t *testing.T, rt *router, vars ...string) string {
	t.Helper()
	var prefix string
	rt.handle("/", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { prefix = Prefix(r) }))
	rt.ServeHTTP(httptest.NewRecorder(), mounted{target: "/shop/x", vars: vars}.request(t))
	return prefix
}

func TestBaseHasOneMeaning(t *testing.T) {
	for base, want := range map[string]string{
		"/shop": "/shop", "/shop/": "/shop", "shop": "/shop", "shop/": "/shop", "//shop//": "/shop", "/sh%6Fp": "/shop", "/./shop": "/shop",
		"": "", "/": "", "/sho": "", "/shop/x/y": "", "/SHOP": "", "/%zz": "", "/sh%2Fop": "", "https://h/shop": "",
	} {
		if got := prefixOf(t, mounted{base: base}.router()); got != want {
			t.Errorf("App.Base(%q): prefix %q, want %q", base, got, want)
		}
		if got := prefixOf(t, mounted{}.router(), "CGIGEN_BASE="+base); got != want {
			t.Errorf("variable %q: prefix %q, want %q", base, got, want)
		}
		t.Setenv("CGIGEN_BASE", base)
		if got := prefixOf(t, mounted{}.router()); got != want {
			t.Errorf("setting %q: prefix %q, want %q", base, got, want)
		}
		os.Unsetenv("CGIGEN_BASE")
	}
}

func TestStrongerBaseWins(t *testing.T) {
	linkedBase = "/shop"
	defer func() { linkedBase = "" }()
	if got := prefixOf(t, mounted{}.router()); got != "/shop" {
		t.Errorf("linked: prefix %q", got)
	}
	if got := prefixOf(t, mounted{base: "/"}.router()); got != "" {
		t.Errorf("App.Base(/) over linked: prefix %q", got)
	}
	if got := prefixOf(t, mounted{base: "/other"}.router(), "CGIGEN_BASE=/shop"); got != "/shop" {
		t.Errorf("variable over App.Base: prefix %q", got)
	}
	t.Setenv("CGIGEN_BASE", "/shop/x")
	if got := prefixOf(t, mounted{base: "/shop"}.router(), "CGIGEN_BASE=/shop"); got != "/shop/x" {
		t.Errorf("setting over variable: prefix %q", got)
	}
	p := newProgram("test", func(_ context.Context, a *App) error { a.Base("/built"); return nil }, false)
	if _, err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if got, ok := p.Setting("BASE"); got != "/shop/x" || !ok {
		t.Errorf("gateways see %q, %t", got, ok)
	}
}

func TestGatewaysSeeTheBaseOfTheSite(t *testing.T) {
	p := newProgram("test", func(_ context.Context, a *App) error { a.Base("built/"); return nil }, false)
	if _, err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if got, ok := p.Setting("BASE"); got != "/built" || !ok {
		t.Errorf("got %q, %t", got, ok)
	}
}

// A setting in the environment that is empty is none, as the doctor says.
func TestEmptyBaseIsNone(t *testing.T) {
	t.Setenv("CGIGEN_BASE", "")
	if got := prefixOf(t, mounted{base: "/shop"}.router()); got != "/shop" {
		t.Errorf("prefix %q", got)
	}
}

func TestIgnoredScriptNameIsSaidOnce(t *testing.T) {
	const hint = "cgigen: test: SCRIPT_NAME is /shop: if the site lies below it, set CGIGEN_BASE=/shop\n"
	tests := []struct {
		name, target, script, info, base, pattern, program string
		want                                               string
	}{
		{name: "below SCRIPT_NAME", target: "/shop/x", script: "/shop", info: "/x", want: hint},
		{name: "whole path", target: "/shop/x", script: "/shop/x"},
		{name: "whole path with a slash", target: "/shop/", script: "/shop/"},
		{name: "index file", target: "/shop/", script: "/shop/index.php"},
		{name: "no SCRIPT_NAME", target: "/shop/x"},
		{name: "another path", target: "/shop/x", script: "/other", info: "/x"},
		{name: "a base", target: "/shop/x", script: "/shop", info: "/x", base: "/shop"},
		{name: "no base", target: "/shop/x", script: "/shop", info: "/x", base: "/"},
		{name: "a pattern that fits", target: "/shop/x", script: "/shop", info: "/x", pattern: "/shop/{x}"},
		{name: "CGI", target: "/shop/x", script: "/shop", info: "/x", program: "app.cgi"},
		{name: "control characters", target: "/a%0Acgigen:%20%1b[31m%22/x", script: "/a\ncgigen: \x1b[31m\"", info: "/x",
			want: "cgigen: test: SCRIPT_NAME is /a%0Acgigen:%20%1B%5B31m%22: if the site lies below it, set CGIGEN_BASE=/a%0Acgigen:%20%1B%5B31m%22\n"},
		{name: "long", target: "/" + strings.Repeat("a", 300) + "/x", script: "/" + strings.Repeat("a", 300), info: "/x",
			want: "cgigen: test: SCRIPT_NAME is /" + strings.Repeat("a", 199) + "..., which is too long for a base\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mounted{target: tt.target, base: tt.base, program: tt.program, vars: []string{"SCRIPT_NAME=" + tt.script, "PATH_INFO=" + tt.info}}
			rt := m.router()
			rt.handle("/", http.NotFoundHandler())
			if tt.pattern != "" {
				rt.handle(tt.pattern, http.NotFoundHandler())
			}
			var log bytes.Buffer
			for range 2 {
				r := m.request(t)
				gateway.InfoOf(r.Context()).Log = &log
				rt.ServeHTTP(httptest.NewRecorder(), r)
			}
			if log.String() != tt.want {
				t.Errorf("got %q, want %q", log.String(), tt.want)
			}
		})
	}
}

// A process that keeps running knows its own file under every name of it, and
// looks at no others.
func TestOwnFileIsKnownByDeviceAndInode(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link, other := filepath.Join(dir, "a", filepath.Base(own)), filepath.Join(dir, filepath.Base(own))
	if err := os.Mkdir(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(own, link); err != nil {
		t.Skip(err)
	}
	if err := os.WriteFile(other, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	e := &executable{name: filepath.Base(os.Args[0])}
	for range 2 {
		for path, want := range map[string]bool{own: true, link: true, other: false, dir: false, "": false, "proxy:unix:/s|fcgi://h" + own: false,
			filepath.Join(dir, "missing", filepath.Base(own)): false, filepath.Base(own): false} {
			if got := e.isFile(path); got != want {
				t.Errorf("%s: %t, want %t", path, got, want)
			}
		}
	}
	if len(e.known) != 4 {
		t.Errorf("%d files were looked at: %v", len(e.known), e.known)
	}
	for i := range 200 {
		e.isFile(filepath.Join(dir, strings.Repeat("x", i+1), filepath.Base(own)))
	}
	if len(e.known) > 64 || !e.isFile(own) {
		t.Errorf("%d answers are kept, own file %t", len(e.known), e.isFile(own))
	}
}

func TestHiddenDotsAreRefused(t *testing.T) {
	rt := newRouter("/admin/{x...}", "/")
	for _, path := range []string{"/admin/%2e%2e/pub/7", "/admin/..%2fpub/7", "/admin/.%2E/pub", "/admin/%2e/x", "/admin/%2E", "/x%2f..%2fadmin/7",
		"/x%5c..%5cadmin/7", "/x/..%5cadmin", "/x/..\\admin", "/x%2F..", "/x%5C.", "/%2e%2e%2fadmin", "/a/../%2e%2e/b", "/a%2F./b"} {
		if w := call(t, rt, "GET", path, ""); w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "|") {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/admin/..x", "/admin/x..", "/admin/...", "/admin/%2e%2e%2e", "/admin/%2Ex", "/admin/a%2Fb", "/admin/a%5Cb", "/admin/%252e%252e",
		"/admin/.x%2F.y", "/admin/..;x", "/admin/x?a=/../%2e%2e"} {
		if w := call(t, rt, "GET", path, ""); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "/admin/{x...}|") {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/admin/../x", "/admin/./x"} {
		if w := call(t, rt, "CONNECT", path, ""); w.Code != http.StatusBadRequest {
			t.Errorf("CONNECT %s: %d", path, w.Code)
		}
		if w := call(t, rt, "GET", path, ""); w.Code != http.StatusTemporaryRedirect {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// What a handler gets of a path that net/http would forget the escapes of.
func TestEscapedSlashStaysBesideRawBytes(t *testing.T) {
	for _, raw := range []string{"^", "\"", "|", "<", ">", "\\", "`", "{", "}", "é"} {
		rt := mounted{}.router()
		var got string
		rt.handle("/admin/{x}", http.NotFoundHandler())
		rt.handle("/{path...}", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.PathValue("path") }))
		m := mounted{target: "/admin%2Fx" + raw}
		u, err := url.ParseRequestURI(m.target)
		if err != nil {
			t.Fatal(err)
		}
		direct := &http.Request{Method: "GET", URL: u, RequestURI: m.target} // by the server of net/http
		for _, r := range []*http.Request{m.request(t), gateway.WithVars(direct, nil)} {
			got = ""
			if rt.ServeHTTP(httptest.NewRecorder(), r); got != "admin/x"+raw || r.RequestURI != m.target {
				t.Errorf("%q: path value %q, RequestURI %q", m.target, got, r.RequestURI)
			}
		}
	}
}
