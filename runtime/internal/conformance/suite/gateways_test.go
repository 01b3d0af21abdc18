//go:build unix

package suite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// gateways are web servers that talk to a program which keeps running.
func gateways() []stack {
	return []stack{
		{"nginx-fastcgi", nginxFastCGI},
		{"nginx-scgi", nginxSCGI},
		{"apache-fcgid", apacheFcgid},
		{"apache-proxy-fcgi", apacheProxyFCGI},
		{"apache-proxy-scgi", apacheProxySCGI},
		{"lighttpd-fastcgi", func(t testing.TB, s site) []suite.Target { return lighttpdSpawns(t, s, "fastcgi") }},
		{"lighttpd-scgi", func(t testing.TB, s site) []suite.Target { return lighttpdSpawns(t, s, "scgi") }},
		{"caddy-fastcgi", caddyFastCGI},
		{"haproxy-fastcgi", haproxy},
	}
}

// The suite runs unchanged over every gateway.
func TestHandlerCannotTellWhichGateway(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	program := compile(t, ours)
	for _, stack := range gateways() {
		t.Run(stack.name, func(t *testing.T) {
			t.Parallel()
			for _, target := range stack.start(t, newSite(t, program)) {
				t.Run(target.Mount, func(t *testing.T) { check(t, target, right) })
			}
		})
	}
}

// Over HTTP nothing differs but what the table says of web.
func TestHandlerCannotTellOverHTTP(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	program := compile(t, ours, web)
	addrs := map[string]string{"PORT": servers.Web(t, program), "LISTEN_FDS": servers.SocketActivate(t, program, "http")[0]}
	for mount, addr := range addrs {
		t.Run(mount, func(t *testing.T) {
			check(t, suite.Target{Server: suite.Web, Mount: mount, Program: ours, Addr: addr}, right)
		})
	}
}

// app is the program of a site.
func (s site) app() string { return s.path("cgi-bin/app.cgi") }

// nginxFastCGI keeps its connections, to a program that a process manager has started.
func nginxFastCGI(t testing.TB, s site) []suite.Target {
	upstream := func(socket string, lines ...string) string {
		return strings.Join(lines, ";\n") + ";\n" + nginxParams + `
			fastcgi_buffering off;
			fastcgi_keep_conn on;
			fastcgi_pass ` + socket + ";\n"
	}
	unnamed := func(config string) string {
		return strings.Replace(config, "fastcgi_param SERVER_SOFTWARE nginx/$nginx_version;", "", 1)
	}
	hosts := []host{
		{"unnamed", "", "merge_slashes off;\nlocation / {\n" + unnamed(upstream("spawned", "fastcgi_param SCRIPT_NAME $fastcgi_script_name")) + "}"},
		{"spawned", "/cgi-bin/app.cgi", "merge_slashes off;\nlocation ^~ /cgi-bin/app.cgi {\n" +
			upstream("spawned", "fastcgi_split_path_info ^(/cgi-bin/app.cgi)(.*)$", "fastcgi_param SCRIPT_NAME /cgi-bin/app.cgi",
				"fastcgi_param PATH_INFO $fastcgi_path_info", "fastcgi_param SCRIPT_FILENAME "+s.app()) + "}"},
		{"spawn-fcgi", "", "merge_slashes off;\nlocation / {\n" + upstream("spawnfcgi", "fastcgi_param SCRIPT_NAME $fastcgi_script_name") + "}"},
	}
	global := keptUpstream("spawned", "unix:"+servers.Spawn(t, s.app())) + keptUpstream("spawnfcgi", "unix:"+servers.SpawnFCGI(t, s.app()))
	return targets(servers.NginxWith(t, global, configs(hosts)...), "nginx-fastcgi", s.program, hosts)
}

// keptUpstream is a block of nginx for a program with connections that stay.
func keptUpstream(name, addr string) string {
	return fmt.Sprintf("upstream %s {\nserver %s;\nkeepalive 8;\n}\n", name, addr)
}

// nginxSCGI talks to a program that systemd has started.
func nginxSCGI(t testing.TB, s site) []suite.Target {
	pass := func(addr string, lines ...string) string {
		return strings.Join(lines, ";\n") + ";\n" + strings.ReplaceAll(nginxParams, "fastcgi_", "scgi_") + `
			scgi_param SCGI 1;
			scgi_buffering off;
			scgi_pass ` + addr + ";\n"
	}
	hosts := []host{
		{"spawned", "/~alice", "merge_slashes off;\nlocation ^~ /~alice {\n" +
			pass("unix:"+servers.Spawn(t, s.app()), "scgi_param SCRIPT_NAME /~alice/app.cgi", "scgi_param PATH_INFO $uri", "scgi_param CGIGEN_BASE /~alice") + "}"},
		{"systemd", "", "merge_slashes off;\nlocation / {\n" +
			pass(servers.SocketActivate(t, s.app(), "app.socket")[0], "scgi_param SCRIPT_NAME $document_uri") + "}"},
	}
	return targets(servers.Nginx(t, configs(hosts)...), "nginx-scgi", s.program, hosts)
}

// apacheCommon is what every host of Apache needs for the suite's requests.
func apacheCommon(s site) string {
	return fmt.Sprintf(`AllowEncodedSlashes NoDecode
		MergeSlashes Off
		<Directory %q>
			Options +ExecCGI
		</Directory>
		<Location "/">
			CGIPassAuth On
		</Location>
		`, s.dir)
}

