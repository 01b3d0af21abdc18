//go:build unix

package suite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// apachePlaces are the ways of the manual.
func apachePlaces(t testing.TB, a apps) ([]place, *servers.Server) {
	lists := [][]place{apacheProxied(a), apacheScripts(a), apacheFolders(a), apacheGuarded(a)}
	var list []place
	for _, l := range lists {
		list = append(list, l...)
	}
	dir := servers.Dir(t)
	options := servers.Options{
		Modules: []string{"cgid", "rewrite", "proxy", "proxy_fcgi", "proxy_scgi", "fcgid", "userdir", "actions"},
		Config: fmt.Sprintf("FcgidIPCDir %[1]s/ipc\nFcgidProcessTableFile %[1]s/table\nFcgidMinProcessesPerClass 0\nAllowEncodedSlashes NoDecode\n"+
			"<Directory \"/\">\nOptions +ExecCGI +FollowSymLinks\nAllowOverride All\n</Directory>\n", dir),
	}
	return list, servers.Apache(t, options, placeConfigs(list)...)
}

// preforkPlaces are those of mod_cgi, which hands on what mod_cgid does, from another process.
func preforkPlaces(t testing.TB, a apps) ([]place, *servers.Server) {
	const keep = "AllowEncodedSlashes NoDecode\n"
	app := a.install()
	all := a.htaccess("cgi/app.cgi", "RewriteEngine On\nRewriteCond %{REQUEST_URI} !/cgi/\nRewriteRule ^ cgi/app.cgi [L]\n", "base /shop", "/")
	list := []place{
		whole("apache-cgi", "ScriptAlias of the root", "", keep+alias("ScriptAlias", "/", app+"/"), atRoot("/t/a", "", "/t/a", "PROGRAM")),
		whole("apache-cgi", "ScriptAlias of a folder", "/cgi-bin/app.cgi", keep+alias("ScriptAlias", "/cgi-bin/", folder(app)+"/")),
		whole("apache-cgi", ".htaccess in a folder with base=", "/shop", keep+alias("Alias", "/shop", all)+"<Directory \""+all+"\">\nRewriteBase /shop/\n</Directory>\n"),
		whole("apache-cgi", "stock", "", alias("ScriptAlias", "/", app+"/")),
	}
	options := servers.Options{Prefork: true, Modules: []string{"cgi", "rewrite"},
		Config: "<Directory \"/\">\nOptions +ExecCGI +FollowSymLinks\nAllowOverride All\n</Directory>\n"}
	return list, servers.Apache(t, options, placeConfigs(list)...)
}

