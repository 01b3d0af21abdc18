//go:build unix

package suite_test

import (
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// nginxPlaces include the files that Debian's nginx brings, as they are.
func nginxPlaces(t testing.TB, a apps) ([]place, *servers.Server) {
	app := a.spawn()
	pass := "fastcgi_pass unix:" + app + ";\n"
	fastcgi := func(socket string) string {
		return "include /etc/nginx/fastcgi_params;\nfastcgi_pass unix:" + socket + ";\n"
	}
	stock := fastcgi(app)
	withFile := "include /etc/nginx/fastcgi.conf;\n" + pass
	root := "root " + a.root + ";\n"
	based := servers.Spawn(a, a.install(), "CGIGEN_BASE=/shop")
	program := a.install()
	wrapped := "include /etc/nginx/fastcgi_params;\nfastcgi_param SCRIPT_FILENAME " + program + ";\nfastcgi_pass unix:" + servers.Fcgiwrap(t, 8) + ";\n"
	servers.Write(t, a.root, "x.php", "", 0o644)
	const deny = "location ^~ /admin {\ndeny all;\n}\n"
	admin := a.spawn(guardedPatterns()...)
	adminProgram := a.install(guardedPatterns()...)
	list := []place{
		whole("nginx-fastcgi", "fastcgi_params", "", "location / {\n"+stock+"}",
			atRoot("/foo/", "/foo/", "", ""),
			atRoot("/foo/x", "/foo/x", "", ""),
		),
		whole("nginx-fastcgi", "fastcgi_params and fastcgi_index", "", "location / {\nfastcgi_index index.php;\n"+stock+"}",
			atRoot("/foo/", "/foo/index.php", "", ""),
			atRoot("/", "/index.php", "", ""),
		),
		whole("nginx-fastcgi", "fastcgi.conf", "", root+"location / {\n"+withFile+"}",
			atRoot("/foo/", "/foo/", "", "ROOT/foo/"),
		),
		whole("nginx-scgi", "scgi_params", "", "location / {\ninclude /etc/nginx/scgi_params;\nscgi_pass unix:"+app+";\n}",
			atRoot("/foo/x", "", "", ""),
		),
		whole("nginx-fastcgi", "uwsgi_params", "", "location / {\n"+uwsgiParams(t)+pass+"}",
			atRoot("/foo/x", "", "/foo/x", ""),
		),
		whole("nginx-fastcgi", "rewrite", "/app", "location /app/ {\nrewrite ^/app(/.*)$ $1 break;\n"+stock+"}",
			row{"/app/x", "/x", "", "", "/app", "/x", ""},
			row{"/app/", "/", "", "", "", "/app/", ""}, // nothing is left that could show what was cut off
		),
		whole("nginx-fastcgi", "rewrite with the variable CGIGEN_BASE", "/app", "location /app/ {\nrewrite ^/app(/.*)$ $1 break;\nfastcgi_param CGIGEN_BASE /app;\n"+stock+"}"),
		whole("nginx-fastcgi", "split with the variable CGIGEN_BASE", "/app", root+"location /app {\nfastcgi_split_path_info ^(/app)(/.*)$;\nfastcgi_param PATH_INFO $fastcgi_path_info;\n"+
			"fastcgi_param CGIGEN_BASE /app;\n"+withFile+"}",
			row{"/app/x", "/app", "/x", "ROOT/app", "/app", "/x", ""},
		),
		only("nginx-fastcgi", "split", "", root+"location /app {\nfastcgi_split_path_info ^(/app)(/.*)$;\nfastcgi_param PATH_INFO $fastcgi_path_info;\n"+withFile+"}",
			atRoot("/app/x", "/app", "/x", "ROOT/app"),
		),
		only("nginx-fastcgi", "fastcgi-php.conf", "", root+"location ~ \\.php(/|$) {\n"+phpSnippet(t)+pass+"}",
			atRoot("/x.php/a", "/x.php", "/a", "ROOT/x.php"),
			atRoot("/x.php", "/x.php", "", "ROOT/x.php"),
		),
		whole("nginx-fastcgi", "variable CGIGEN_BASE", "/shop", "location /shop {\nfastcgi_param CGIGEN_BASE /shop;\n"+stock+"}",
			row{"/shop/", "/shop/", "", "", "/shop", "/", ""},
			row{"/shop", "/shop", "", "", "/shop", "/", ""},
		),
		whole("nginx-fastcgi", "setting CGIGEN_BASE", "/shop", "location /shop {\n"+fastcgi(based)+"}"),
		whole("nginx-fcgiwrap", "fastcgi_params", "", "location / {\n"+wrapped+"}",
			atRoot("/foo/", "/foo/", "", "PROGRAM"),
			row{"/foo/app.cgi", "/foo/app.cgi", "", "PROGRAM", "/foo/app.cgi", "/", ""}, // the same variables as a direct call
		),
		whole("nginx-fcgiwrap", "variable CGIGEN_BASE", "/shop", "location /shop {\nfastcgi_param CGIGEN_BASE /shop;\n"+wrapped+"}"),
		whole("nginx-fastcgi", "base= of the site", "/shop", "location /shop {\n"+fastcgi(a.spawn("base /shop", "/"))+"}"),
		whole("nginx-fastcgi", "package --base", "/shop", "location /shop {\n"+fastcgi(a.below("/shop").spawn())+"}"),
		whole("nginx-fastcgi", "variable CGIGEN_BASE over base=", "/shop", "location /shop {\nfastcgi_param CGIGEN_BASE /shop;\n"+fastcgi(a.spawn("base /other", "/"))+"}"),
		whole("nginx-fastcgi", "setting CGIGEN_BASE over the variable", "/shop", "location /shop {\nfastcgi_param CGIGEN_BASE /other;\n"+fastcgi(based)+"}"),
		whole("nginx-scgi", "SCRIPT_NAME and PATH_INFO by hand, with the variable CGIGEN_BASE", "/app", "location ~ ^(/app)(/.*|)$ {\ninclude /etc/nginx/scgi_params;\n"+
			"scgi_param SCRIPT_NAME $1;\nscgi_param PATH_INFO $2;\nscgi_param CGIGEN_BASE /app;\nscgi_pass unix:"+app+";\n}",
			row{"/app/x", "/app", "/x", "", "/app", "/x", ""},
			row{"/app", "/app", "", "", "/app", "/", ""},
		),
		only("nginx-scgi", "SCRIPT_NAME and PATH_INFO by hand", "", "location ~ ^(/app)(/.*|)$ {\ninclude /etc/nginx/scgi_params;\n"+
			"scgi_param SCRIPT_NAME $1;\nscgi_param PATH_INFO $2;\nscgi_pass unix:"+app+";\n}",
			atRoot("/app/x", "/app", "/x", ""),
		),
		whole("nginx-scgi", "base= of the site", "/shop", "location /shop {\ninclude /etc/nginx/scgi_params;\nscgi_pass unix:"+a.spawn("base /shop", "/")+";\n}"),
		guarded("nginx-fastcgi", "fastcgi_params with a guard", deny+"location / {\n"+fastcgi(admin)+"}"),
		guarded("nginx-fastcgi", "fastcgi_params with a guard and merge_slashes off", "merge_slashes off;\n"+deny+"location / {\n"+fastcgi(admin)+"}"),
		guarded("nginx-fastcgi", "fastcgi_index with a guard", deny+"location / {\nfastcgi_index app.cgi;\ninclude /etc/nginx/fastcgi.conf;\nfastcgi_pass unix:"+admin+";\n}"),
		guardedBelow("nginx-fastcgi", "variable CGIGEN_BASE with a guard", "/shop", "location ^~ /shop/admin {\ndeny all;\n}\nlocation /shop {\nfastcgi_param CGIGEN_BASE /shop;\n"+fastcgi(admin)+"}"),
		guardedBelow("nginx-fastcgi", "rewrite with a guard", "/app", "location ^~ /app/admin {\ndeny all;\n}\nlocation /app/ {\nrewrite ^/app(/.*)$ $1 break;\n"+fastcgi(admin)+"}"),
		guarded("nginx-scgi", "scgi_params with a guard", deny+"location / {\ninclude /etc/nginx/scgi_params;\nscgi_pass unix:"+admin+";\n}"),
		guarded("nginx-fcgiwrap", "fastcgi_params with a guard", deny+"location / {\n"+strings.Replace(wrapped, program, adminProgram, 1)+"}"),
	}
	return list, servers.Nginx(t, placeConfigs(list)...)
}

// uwsgiParams are the parameters of the file for another protocol that some take for FastCGI: PATH_INFO is the whole path.
func uwsgiParams(t testing.TB) string {
	return strings.ReplaceAll(readFile(t, "/etc/nginx/uwsgi_params"), "uwsgi_param ", "fastcgi_param ")
}

// phpSnippet is what Debian has for PHP; it includes a file relative to the configuration's folder.
func phpSnippet(t testing.TB) string {
	return strings.ReplaceAll(readFile(t, "/etc/nginx/snippets/fastcgi-php.conf"), "include fastcgi.conf", "include /etc/nginx/fastcgi.conf")
}