// apacheFcgid starts the program by itself: the configuration of CGI, with another handler.
func apacheFcgid(t testing.TB, s site) []suite.Target {
	dir := servers.Dir(t)
	hosts := []host{
		{"direct", "/cgi-bin/app.cgi", apacheCommon(s) + `<Files "app.cgi">
				SetHandler fcgid-script
			</Files>
			Alias "/cgi-bin/" "` + s.path("cgi-bin") + `/"`},
	}
	options := servers.Options{Modules: []string{"fcgid"}, Config: fmt.Sprintf(`FcgidIPCDir %[1]s/ipc
		FcgidProcessTableFile %[1]s/table
		FcgidMaxRequestLen 1073741824
		FcgidOutputBufferSize 0
		FcgidIOTimeout 30
		`, dir)}
	return targets(servers.Apache(t, options, configs(hosts)...), "apache-fcgid", s.program, hosts)
}

func apacheProxyFCGI(t testing.TB, s site) []suite.Target {
	socket := servers.Spawn(t, s.app())
	hosts := []host{
		{"whole path", "", apacheCommon(s) + `ProxyPass "/" "unix:` + socket + `|fcgi://localhost/" flushpackets=on enablereuse=on`},
		{"unnamed", "", apacheCommon(s) + `ProxyPass "/" "unix:` + socket + `|fcgi://localhost/" flushpackets=on enablereuse=on
			ProxyFCGISetEnvIf "true" !SERVER_SOFTWARE`},
	}
	return targets(servers.Apache(t, servers.Options{Modules: []string{"proxy", "proxy_fcgi"}}, configs(hosts)...), "apache-proxy-fcgi", s.program, hosts)
}

func apacheProxySCGI(t testing.TB, s site) []suite.Target {
	socket := servers.Spawn(t, s.app())
	hosts := []host{
		{"whole path", "", apacheCommon(s) + `ProxyPass "/" "unix:` + socket + `|scgi://localhost/" flushpackets=on`},
	}
	return targets(servers.Apache(t, servers.Options{Modules: []string{"proxy", "proxy_scgi"}}, configs(hosts)...), "apache-proxy-scgi", s.program, hosts)
}

// lighttpdSpawns has lighttpd start the program.
func lighttpdSpawns(t testing.TB, s site, protocol string) []suite.Target {
	global := `server.modules = ( "mod_` + protocol + `" )
		server.stream-response-body = 2
		`
	server := func(path, name string) string {
		return protocol + `.server = ( "` + path + `" => (( "socket" => "` + filepath.Join(servers.Dir(t), name) + `",
			"bin-path" => "` + s.app() + `", "max-procs" => 1, "check-local" => "disable", "fix-root-scriptname" => "enable" )) )`
	}
	hosts := []host{
		{"direct", "/cgi-bin/app.cgi", fmt.Sprintf("server.document-root = %q\n", s.dir) + server("/cgi-bin/app.cgi", "direct")},
		{"root", "", server("/", "root")},
		{"unnamed", "", server("/", "unnamed") + "\nserver.tag = \"-\""},
	}
	return targets(servers.Lighttpd(t, global, configs(hosts)...), "lighttpd-"+protocol, s.program, hosts)
}

func caddyFastCGI(t testing.TB, s site) []suite.Target {
	socket := servers.Spawn(t, s.app())
	hosts := []host{
		{"whole path", "", "reverse_proxy unix/" + socket + " {\nflush_interval -1\ntransport fastcgi {\nroot /nonexistent\n}\n}\n"},
		{"unnamed", "", "reverse_proxy unix/" + socket + " {\nflush_interval -1\ntransport fastcgi {\nroot /nonexistent\nenv SERVER_SOFTWARE \"\"\n}\n}\n"},
	}
	return targets(servers.Caddy(t, configs(hosts)...), "caddy-fastcgi", s.program, hosts)
}

// haproxy is the one that sends several requests over a connection at the same time.
func haproxy(t testing.TB, s site) []suite.Target {
	socket := servers.Spawn(t, s.app())
	const global = `fcgi-app app
	log-stderr global
	docroot /nonexistent
	pass-header Authorization
	option keep-conn
	option mpxs-conns
	option get-values
	option max-reqs 20
`
	hosts := []host{

		{"whole path", "", "\tuse-fcgi-app app\n\tserver s unix@" + socket + " proto fcgi\n\thttp-reuse always\n"},
	}
	return targets(servers.HAProxy(t, global, configs(hosts)...), "haproxy-fastcgi", s.program, hosts)
}

// HAProxy makes a 302 of every response with a Location before its Status, and a configuration may take its name away.
// One with set-param does not survive the whole suite (2.6 ends with a fault in memory).
func TestRedirectsSurviveAServerWithoutAName(t *testing.T) {
	skipShort(t)
	right, err := oracle()
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, compile(t, ours))
	const global = "fcgi-app unnamed\n\tlog-stderr global\n\tdocroot /nonexistent\n\tset-param SERVER_SOFTWARE str(-)\n"
	hosts := []host{{"unnamed", "", "\tuse-fcgi-app unnamed\n\tserver s unix@" + servers.Spawn(t, s.app()) + " proto fcgi\n"}}
	target := targets(servers.HAProxy(t, global, configs(hosts)...), "haproxy-fastcgi", s.program, hosts)[0]
	held := 0
	for _, c := range suite.Cases() {
		if !strings.HasPrefix(c.Name, "location/") {
			continue
		}
		held++
		answer, err := suite.Do(target, c, deadline)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := suite.Check(target, c, right[c.Name], answer, suite.Differences()); wrong != nil {
			t.Errorf("%s\n\t%s", c.Name, strings.Join(wrong, "\n\t"))
		}
	}
	if held < 5 {
		t.Errorf("%d cases, want 5 at least", held)
	}
}
