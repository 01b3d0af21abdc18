package runtime

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/config"
	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// catchAll is the patterns of a program that is one handler for everything.
var catchAll = []string{"/"}

// A mounted is what a server says of a request, and where the program is
// mounted by that. EXE is the program's own file, NAME its last element.
type mounted struct {
	name, target string
	program      string // the name by which a CGI program is started; "" is a process that keeps running
	vars         []string
	patterns     []string // nil is catchAll
	base         string   // App.Base
	prefix, path string
}

// The rows of the table of what servers say.
func TestProgramIsMountedWhereTheServerPutIt(t *testing.T) {
	user := []string{"/users/{id}", "/"}
	tests := []mounted{
		{name: "nginx, fastcgi_params", target: "/foo/", vars: []string{"SCRIPT_NAME=/foo/"}, path: "/foo/"},
		{name: "nginx, fastcgi_index", target: "/foo/", vars: []string{"SCRIPT_NAME=/foo/index.php", "SCRIPT_FILENAME=/srv/foo/index.php"}, path: "/foo/"},
		{name: "nginx, scgi_params", target: "/foo/x", path: "/foo/x"},
		{name: "nginx, rewrite with break", target: "/app/x", vars: []string{"SCRIPT_NAME=/x"}, prefix: "/app", path: "/x"},
		{name: "nginx, fastcgi_split_path_info with fastcgi.conf", target: "/app/x",
			vars: []string{"SCRIPT_NAME=/app", "PATH_INFO=/x", "SCRIPT_FILENAME=/srv/app", "CGIGEN_BASE=/app"}, prefix: "/app", path: "/x"},
		{name: "nginx, fastcgi_split_path_info without a base", target: "/app/x",
			vars: []string{"SCRIPT_NAME=/app", "PATH_INFO=/x", "SCRIPT_FILENAME=/srv/app"}, path: "/app/x"},
		{name: "Caddy, handle_path", target: "/shop/users/7", vars: []string{"SCRIPT_NAME=/users/7"}, prefix: "/shop", path: "/users/7"},
		{name: "lighttpd FastCGI without fix-root-scriptname", target: "/x/admin/7",
			vars: []string{"SCRIPT_NAME=/x", "PATH_INFO=/admin/7"}, path: "/x/admin/7"},
		{name: "lighttpd CGI, alias", target: "/pretty/x", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/pretty", "PATH_INFO=/x", "SCRIPT_FILENAME=/srv/app.cgi"}, prefix: "/pretty", path: "/x"},
		{name: "lighttpd CGI, alias, with a slash", target: "/pretty/", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/pretty", "PATH_INFO=/", "SCRIPT_FILENAME=/srv/app.cgi"}, prefix: "/pretty", path: "/"},
		{name: "lighttpd CGI, alias, entry page", target: "/pretty", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/pretty", "SCRIPT_FILENAME=/srv/app.cgi", "CGIGEN_BASE=/pretty"}, prefix: "/pretty", path: "/"},
		{name: "Apache, SetHandler proxy:unix", target: "/t/echo/a",
			vars: []string{"SCRIPT_NAME=/t", "PATH_INFO=/echo/a", "SCRIPT_FILENAME=proxy:unix:/s|fcgi://localhost/srv/t"}, path: "/t/echo/a"},
		{name: "Apache, ProxyFCGIBackendType GENERIC", target: "/gen/a",
			vars: []string{"SCRIPT_NAME=/gen", "PATH_INFO=/a", "SCRIPT_FILENAME=/srv/gen"}, path: "/gen/a"},
		{name: "Apache, mod_proxy_scgi", target: "/x/admin/7", vars: []string{"SCRIPT_NAME=/x", "PATH_INFO=/admin/7"},
			patterns: []string{"/", "/admin/{id}"}, path: "/x/admin/7"},
		{name: "by hand", target: "/app/x", vars: []string{"SCRIPT_NAME=/app", "PATH_INFO=/x", "CGIGEN_BASE=/app"}, prefix: "/app", path: "/x"},
		{name: "Apache, ScriptAlias of a folder", target: "/cgi-bin/user.cgi/users/7", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/user.cgi", "PATH_INFO=/users/7", "CONTEXT_PREFIX=/cgi-bin/"}, prefix: "/cgi-bin/user.cgi", path: "/users/7"},
		{name: "Apache, ScriptAlias of the root", target: "/t/a", program: "app.cgi", vars: []string{"SCRIPT_NAME=", "PATH_INFO=/t/a"}, path: "/t/a"},
		{name: "Apache, ScriptAlias of a name", target: "/pretty", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/pretty", "CONTEXT_PREFIX=/pretty"}, prefix: "/pretty", path: "/"},
		{name: "Apache, ScriptAlias of a name, and more", target: "/pretty/x", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/pretty", "PATH_INFO=/x", "CONTEXT_PREFIX=/pretty"}, prefix: "/pretty", path: "/x"},
		{name: "Apache, ScriptAlias of a route", target: "/users/7", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/users", "PATH_INFO=/7", "CONTEXT_PREFIX=/users"}, patterns: user, path: "/users/7"},
		{name: "Apache, ScriptAliasMatch", target: "/foo/bar", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/foo/bar", "SCRIPT_FILENAME=/srv/app.cgi"}, path: "/foo/bar"},
		{name: "rewritten at the root", target: "/users/7", program: "user.cgi", vars: []string{"SCRIPT_NAME=/cgi/user.cgi"}, patterns: user, path: "/users/7"},
		{name: "rewritten in a folder", target: "/~alice/users/7", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/~alice/cgi/user.cgi"}, patterns: user, prefix: "/~alice", path: "/users/7"},
		{name: "rewritten, the program's folder in front", target: "/cgi/admin/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/app.cgi"}, patterns: []string{"/", "/admin/{x}"}, path: "/cgi/admin/7"},
		{name: "rewritten, more in front", target: "/a/b/c/admin/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/app.cgi"}, patterns: []string{"/", "/admin/{x}"}, path: "/a/b/c/admin/7"},
		{name: "rewritten in a folder of the route's name", target: "/api/users/7", program: "u.cgi",
			vars: []string{"SCRIPT_NAME=/api/cgi/u.cgi"}, patterns: []string{"/api/users/{id}", "/"}, path: "/api/users/7"},
		{name: "merged slashes", target: "/cgi-bin//user.cgi/users/7", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/user.cgi", "PATH_INFO=/users/7"}, patterns: user, prefix: "/cgi-bin/user.cgi", path: "/users/7"},
		{name: "rewritten with the rest in a folder", target: "/shop/users/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/shop/cgi/app.cgi", "PATH_INFO=/users/7"}, prefix: "/shop", path: "/users/7"},
		{name: "rewritten with a part of the rest", target: "/users/7", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/user.cgi", "PATH_INFO=/7"}, patterns: user, path: "/users/7"},
		{name: "called directly, wildcards", target: "/cgi/app.cgi/x", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/app.cgi", "PATH_INFO=/x"}, patterns: []string{"/", "/{a}/{b}/{c}"}, prefix: "/cgi/app.cgi", path: "/x"},
		{name: "DirectoryIndex", target: "/shop/", program: "app.cgi", vars: []string{"SCRIPT_NAME=/shop/app.cgi"}, prefix: "/shop", path: "/"},
		{name: "mod_userdir", target: "/~alice/users/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/~alice/app.cgi", "CONTEXT_PREFIX=/~alice", "REDIRECT_STATUS=200"}, patterns: user, prefix: "/~alice", path: "/users/7"},
		{name: "Action", target: "/a/b", program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "PATH_INFO=/a/b"}, path: "/a/b"},
		{name: "mod_fcgid", target: "/cgi-bin/NAME", vars: []string{"SCRIPT_NAME=/cgi-bin/NAME", "SCRIPT_FILENAME=EXE"},
			prefix: "/cgi-bin/NAME", path: "/"},
		{name: "mod_fcgid and more", target: "/cgi-bin/NAME/x", vars: []string{"SCRIPT_NAME=/cgi-bin/NAME", "PATH_INFO=/x", "SCRIPT_FILENAME=EXE"},
			prefix: "/cgi-bin/NAME", path: "/x"},
		{name: "mod_fcgid, ScriptAlias of a name", target: "/pretty", vars: []string{"SCRIPT_NAME=/pretty", "SCRIPT_FILENAME=EXE", "CONTEXT_PREFIX=/pretty"},
			prefix: "/pretty", path: "/"},
		{name: "mod_fcgid, ScriptAlias of a name, and more", target: "/pretty/x",
			vars: []string{"SCRIPT_NAME=/pretty", "PATH_INFO=/x", "SCRIPT_FILENAME=EXE", "CONTEXT_PREFIX=/pretty"}, prefix: "/pretty", path: "/x"},
		{name: "Apache, a proxy below an Alias", target: "/pretty/x",
			vars: []string{"SCRIPT_NAME=/pretty", "PATH_INFO=/x", "SCRIPT_FILENAME=/srv/pretty", "CONTEXT_PREFIX=/pretty"}, path: "/pretty/x"},
		{name: "mod_fcgid, rewritten in a folder", target: "/~alice/x", vars: []string{"SCRIPT_NAME=/~alice/cgi/NAME", "SCRIPT_FILENAME=EXE"},
			prefix: "/~alice", path: "/x"},
		{name: "built in, called directly", target: "/shop/cgi/app.cgi/x", program: "app.cgi", base: "/shop",
			vars: []string{"SCRIPT_NAME=/shop/cgi/app.cgi", "PATH_INFO=/x"}, prefix: "/shop/cgi/app.cgi", path: "/x"},
		{name: "built in, rewritten", target: "/shop/any", program: "app.cgi", base: "/shop",
			vars: []string{"SCRIPT_NAME=/shop/cgi/app.cgi"}, prefix: "/shop", path: "/any"},
		{name: "built in, rewritten to cgi-bin, patterns", target: "/shop/any/7", program: "app.cgi", base: "/shop",
			vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi"}, patterns: []string{"/any/{x}", "/{path...}"}, prefix: "/shop", path: "/any/7"},
		{name: "built in, any variables", target: "/shop/any", base: "/shop", vars: []string{"SCRIPT_NAME=/shop/any"}, prefix: "/shop", path: "/any"},
		{name: "escape in the prefix", target: "/%7Ealice/users/a%2Fb", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/~alice/cgi/user.cgi"}, patterns: user, prefix: "/~alice", path: "/users/a%2Fb"},
		{name: "escaped slash in the prefix", target: "/cgi%2Fadmin/^", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/app.cgi"}, patterns: []string{"/", "/admin/{x}"}, path: "/cgi%2Fadmin/%5E"},
		{name: "mini_httpd", program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "PATH_INFO=/x", "SERVER_SOFTWARE=mini_httpd/1.30"},
			prefix: "/cgi-bin/app.cgi", path: "/x"},
		{name: "IIS", program: "app.exe", vars: []string{"SCRIPT_NAME=/app.exe", "PATH_INFO=/app.exe/app.exe/x", "SERVER_SOFTWARE=Microsoft-IIS/10.0"},
			prefix: "/app.exe", path: "/app.exe/x"},
		{name: "IIS without its name", program: "app.exe", vars: []string{"SCRIPT_NAME=/app.exe", "PATH_INFO=/app.exe/app.exe/x", "APPL_MD_PATH=/LM/W3SVC/1/ROOT"},
			prefix: "/app.exe", path: "/app.exe/x"},
		{name: "mini_httpd, the same target", program: "app.exe", vars: []string{"SCRIPT_NAME=/app.exe", "PATH_INFO=/app.exe/x", "SERVER_SOFTWARE=mini_httpd/1.30"},
			prefix: "/app.exe", path: "/app.exe/x"},
		{name: "slowcgi", target: "/cgi-bin/app.cgi/x", program: "app.cgi", vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "PATH_INFO=/x"},
			prefix: "/cgi-bin/app.cgi", path: "/x"},

		// Neighbours of the rows.
		{name: "Apache, a rewrite of the host to a ScriptAlias, its folder in front", target: "/cgi-bin/admin/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "CONTEXT_PREFIX=/cgi-bin/"}, path: "/cgi-bin/admin/7"},
		{name: "Apache, ErrorDocument, the program's folder in front", target: "/cgi-bin/admin/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "CONTEXT_PREFIX=/cgi-bin", "REDIRECT_STATUS=404"}, path: "/cgi-bin/admin/7"},
		{name: "Apache, FallbackResource, the program's folder in front", target: "/api/admin/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/api/app.cgi", "CONTEXT_PREFIX=/api/"}, path: "/api/admin/7"},
		{name: "an escaped slash that Apache leaves", target: "/cgi-bin/app.cgi/a%2fb", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "PATH_INFO=/a%2fb"}, prefix: "/cgi-bin/app.cgi", path: "/a%2fb"},
		{name: "an escaped slash that lighttpd decodes", target: "/cgi-bin/app.cgi/a%2Fb", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/app.cgi", "PATH_INFO=/a/b"}, prefix: "/cgi-bin/app.cgi", path: "/a%2Fb"},
		{name: "an escaped slash behind what is cut off", target: "/app/a%2F%2Fb", vars: []string{"SCRIPT_NAME=/a/b"}, prefix: "/app", path: "/a%2F%2Fb"},
		{name: "an escaped slash where it would be cut off", target: "/app%2Fa", vars: []string{"SCRIPT_NAME=/a"}, path: "/app%2Fa"},
		{name: "an escaped slash in what is cut off", target: "/a%2Fb/x", vars: []string{"SCRIPT_NAME=/x"}, path: "/a%2Fb/x"},
		{name: "busybox, which decodes the target", target: "/app.cgi/a?b", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/app.cgi", "PATH_INFO=/a?b"}, prefix: "/app.cgi", path: "/a"},
		{name: "called by its name through a rewrite that drops the rest", target: "/cgi/app.cgi/admin/7", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/app.cgi"}, path: "/cgi/app.cgi/admin/7"},
		{name: "nginx, fastcgi_params and the program's file", target: "/a/b/c/d", vars: []string{"SCRIPT_NAME=/a/b/c/d", "SCRIPT_FILENAME=EXE"}, path: "/a/b/c/d"},
		{name: "nginx, the same and PATH_INFO", target: "/a/b/c/", vars: []string{"SCRIPT_NAME=/a/b/c/", "PATH_INFO=/a/b/c/", "SCRIPT_FILENAME=EXE"}, path: "/a/b/c/"},
		{name: "nginx and fcgiwrap, the same and PATH_INFO", target: "/a/b/", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/a/b/", "PATH_INFO=/a/b/", "SCRIPT_FILENAME=/srv/app.cgi"}, path: "/a/b/"},
		{name: "Apache, ProxyFCGISetEnvIf of the program's file", target: "/x/admin/7",
			vars: []string{"SCRIPT_NAME=/x", "PATH_INFO=/admin/7", "SCRIPT_FILENAME=EXE"}, path: "/x/admin/7"},
		{name: "an escape twice", target: "/app.cgi/a%252Fb", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/app.cgi", "PATH_INFO=/a%2Fb"}, prefix: "/app.cgi", path: "/a%252Fb"},
		{name: "another path that begins like the base", target: "/shopping", base: "/shop", path: "/shopping"},
		{name: "the base itself", target: "/shop", base: "/shop", prefix: "/shop", path: "/"},
		{name: "the folder of the base", target: "/shop/", base: "/shop", prefix: "/shop", path: "/"},
		{name: "cut off, with a slash at the end", target: "/app/x/", vars: []string{"SCRIPT_NAME=/x/"}, prefix: "/app", path: "/x/"},
		{name: "another program's name", target: "/cgi-bin/other.cgi/x", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi-bin/other.cgi", "PATH_INFO=/x"}, path: "/cgi-bin/other.cgi/x"},
		{name: "FastCGI, a file with another name", target: "/app.fcgi", vars: []string{"SCRIPT_NAME=/app.fcgi", "SCRIPT_FILENAME=/srv/app.fcgi"}, path: "/app.fcgi"},
		{name: "the deepest folder, unless a pattern fits below another one", target: "/a/b/users/7", program: "user.cgi",
			vars: []string{"SCRIPT_NAME=/a/b/users/cgi/user.cgi"}, patterns: user, prefix: "/a/b", path: "/users/7"},
		{name: "rewritten, with the program's path behind a segment", target: "/x/cgi/app.cgi", program: "app.cgi",
			vars: []string{"SCRIPT_NAME=/cgi/app.cgi"}, path: "/x/cgi/app.cgi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.check(t) })
	}
}

func (m mounted) check(t *testing.T) {
	t.Helper()
	if m.patterns == nil {
		m.patterns = catchAll
	}
	rt := m.router()
	var got struct{ prefix, path string }
	for _, pattern := range m.patterns {
		rt.handle(pattern, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got.prefix, got.path = Prefix(r), r.URL.EscapedPath()
		}))
	}
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, m.request(t))
	if to := w.Header().Get("Location"); w.Code == http.StatusTemporaryRedirect { // slashes are merged: follow once
		m.target = to
		rt.ServeHTTP(httptest.NewRecorder(), m.request(t))
	}
	m.prefix = strings.ReplaceAll(m.prefix, "NAME", filepath.Base(os.Args[0]))
	if got.prefix != m.prefix || got.path != m.path {
		t.Errorf("%s: status %d, prefix %q, path %q; want %q, %q", m.target, w.Code, got.prefix, got.path, m.prefix, m.path)
	}
}

// router is that of the program, without routes.
func (m mounted) router() *router {
	rt := &router{}
	rt.mount.name, rt.mount.values, rt.mount.built = "test", config.Open("test"), m.base
	rt.mount.isCGI, rt.mount.program.name = m.program != "", m.program
	if m.program == "" {
		rt.mount.program.name = filepath.Base(os.Args[0])
	}
	return rt
}

// request is what a gateway makes of the variables.
func (m mounted) request(t testing.TB) *http.Request {
	t.Helper()
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	named := strings.NewReplacer("EXE", own, "NAME", filepath.Base(own))
	vars := gateway.Vars{{Name: "REQUEST_METHOD", Value: "GET"}, {Name: "HTTP_HOST", Value: "h"}, {Name: "REQUEST_URI", Value: named.Replace(m.target)}}
	for _, entry := range m.vars {
		v, _ := gateway.ParseVar(entry)
		v.Value = named.Replace(v.Value)
		vars = append(vars, v)
	}
	r, _, err := gateway.NewRequest(context.Background(), vars, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
