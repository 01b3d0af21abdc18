//go:build unix

package suite_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// Programs that serve the suite's handler.
const (
	ours    = "torture"
	nethttp = "nethttpcgi"
)

// web has compile link the HTTP gateway, too.
const web = "GOFLAGS=-tags=web"

// compile builds a test program as users build theirs, and returns its path. The variables are for the go command.
func compile(t testing.TB, name string, env ...string) string {
	t.Helper()
	return compileLinked(t, name, "", env...)
}

// compileLinked is compile with more for the linker.
func compileLinked(t testing.TB, name, flags string, env ...string) string {
	t.Helper()
	program := filepath.Join(servers.Dir(t), name)
	cmd := exec.Command("go", "build", "-trimpath", "-buildmode=exe", "-ldflags", "-s -w "+flags, "-o", program, "./testprograms/"+name)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// site is a folder with a program in the places where people put one.
type site struct {
	dir, program string
}

// newSite installs a program.
func newSite(t testing.TB, program string) site {
	t.Helper()
	s := site{dir: servers.Dir(t), program: filepath.Base(program)}
	for _, dir := range []string{"cgi-bin", "site/api", "home"} {
		servers.Install(t, program, s.dir, dir+"/app.cgi")
	}
	if err := os.Mkdir(s.tmp(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.tmp(), 0o777); err != nil {
		t.Fatal(err)
	}
	return s
}

// path returns a path in the site's folder.
func (s site) path(name string) string { return filepath.Join(s.dir, name) }

// tmp is the folder that programs have for temporary files, and nobody else.
func (s site) tmp() string { return s.path("tmp") }

// host is one way in which a server runs a program.
type host struct {
	mount, prefix, config string
}

// targets names the hosts of a running server.
func targets(s *servers.Server, name, program string, hosts []host) []suite.Target {
	var list []suite.Target
	for i, h := range hosts {
		list = append(list, suite.Target{Server: name, Mount: h.mount, Program: program, Addr: s.Addr(i), Prefix: h.prefix})
	}
	return list
}

func configs(hosts []host) []string {
	var list []string
	for _, h := range hosts {
		list = append(list, h.config)
	}
	return list
}

// stack is a web server with a way of running CGI programs.
type stack struct {
	name  string
	start func(testing.TB, site) []suite.Target
}

func stacks() []stack {
	return []stack{
		{"apache-cgid", func(t testing.TB, s site) []suite.Target { return apache(t, s, "cgid") }},
		{"apache-cgi", func(t testing.TB, s site) []suite.Target { return apache(t, s, "cgi") }},
		{"lighttpd", lighttpd},
		{"nginx-fcgiwrap", nginx},
		{"caddy-fcgiwrap", caddy},
		{"busybox", busybox},
	}
}

// apache runs programs by mod_cgid or mod_cgi, mounted in the ways of its manual.
func apache(t testing.TB, s site, module string) []suite.Target {
	const rewrite = "RewriteEngine On\nRewriteCond %{REQUEST_URI} !/app\\.cgi\nRewriteRule ^ "
	servers.Write(t, s.dir, "site/.htaccess", rewrite+"api/app.cgi [L]\n", 0o644)
	servers.Write(t, s.dir, "home/.htaccess", "Options +ExecCGI\n"+rewrite+"app.cgi [L]\n", 0o644)
	shared := fmt.Sprintf(`<Directory %q>
			AllowOverride All
		</Directory>
		SetEnv TMPDIR %q
		<Files "app.cgi">
			SetHandler cgi-script
		</Files>
		<Directory %q>
			Options +ExecCGI
		</Directory>
		`, s.dir, s.tmp(), s.path("site/api"))
	common := shared + fmt.Sprintf(`AllowEncodedSlashes NoDecode
		MergeSlashes Off
		<Directory %q>
			CGIPassAuth On
		</Directory>
		`, s.dir)
	hosts := []host{
		{"direct", "/cgi-bin/app.cgi", common + `ScriptAlias "/cgi-bin/" "` + s.path("cgi-bin") + `/"`},
		{"rewrite", "", common + `DocumentRoot "` + s.path("site") + `"`},
		{"sub-directory", "/~alice", common + `Alias "/~alice" "` + s.path("home") + `"
			<Directory "` + s.path("home") + `">
				RewriteBase "/~alice/"
			</Directory>`},
		{"fallback", "", common + `DocumentRoot "` + s.path("cgi-bin/none") + `"
			Alias "/api/" "` + s.path("site/api") + `/"
			FallbackResource /api/app.cgi`},
		{"shared host", "", shared + `DocumentRoot "` + s.path("site") + `"`},
		{"whole path", "", common + `ScriptAlias "/" "` + s.path("cgi-bin/app.cgi") + `/"`},
	}
	os.Mkdir(s.path("cgi-bin/none"), 0o755)
	options := servers.Options{Modules: []string{module, "rewrite"}, Prefork: module == "cgi"}
	return targets(servers.Apache(t, options, configs(hosts)...), "apache-"+module, s.program, hosts)
}

// lighttpd runs programs by mod_cgi.
func lighttpd(t testing.TB, s site) []suite.Target {
	const global = `server.modules = ( "mod_rewrite", "mod_alias", "mod_setenv", "mod_cgi" )
		server.stream-response-body = 1
		cgi.assign = ( ".cgi" => "" )
		`
	alias := `alias.url = ( "/cgi-bin/" => "` + s.path("cgi-bin") + `/", "/~alice/" => "` + s.path("home") + `/" )
		setenv.add-environment = ( "TMPDIR" => "` + s.tmp() + `" )
		`
	hosts := []host{
		{"direct", "/cgi-bin/app.cgi", alias},
		{"rewrite", "", alias + `url.rewrite-once = ( "^/(.*)$" => "/cgi-bin/app.cgi/$1" )`},
		{"sub-directory", "/~alice", alias + `url.rewrite-once = ( "^/~alice/(.*)$" => "/~alice/app.cgi/$1" )`},
		{"whole path", "", `alias.url = ( "/" => "` + s.path("cgi-bin/app.cgi") + `/" )
			setenv.add-environment = ( "TMPDIR" => "` + s.tmp() + `" )`},
	}
	return targets(servers.Lighttpd(t, global, configs(hosts)...), "lighttpd", s.program, hosts)
}

// nginx hands programs to fcgiwrap.
func nginx(t testing.TB, s site) []suite.Target {
	socket := servers.Fcgiwrap(t, 8)
	params := func(lines ...string) string {
		return strings.Join(lines, ";\n") + ";\n" + nginxParams + `
			fastcgi_param SCRIPT_FILENAME "` + s.path("cgi-bin/app.cgi") + `";
			fastcgi_param TMPDIR "` + s.tmp() + `";
			fastcgi_buffering off;
			fastcgi_pass unix:` + socket + ";\n"
	}
	hosts := []host{
		{"direct", "/cgi-bin/app.cgi", "merge_slashes off;\nlocation ^~ /cgi-bin/app.cgi {\n" +
			params("fastcgi_split_path_info ^(/cgi-bin/app.cgi)(.*)$", "fastcgi_param SCRIPT_NAME /cgi-bin/app.cgi",
				"fastcgi_param PATH_INFO $fastcgi_path_info") + "}"},
		{"rewrite", "", "merge_slashes off;\nlocation / {\n" + params("fastcgi_param SCRIPT_NAME /cgi-bin/app.cgi", "fastcgi_param PATH_INFO $uri") + "}"},
		{"sub-directory", "/~alice", "merge_slashes off;\nlocation ^~ /~alice {\n" +
			params("fastcgi_split_path_info ^(/~alice)(.*)$", "fastcgi_param SCRIPT_NAME /~alice/app.cgi", "fastcgi_param PATH_INFO $fastcgi_path_info") + "}"},
		{"whole path", "", "merge_slashes off;\nlocation / {\n" + params("fastcgi_param SCRIPT_NAME $fastcgi_script_name") + "}"},
	}
	return targets(servers.Nginx(t, configs(hosts)...), "nginx-fcgiwrap", s.program, hosts)
}

// nginxParams are those of nginx's fastcgi_params, but for HTTP_HOST, which Debian has without the port, for
// NO_BUFFERING, by which fcgiwrap sends on at once, and for a buffer that takes more of a header than nginx's own 4 KB.
const nginxParams = `
	fastcgi_buffer_size 32k;
	fastcgi_buffers 16 8k;
	fastcgi_param CGIGEN_HEADER_BUFFER 32768;
	fastcgi_param QUERY_STRING $query_string;
	fastcgi_param REQUEST_METHOD $request_method;
	fastcgi_param CONTENT_TYPE $content_type;
	fastcgi_param CONTENT_LENGTH $content_length;
	fastcgi_param REQUEST_URI $request_uri;
	fastcgi_param DOCUMENT_URI $document_uri;
	fastcgi_param DOCUMENT_ROOT $document_root;
	fastcgi_param SERVER_PROTOCOL $server_protocol;
	fastcgi_param REQUEST_SCHEME $scheme;
	fastcgi_param HTTPS $https if_not_empty;
	fastcgi_param GATEWAY_INTERFACE CGI/1.1;
	fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;
	fastcgi_param REMOTE_ADDR $remote_addr;
	fastcgi_param REMOTE_PORT $remote_port;
	fastcgi_param REMOTE_USER $remote_user;
	fastcgi_param SERVER_ADDR $server_addr;
	fastcgi_param SERVER_PORT $server_port;
	fastcgi_param SERVER_NAME $server_name;
	fastcgi_param REDIRECT_STATUS 200;
	fastcgi_param NO_BUFFERING 1;`

// caddy hands programs to fcgiwrap: Debian's Caddy has no CGI of its own.
func caddy(t testing.TB, s site) []suite.Target {
	socket := servers.Fcgiwrap(t, 8)
	proxy := func(name string, lines ...string) string {
		return "reverse_proxy unix/" + socket + " {\nflush_interval -1\ntransport fastcgi {\nroot " + s.path("cgi-bin") +
			"\nenv SCRIPT_FILENAME " + s.path("cgi-bin/app.cgi") + "\nenv TMPDIR " + s.tmp() + "\nenv SCRIPT_NAME " + name + "\nenv NO_BUFFERING 1\n" + strings.Join(lines, "\n") + "}\n}\n"
	}
	hosts := []host{
		{"direct", "/cgi-bin/app.cgi", "handle /cgi-bin/app.cgi/* {\n" + proxy("/cgi-bin/app.cgi", "split .cgi\n") + "}\n"},
		{"rewrite", "", "handle {\n" + proxy("/cgi-bin/app.cgi") + "}\n"},
		{"sub-directory", "/~alice", "handle /~alice/* {\n" + proxy("/~alice/cgi/app.cgi") + "}\n"},
	}
	return targets(servers.Caddy(t, configs(hosts)...), "caddy-fcgiwrap", s.program, hosts)
}

// busybox knows programs in /cgi-bin/ alone.
func busybox(t testing.TB, s site) []suite.Target {
	hosts := []host{{"direct", "/cgi-bin/app.cgi", ""}}
	return targets(servers.Busybox(t, s.dir, "TMPDIR="+s.tmp()), "busybox", s.program, hosts)
}
