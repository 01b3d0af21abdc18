//go:build unix

package suite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

func readFile(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func placeConfigs(list []place) []string {
	var configs []string
	for _, p := range list {
		configs = append(configs, p.config)
	}
	return configs
}

// lighttpdPlaces have what Debian's conf-available has, and the options of the manual.
func lighttpdPlaces(t testing.TB, a apps) ([]place, *servers.Server) {
	socket := a.spawn()
	app, admin := a.install(), a.install(guardedPatterns()...)
	guardedSocket := a.spawn(guardedPatterns()...)
	const deny = "$HTTP[\"url\"] =~ \"^/admin($|/)\" {\nurl.access-deny = ( \"\" )\n}\n"
	const global = `server.modules = ( "mod_access", "mod_rewrite", "mod_alias", "mod_setenv", "mod_fastcgi", "mod_scgi", "mod_cgi" )
		static-file.exclude-extensions = ( ".cgi" )
		`
	keeps := func(protocol, path, options string) string {
		return protocol + `.server = ( "` + path + `" => (( "socket" => "` + socket + `", "check-local" => "disable"` + options + ` )) )` + "\n"
	}
	const fix = `, "fix-root-scriptname" => "enable"`
	cgi := func(from, to string) string {
		return "cgi.assign = ( \"\" => \"\" )\nalias.url = ( \"" + from + "\" => \"" + to + "\" )\n"
	}
	root := `server.document-root = "` + a.root + "\"\n"
	list := []place{
		whole("lighttpd-fastcgi", "root", "", root+keeps("fastcgi", "/", ""),
			atRoot("/x/admin/7", "/x", "/admin/7", "ROOT/x"),
			atRoot("/", "/", "", "ROOT/"),
		),
		whole("lighttpd-fastcgi", "root and fix-root-scriptname", "", root+keeps("fastcgi", "/", fix),
			atRoot("/x/admin/7", "", "/x/admin/7", "*"),
		),
		whole("lighttpd-fastcgi", "path with the variable CGIGEN_BASE", "/app", root+`setenv.add-environment = ( "CGIGEN_BASE" => "/app" )`+"\n"+keeps("fastcgi", "/app", ""),
			row{"/app/x", "/app", "/x", "ROOT/app", "/app", "/x", ""},
			row{"/app", "/app", "", "ROOT/app", "/app", "/", ""},
		),
		only("lighttpd-fastcgi", "path", "", root+keeps("fastcgi", "/app", ""),
			atRoot("/app/x", "/app", "/x", "ROOT/app"),
		),
		only("lighttpd-fastcgi", "extension", "", root+keeps("fastcgi", ".php", ""),
			atRoot("/x.php", "/x.php", "", "ROOT/x.php"),
		),
		whole("lighttpd-scgi", "root", "", root+keeps("scgi", "/", ""),
			atRoot("/x/admin/7", "/x", "/admin/7", "*"),
		),
		whole("lighttpd-scgi", "root and fix-root-scriptname", "", root+keeps("scgi", "/", fix)),
		whole("lighttpd-scgi", "path with the variable CGIGEN_BASE", "/app", root+`setenv.add-environment = ( "CGIGEN_BASE" => "/app" )`+"\n"+keeps("scgi", "/app", "")),
		whole("lighttpd", "10-cgi.conf", "/cgi-bin/app.cgi", cgi("/cgi-bin/", folder(app)+"/"),
			row{"/cgi-bin/app.cgi/x", "/cgi-bin/app.cgi", "/x", "PROGRAM", "/cgi-bin/app.cgi", "/x", ""},
		),
		only("lighttpd", "alias.url of a program", "/pretty", cgi("/pretty", app),
			row{"/pretty/x", "/pretty", "/x", "PROGRAM", "/pretty", "/x", ""},
		),
		whole("lighttpd", "alias.url of a program with the variable CGIGEN_BASE", "/pretty", `setenv.add-environment = ( "CGIGEN_BASE" => "/pretty" )`+"\n"+cgi("/pretty", app),
			row{"/pretty", "/pretty", "", "PROGRAM", "/pretty", "/", ""},
		),
		whole("lighttpd", "alias.url of the root", "", cgi("/", app+"/"),
			atRoot("/x/y", "", "/x/y", "PROGRAM"),
		),
		whole("lighttpd", "rewrite", "", cgi("/cgi-bin/", folder(app)+"/")+`url.rewrite-once = ( "^/(.*)$" => "/cgi-bin/app.cgi/$1" )`+"\n",
			atRoot("/x/y", "/cgi-bin/app.cgi", "/x/y", "PROGRAM"),
		),
		guarded("lighttpd-fastcgi", "root with a guard", deny+root+strings.Replace(keeps("fastcgi", "/", ""), socket, guardedSocket, 1)),
		guarded("lighttpd-fastcgi", "root and fix-root-scriptname with a guard", deny+root+strings.Replace(keeps("fastcgi", "/", fix), socket, guardedSocket, 1)),
		guarded("lighttpd-scgi", "root with a guard", deny+root+strings.Replace(keeps("scgi", "/", ""), socket, guardedSocket, 1)),
		guarded("lighttpd", "alias.url of the root with a guard", deny+cgi("/", admin+"/")),
	}
	return list, servers.Lighttpd(t, global, placeConfigs(list)...)
}

// caddyPlaces go by FastCGI.
func caddyPlaces(t testing.TB, a apps) ([]place, *servers.Server) {
	socket := "unix/" + a.spawn()
	based := "unix/" + servers.Spawn(a, a.install(), "CGIGEN_BASE=/shop")
	servers.Write(t, a.root, "index.php", "", 0o644)
	proxy := func(lines ...string) string {
		return "reverse_proxy " + socket + " {\ntransport fastcgi {\n" + strings.Join(lines, "\n") + "\n}\n}\n"
	}
	const caddyDeny = "@admin path /admin /admin/*\nrespond @admin 403\n"
	guardedProxy := caddyDeny + "reverse_proxy unix/" + a.spawn(guardedPatterns()...) + " {\ntransport fastcgi {\nroot " + a.root + "\n"
	wrapped := func(lines string) string {
		return "reverse_proxy unix/" + servers.Fcgiwrap(t, 8) + " {\ntransport fastcgi {\nenv SCRIPT_FILENAME " + a.install() + "\n" + lines + "}\n}\n"
	}
	list := []place{
		guarded("caddy-fastcgi", "transport fastcgi with a guard", guardedProxy+"}\n}\n"),
		guardedBelow("caddy-fastcgi", "handle_path with a guard", "/shop", "route {\n@admin path /shop/admin /shop/admin/*\nrespond @admin 403\nhandle_path /shop/* {\n"+strings.TrimPrefix(guardedProxy, caddyDeny)+"}\n}\n}\n}\n"),
		guarded("caddy-fastcgi", "transport fastcgi with split with a guard", guardedProxy+"split .php\n}\n}\n"),
		whole("caddy-fastcgi", "transport fastcgi", "", proxy("root "+a.root),
			atRoot("/foo/x", "", "/foo/x", "ROOT"),
			atRoot("/foo/", "", "/foo/", "ROOT"),
		),
		whole("caddy-fastcgi", "transport fastcgi with split", "", proxy("root "+a.root, "split .php"),
			atRoot("/x.php/a", "/x.php", "/a", "ROOT/x.php"),
		),
		whole("caddy-fastcgi", "handle_path", "/shop", "handle_path /shop/* {\n"+proxy("root "+a.root)+"}\n",
			row{"/shop/users/7", "", "/users/7", "*", "/shop", "/users/7", ""},
			row{"/shop/", "", "/", "*", "", "/shop/", ""}, // nothing is left that could show what was cut off
		),
		whole("caddy-fastcgi", "handle_path with the variable CGIGEN_BASE", "/shop", "handle_path /shop/* {\n"+proxy("root "+a.root, "env CGIGEN_BASE /shop")+"}\n"),
		whole("caddy-fastcgi", "php_fastcgi with the variable CGIGEN_BASE=/", "", "root * "+a.root+"\nphp_fastcgi "+socket+" {\nenv CGIGEN_BASE /\n}\n",
			atRoot("/foo/index.php", "/index.php", "", "ROOT/index.php"),
		),
		whole("caddy-fastcgi", "handle with the variable CGIGEN_BASE", "/shop", "handle /shop* {\n"+proxy("root "+a.root, "env CGIGEN_BASE /shop")+"}\n"),
		whole("caddy-fastcgi", "handle with the setting CGIGEN_BASE", "/shop", "handle /shop* {\nreverse_proxy "+based+" {\ntransport fastcgi\n}\n}\n"),
		whole("caddy-fastcgi", "php_fastcgi", "", "root * "+a.root+"\nphp_fastcgi "+socket+"\n",
			atRoot("/users/7", "/index.php", "", "ROOT/index.php"),
		),
		whole("caddy-fcgiwrap", "transport fastcgi", "", wrapped("")),
		whole("caddy-fcgiwrap", "handle with the variable CGIGEN_BASE", "/shop", "handle /shop* {\n"+wrapped("env CGIGEN_BASE /shop\n")+"}\n"),
	}
	return list, servers.Caddy(t, placeConfigs(list)...)
}

// haproxyPlaces have an fcgi-app each.
func haproxyPlaces(t testing.TB, a apps) ([]place, *servers.Server) {
	socket := a.spawn()
	app := func(name, more string) string {
		return "fcgi-app " + name + "\n\tlog-stderr global\n\tdocroot " + a.root + "\n" + more
	}
	global := app("plain", "") + app("index", "\tindex index.php\n") + app("php", "\tpath-info ^(/.+\\.php)(/.*)?$\n") + app("based", "\tset-param CGIGEN_BASE /shop\n")
	use := func(name, more string) string {
		return more + "\tuse-fcgi-app " + name + "\n\tserver s unix@" + socket + " proto fcgi\n"
	}
	deny := "\thttp-request deny if { path,url_dec -m reg ^/admin($|/) }\n"
	list := []place{
		guarded("haproxy-fastcgi", "docroot with a guard", strings.Replace(use("plain", deny), socket, a.spawn(guardedPatterns()...), 1)),
		whole("haproxy-fastcgi", "docroot", "", use("plain", ""),
			atRoot("/foo/", "/foo/", "", "ROOT/foo/"),
		),
		whole("haproxy-fastcgi", "index", "", use("index", ""),
			atRoot("/foo/", "/foo/index.php", "", "ROOT/foo/index.php"),
		),
		whole("haproxy-fastcgi", "path-info", "", use("php", ""),
			atRoot("/x.php/a", "/x.php", "/a", "ROOT/x.php"),
		),
		whole("haproxy-fastcgi", "variable CGIGEN_BASE", "/shop", use("based", "")),
		whole("haproxy-fastcgi", "replace-path", "", use("plain", "\thttp-request replace-path /shop(/.*)? \\1\n"),
			atRoot("/foo", "/foo", "", "*"),
		),
	}
	return list, servers.HAProxy(t, global, placeConfigs(list)...)
}

// smallPlaces are servers with programs in /cgi-bin/ and nothing to set. They resolve the path before a program sees it,
// keep no encoded slash and answer most methods by themselves, so that the rows are what there is to hold.
func smallPlaces(name string, start func(t testing.TB, root string) *servers.Server) func(testing.TB, apps) ([]place, *servers.Server) {
	return func(t testing.TB, a apps) ([]place, *servers.Server) {
		app := a.installAs("cgi-bin/app.cgi")
		list := []place{only(name, "cgi-bin", "/cgi-bin/app.cgi", "",
			row{"/cgi-bin/app.cgi/x", "/cgi-bin/app.cgi", "/x", "*", "/cgi-bin/app.cgi", "/x", ""},
			row{"/cgi-bin/app.cgi/foo/bar", "/cgi-bin/app.cgi", "/foo/bar", "*", "/cgi-bin/app.cgi", "/foo/bar", ""},
			row{"/cgi-bin/app.cgi//foo//bar", "/cgi-bin/app.cgi", "/foo/bar", "*", "/cgi-bin/app.cgi", "/foo/bar", ""},
			row{"/cgi-bin/app.cgi/x/../y", "/cgi-bin/app.cgi", "/y", "*", "/cgi-bin/app.cgi", "/y", ""},
			row{"/cgi-bin/app.cgi/%C3%A9", "/cgi-bin/app.cgi", "/é", "*", "/cgi-bin/app.cgi", "/%C3%A9", ""},
			row{"/cgi-bin/app.cgi", "/cgi-bin/app.cgi", "", "*", "/cgi-bin/app.cgi", "/", ""},
		)}
		return list, start(t, filepath.Dir(folder(app)))
	}
}