// apacheProxied: the program keeps running, by itself.
func apacheProxied(a apps) []place {
	socket := a.spawn()
	root := "DocumentRoot \"" + a.root + "\"\nAllowEncodedSlashes NoDecode\n"
	handler := "SetHandler \"proxy:unix:" + socket + "|fcgi://localhost/\"\n"
	return []place{
		whole("apache-proxy-fcgi", "SetHandler", "", root+"<Location \"/\">\n"+handler+"</Location>",
			atRoot("/t/echo/a", "/t", "/echo/a", "proxy:fcgi://localhost/ROOT/t"),
		),
		whole("apache-proxy-fcgi", "SetHandler and GENERIC", "", root+"ProxyFCGIBackendType GENERIC\n<Location \"/\">\n"+handler+"</Location>",
			atRoot("/gen/a", "/gen", "/a", "*ROOT/gen"),
		),
		whole("apache-proxy-fcgi", "SetHandler with the variable CGIGEN_BASE", "/shop", root+"SetEnv CGIGEN_BASE /shop\n<Location \"/shop\">\n"+handler+"</Location>",
			row{"/shop/echo/a", "/shop", "/echo/a", "*", "/shop", "/echo/a", ""},
		),
		whole("apache-proxy-fcgi", "ProxyPass", "", root+"ProxyPass \"/\" \"unix:"+socket+"|fcgi://localhost/\"",
			atRoot("/x/admin/7", "/x/admin/7", "", "*"),
		),
		whole("apache-proxy-fcgi", "ProxyPass and nocanon", "", root+"ProxyPass \"/\" \"unix:"+socket+"|fcgi://localhost/\" nocanon"),
		whole("apache-proxy-fcgi", "ProxyPass and GENERIC", "", root+"ProxyFCGIBackendType GENERIC\nProxyPass \"/\" \"unix:"+socket+"|fcgi://localhost/\"",
			atRoot("/x/admin/7", "/x/admin/7", "", "*"),
		),
		whole("apache-proxy-fcgi", "ProxyPass below with the variable CGIGEN_BASE", "/shop", root+"SetEnv CGIGEN_BASE /shop\nProxyPass \"/shop\" \"unix:"+socket+"|fcgi://localhost/shop\""),
		only("apache-proxy-fcgi", "ProxyPass without the base", "", root+"ProxyPass \"/shop\" \"unix:"+socket+"|fcgi://localhost\"",
			atRoot("/shop/foo", "/shop/foo", "", "proxy:fcgi://localhost/foo"),
		),
		whole("apache-proxy-fcgi", "ProxyPassMatch", "", root+"ProxyPassMatch \"^/(.*)$\" \"unix:"+socket+"|fcgi://localhost/\""),
		whole("apache-proxy-fcgi", "ProxyPass and proxy-fcgi-pathinfo", "", root+"SetEnvIf Request_URI . proxy-fcgi-pathinfo=full\nProxyPass \"/\" \"unix:"+socket+"|fcgi://localhost/\"",
			atRoot("/x/admin/7", "/x/admin/7", "", "proxy:fcgi://localhost/x/admin/7"),
		),
		whole("apache-proxy-scgi", "ProxyPass and proxy-scgi-pathinfo", "", root+"SetEnvIf Request_URI . proxy-scgi-pathinfo=full\nProxyPass \"/\" \"unix:"+socket+"|scgi://localhost/\"",
			atRoot("/x/admin/7", "", "/x/admin/7", "proxy:scgi://localhost/x/admin/7"),
		),
		whole("apache-proxy-scgi", "ProxyPass", "", root+"ProxyPass \"/\" \"unix:"+socket+"|scgi://localhost/\"",
			atRoot("/x/admin/7", "/x/admin/7", "", "*"),
		),
		whole("apache-proxy-scgi", "SetHandler", "", root+"<Location \"/\">\nSetHandler \"proxy:unix:"+socket+"|scgi://localhost/\"\n</Location>"),
		whole("apache-proxy-scgi", "ProxyPass below with the variable CGIGEN_BASE", "/shop", root+"SetEnv CGIGEN_BASE /shop\nProxyPass \"/shop\" \"unix:"+socket+"|scgi://localhost/shop\""),
		only("apache-proxy-scgi", "ProxyPass without the base", "", root+"ProxyPass \"/shop\" \"unix:"+socket+"|scgi://localhost\"",
			atRoot("/shop/foo", "/shop/foo", "", "proxy:scgi://localhost/foo"),
		),
	}
}

// apacheScripts: the server starts the program, whose file the configuration names.
func apacheScripts(a apps) []place {
	app := a.install()
	users := a.install("/users/{id}")
	const keep = "AllowEncodedSlashes NoDecode\n"
	fcgid := keep + "<Files \"app.cgi\">\nSetHandler fcgid-script\n</Files>\n"
	return []place{
		whole("apache-cgid", "ScriptAlias of a folder", "/cgi-bin/app.cgi", keep+alias("ScriptAlias", "/cgi-bin/", folder(app)+"/"),
			row{"/cgi-bin/app.cgi/users/7", "/cgi-bin/app.cgi", "/users/7", "PROGRAM", "/cgi-bin/app.cgi", "/users/7", ""},
			row{"/cgi-bin/app.cgi", "/cgi-bin/app.cgi", "", "PROGRAM", "/cgi-bin/app.cgi", "/", ""},
			redirected("/cgi-bin//app.cgi/users/7", "/cgi-bin/app.cgi/users/7"), // empty segments do not count, and go
		),
		whole("apache-cgid", "ScriptAlias of the root", "", keep+alias("ScriptAlias", "/", app+"/"),
			atRoot("/t/a", "", "/t/a", "PROGRAM"),
		),
		whole("apache-cgid", "ScriptAlias", "/pretty", keep+alias("ScriptAlias", "/pretty", app),
			row{"/pretty", "/pretty", "", "PROGRAM", "/pretty", "/", ""},
			row{"/pretty/x", "/pretty", "/x", "PROGRAM", "/pretty", "/x", ""},
		),
		only("apache-cgid", "ScriptAlias named like the route", "", keep+alias("ScriptAlias", "/users", users),
			atRoot("/users/7", "/users", "/7", "*"),
		),
		whole("apache-cgid", "ScriptAliasMatch", "", keep+alias("ScriptAliasMatch", "^/(.*)$", app),
			atRoot("/foo/bar", "/foo/bar", "", "PROGRAM"),
		),
		whole("apache-cgid", "Action", "", keep+"DocumentRoot \""+a.root+"\"\n"+alias("ScriptAlias", "/cgi-bin/", folder(app)+"/")+"Action x /cgi-bin/app.cgi virtual\n<Location \"/\">\nSetHandler x\n</Location>\n<Location \"/cgi-bin/\">\nSetHandler cgi-script\n</Location>\n",
			atRoot("/a/b", "/cgi-bin/app.cgi", "/a/b", "PROGRAM"),
		),
		whole("apache-cgid", "ScriptAlias with the variable CGIGEN_BASE", "/shop", keep+"SetEnv CGIGEN_BASE /shop\n"+alias("ScriptAlias", "/shop", app)),
		whole("apache-fcgid", "ScriptAlias of the root", "", fcgid+alias("ScriptAlias", "/", app+"/")),
		whole("apache-fcgid", "Alias of a folder", "/cgi-bin/app.cgi", fcgid+alias("Alias", "/cgi-bin/", folder(app)+"/"),
			row{"/cgi-bin/app.cgi", "/cgi-bin/app.cgi", "", "PROGRAM", "/cgi-bin/app.cgi", "/", ""},
			row{"/cgi-bin/app.cgi/x", "/cgi-bin/app.cgi", "/x", "PROGRAM", "/cgi-bin/app.cgi", "/x", ""},
		),
		whole("apache-fcgid", "ScriptAlias with the setting CGIGEN_BASE", "/shop", "FcgidInitialEnv CGIGEN_BASE /shop\n"+fcgid+alias("ScriptAlias", "/shop", a.install())),
		whole("apache-fcgid", "ScriptAlias", "/pretty", fcgid+alias("ScriptAlias", "/pretty", app),
			row{"/pretty/x", "/pretty", "/x", "PROGRAM", "/pretty", "/x", ""},
		),
	}
}

func alias(directive, from, to string) string { return fmt.Sprintf("%s %q %q\n", directive, from, to) }

// htaccess puts a program and its rules into a folder.
func (a apps) htaccess(file, rules string, patterns ...string) string {
	program := a.installAs(file, patterns...)
	root := folder(program)
	if filepath.Dir(file) != "." {
		root = filepath.Dir(root)
	}
	servers.Write(a, root, ".htaccess", "Options +ExecCGI\nAddHandler cgi-script .cgi\n"+rules, 0o644)
	return root
}

// apacheFolders: the owner of a folder has nothing but .htaccess.
func apacheFolders(a apps) []place {
	const on = "RewriteEngine On\n"
	const all = on + "RewriteCond %{REQUEST_URI} !/cgi/\nRewriteRule ^ cgi/app.cgi [L]\n"
	const keep = "AllowEncodedSlashes NoDecode\n"
	root := func(dir string) string {
		return keep + alias("DocumentRoot", dir, "")[:len(alias("DocumentRoot", dir, ""))-3] + "\n"
	}
	below := func(path, dir string) string {
		return keep + "DocumentRoot \"" + a.root + "\"\n" + alias("Alias", path, dir)
	}
	site := a.htaccess("cgi/app.cgi", all)
	users := a.htaccess("cgi/app.cgi", all, "/users/{id}")
	both := a.htaccess("cgi/app.cgi", all, "/admin/{x}", "/")
	abc := a.htaccess("cgi/app.cgi", all, "/{a}/{b}/{c}")
	api := a.htaccess("cgi/app.cgi", all, "/api/users/{id}")
	rest := a.htaccess("cgi/app.cgi", on+"RewriteCond %{REQUEST_URI} !/cgi/\nRewriteRule ^(.*)$ cgi/app.cgi/$1 [L]\n")
	usersRest := a.htaccess("cgi/app.cgi", on+"RewriteRule ^users/(.*)$ cgi/app.cgi/$1 [L]\n", "/users/{id}")
	beside := a.htaccess("app.cgi", "DirectoryIndex app.cgi\n"+on+"RewriteRule !^app\\.cgi app.cgi [L]\n")
	fallback := a.htaccess("app.cgi", "DirectoryIndex app.cgi\nFallbackResource /app.cgi\n")
	home := a.home(on + "RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^ app.cgi [L]\n")
	return []place{
		whole("apache-cgid", ".htaccess", "", root(site),
			atRoot("/users/7", "/cgi/app.cgi", "", "PROGRAM"),
			row{"/cgi/app.cgi/x", "/cgi/app.cgi", "/x", "*", "/cgi/app.cgi", "/x", ""},
		),
		only("apache-cgid", ".htaccess with exact patterns", "", root(users),
			atRoot("/users/7", "/cgi/app.cgi", "", "*"),
		),
		only("apache-cgid", ".htaccess in a folder with exact patterns", "/~alice", below("/~alice", users)+"<Directory \""+users+"\">\nRewriteBase /~alice/\n</Directory>\n",
			row{"/~alice/users/7", "/~alice/cgi/app.cgi", "", "*", "/~alice", "/users/7", ""},
			row{"/%7Ealice/users/a%2Fb", "/~alice/cgi/app.cgi", "", "*", "/~alice", "/users/a%2Fb", ""},
		),
		whole("apache-cgid", ".htaccess in a folder", "/~alice", below("/~alice", site)+"<Directory \""+site+"\">\nRewriteBase /~alice/\n</Directory>\n"),
		whole("apache-cgid", ".htaccess in a folder with the variable CGIGEN_BASE", "/shop", "SetEnv CGIGEN_BASE /shop\n"+below("/shop", site)+"<Directory \""+site+"\">\nRewriteBase /shop/\n</Directory>\n",
			row{"/shop/any", "/shop/cgi/app.cgi", "", "*", "/shop", "/any", ""},
			row{"/shop/cgi/app.cgi/x", "/shop/cgi/app.cgi", "/x", "*", "/shop/cgi/app.cgi", "/x", ""},
		),
		only("apache-cgid", ".htaccess and the pattern /{a}/{b}/{c}", "", root(abc),
			row{"/cgi/app.cgi/x", "", "", "", "", "", ""}, // "/x" is what is left, and the pattern has three segments
		),
		only("apache-cgid", ".htaccess and a folder beside a catch-all", "", root(both),
			atRoot("/a/b/c/admin/7", "/cgi/app.cgi", "", "*"),
			atRoot("/admin/7", "/cgi/app.cgi", "", "*"),
		),
		only("apache-cgid", ".htaccess and the pattern /api/users/{id} in /api", "", below("/api", api)+"<Directory \""+api+"\">\nRewriteBase /api/\n</Directory>\n",
			atRoot("/api/users/7", "/api/cgi/app.cgi", "", "*"),
		),
		whole("apache-cgid", ".htaccess with the rest as PATH_INFO", "/shop", below("/shop", rest)+"<Directory \""+rest+"\">\nRewriteBase /shop/\n</Directory>\n",
			row{"/shop/users/7", "/shop/cgi/app.cgi", "/users/7", "*", "/shop", "/users/7", ""},
		),
		only("apache-cgid", ".htaccess with a route's rest as PATH_INFO", "", root(usersRest),
			atRoot("/users/7", "/cgi/app.cgi", "/7", "*"),
		),
		whole("apache-cgid", ".htaccess beside the program", "/shop", below("/shop", beside)+"<Directory \""+beside+"\">\nRewriteBase /shop/\n</Directory>\n",
			row{"/shop/", "/shop/app.cgi", "", "*", "/shop", "/", ""},
			row{"/shop/x", "/shop/app.cgi", "", "*", "/shop", "/x", ""},
		),
		whole("apache-cgid", "FallbackResource beside the program", "", root(fallback),
			atRoot("/x/y", "/app.cgi", "", "*"), atRoot("/", "/app.cgi", "", "*"),
		),
		whole("apache-cgid", "UserDir", "/~alice", keep+"DocumentRoot \""+a.root+"\"\nUserDir "+home+"\n",
			row{"/~alice/users/7", "/~alice/app.cgi", "", "*", "/~alice", "/users/7", ""},
			row{"/~alice/", "/~alice/app.cgi", "", "*", "/~alice", "/", ""},
		),
	}
}

// apacheGuarded: a <Location> stands for every kind of access control.
func apacheGuarded(a apps) []place {
	const guard = "AllowEncodedSlashes NoDecode\n<Location \"/admin\">\nRequire all denied\n</Location>\n"
	socket := a.spawn(guardedPatterns()...)
	app := a.install(guardedPatterns()...)
	rules := "RewriteEngine On\nRewriteCond %{REQUEST_URI} !/cgi/\nRewriteRule ^ cgi/app.cgi [L]\n"
	rest := "RewriteEngine On\nRewriteCond %{REQUEST_URI} !/cgi/\nRewriteRule ^(.*)$ cgi/app.cgi/$1 [L]\n"
	folder, folderRest := a.htaccess("cgi/app.cgi", rules, guardedPatterns()...), a.htaccess("cgi/app.cgi", rest, guardedPatterns()...)
	beside := a.htaccess("direct.cgi", "DirectoryIndex direct.cgi\nFallbackResource /direct.cgi\n", guardedPatterns()...) // a call by this name is the administrator's to guard
	proxied := func(scheme string) string { return "proxy:unix:" + socket + "|" + scheme + "://localhost/" }
	root := func(dir string) string { return guard + "DocumentRoot \"" + dir + "\"\n" }
	handler := func(scheme string) string {
		return root(a.root) + "<Location \"/\">\nSetHandler \"" + proxied(scheme) + "\"\n</Location>\n"
	}
	pass := func(scheme string) string {
		return root(a.root) + "ProxyPass \"/\" \"" + strings.TrimPrefix(proxied(scheme), "proxy:") + "\"\n"
	}
	return []place{
		guarded("apache-proxy-fcgi", "SetHandler with a guard", handler("fcgi")),
		guarded("apache-proxy-fcgi", "SetHandler and GENERIC with a guard", "ProxyFCGIBackendType GENERIC\n"+handler("fcgi")),
		guarded("apache-proxy-fcgi", "ProxyPass with a guard", pass("fcgi")),
		guarded("apache-proxy-fcgi", "ProxyPass with a guard and MergeSlashes Off", "MergeSlashes Off\n"+pass("fcgi")),
		guarded("apache-proxy-scgi", "SetHandler with a guard", handler("scgi")),
		guarded("apache-proxy-scgi", "ProxyPass with a guard", pass("scgi")),
		guarded("apache-cgid", "ScriptAlias of the root with a guard", guard+alias("ScriptAlias", "/", app+"/")),
		guarded("apache-fcgid", "ScriptAlias of the root with a guard", guard+"<Files \"app.cgi\">\nSetHandler fcgid-script\n</Files>\n"+alias("ScriptAlias", "/", app+"/")),
		guarded("apache-cgid", "ScriptAliasMatch with a guard", guard+alias("ScriptAliasMatch", "^/(.*)$", app)),
		guarded("apache-cgid", ".htaccess with a guard", root(folder)),
		guarded("apache-cgid", ".htaccess with the rest as PATH_INFO with a guard", root(folderRest)),
		guarded("apache-cgid", "FallbackResource with a guard", root(beside)),
		guardedBelow("apache-cgid", ".htaccess in a folder with a guard", "/~alice", root(a.root)+"<Location \"/~alice/admin\">\nRequire all denied\n</Location>\n"+
			alias("Alias", "/~alice", folder)+"<Directory \""+folder+"\">\nRewriteBase /~alice/\n</Directory>\n"),
		guardedBelow("apache-proxy-fcgi", "SetHandler with the variable CGIGEN_BASE and a guard", "/shop", root(a.root)+"SetEnv CGIGEN_BASE /shop\n<Location \"/shop\">\nSetHandler \""+proxied("fcgi")+"\"\n</Location>\n"+
			"<Location \"/shop/admin\">\nRequire all denied\n</Location>\n"),
	}
}

// home makes the folder of one user, and returns the folder of all.
func (a apps) home(rules string) string {
	dir := servers.Dir(a)
	program, err := os.ReadFile(a.binary)
	if err != nil {
		a.Fatal(err)
	}
	servers.Write(a, dir, "alice/app.cgi", string(program), 0o755)
	servers.Write(a, dir, "alice/.htaccess", "Options +ExecCGI\nAddHandler cgi-script .cgi\nDirectoryIndex app.cgi\nRewriteBase /~alice/\n"+rules, 0o644)
	return dir
}
