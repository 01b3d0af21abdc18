//go:build unix

package suite_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// nginx's fastcgi_params have REMOTE_USER from a field that nobody has verified; what stands below the include is the
// administrator's.
func TestVariableThatIsSetAnewHolds(t *testing.T) {
	skipShort(t)
	s := newSite(t, compile(t, ours))
	const admin = "REMOTE_USER alice;\n"
	fastcgi := "location / {\n" + nginxParams + "\nfastcgi_param " + admin + "fastcgi_param REMOTE_ADDR 192.0.2.7;\nfastcgi_param SCRIPT_NAME $fastcgi_script_name;\n"
	scgi := strings.ReplaceAll(fastcgi, "fastcgi_param", "scgi_param") + "scgi_param SCGI 1;\n"
	hosts := []host{
		{"fcgiwrap", "", fastcgi + "fastcgi_param SCRIPT_FILENAME " + s.app() + ";\nfastcgi_pass unix:" + servers.Fcgiwrap(t, 2) + ";\n}"},
		{"FastCGI", "", fastcgi + "fastcgi_pass unix:" + servers.Spawn(t, s.app()) + ";\n}"},
		{"SCGI", "", scgi + "scgi_pass unix:" + servers.Spawn(t, s.app()) + ";\n}"},
	}
	server := servers.Nginx(t, configs(hosts)...)
	for i, host := range hosts {
		t.Run(host.mount, func(t *testing.T) {
			const want = "REMOTE_USER \"alice\"\nREMOTE_ADDR \"192.0.2.7\"\nremote 192.0.2.7:"
			got := variablesOf(t, server.Addr(i), "/variables?n=REMOTE_USER&n=REMOTE_ADDR", http.Header{"Authorization": {"Basic ZXZpbDp4"}})
			if !strings.HasPrefix(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// What a proxy says holds on every gateway, if it is believed, and in the fields that were asked for.
func TestProxyIsBelievedOnEveryGateway(t *testing.T) {
	skipShort(t)
	s := newSite(t, compile(t, ours))
	const trust = "CGIGEN_TRUSTED_PROXIES=127.0.0.1,unix"
	fastcgi := "location / {\n" + nginxParams + "\nfastcgi_param HTTP_HOST $http_host;\nfastcgi_param SCRIPT_NAME $fastcgi_script_name;\n"
	scgi := strings.ReplaceAll(fastcgi, "fastcgi_param", "scgi_param") + "scgi_param SCGI 1;\n"
	cgi := fastcgi + "fastcgi_param SCRIPT_FILENAME " + s.app() + ";\nfastcgi_param CGIGEN_TRUSTED_PROXIES 127.0.0.1,unix;\n"
	hosts := []host{
		{"CGI", "", cgi + "fastcgi_pass unix:" + servers.Fcgiwrap(t, 2) + ";\n}"},
		{"FastCGI", "", fastcgi + "fastcgi_pass unix:" + servers.Spawn(t, s.app(), trust) + ";\n}"},
		{"SCGI", "", scgi + "scgi_pass unix:" + servers.Spawn(t, s.app(), trust) + ";\n}"},
	}
	socket := servers.Dir(t) + "/nginx"
	blocks := configs(hosts)
	blocks[0] += "\nlisten unix:" + socket + ";" // nginx says "unix:" of who asks there
	server := servers.Nginx(t, blocks...)
	said := http.Header{"X-Forwarded-For": {"198.51.100.1, 192.0.2.1"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"evil.example"}}
	const want = "HTTPS \"on\"\nSERVER_PORT \"443\"\nREMOTE_ADDR \"192.0.2.1\"\nremote 192.0.2.1:0 tls true host suite.test\n"
	const path = "/variables?n=HTTPS&n=SERVER_PORT&n=REMOTE_ADDR"
	for i, host := range hosts {
		t.Run(host.mount, func(t *testing.T) {
			if got := variablesOf(t, server.Addr(i), path, said); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
	t.Run("unix socket", func(t *testing.T) {
		if got := variablesOf(t, socket, path, said); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// lighttpd's SCGI and FastCGI have one name for the proxy's field and for a client's that looks like it.
func TestTrustedFieldOfAClientIsRefused(t *testing.T) {
	skipShort(t)
	s := newSite(t, compile(t, ours))
	for _, protocol := range []string{"fastcgi", "scgi"} {
		t.Run(protocol, func(t *testing.T) {
			program := servers.Spawn(t, s.app(), "CGIGEN_FORWARDED=X-Verified-User")
			server := servers.Lighttpd(t, `server.modules = ( "mod_`+protocol+`" )`,
				protocol+`.server = ( "/" => (( "socket" => "`+program+`", "check-local" => "disable", "fix-root-scriptname" => "enable" )) )`)
			for fields, status := range map[string]string{
				"X-Verified-User: alice\r\n":                          "200",
				"X-Verified-User: alice\r\nX_Verified_User: evil\r\n": "400",
				"X_Verified_User: evil\r\nX-Verified-User: alice\r\n": "400",
			} {
				if got := statusOf(t, server.Addr(0), "GET /variables HTTP/1.1\r\nHost: suite.test\r\n"+fields+"Connection: close\r\n\r\n"); got != status {
					t.Errorf("%q: status %s, want %s", fields, got, status)
				}
			}
		})
	}
}

// mini_httpd says nothing of a body without a length, passes on its chunks as they are on the wire, and leaves the
// input open: the client hears at once what it has to send.
func TestBodyThatAServerSaysNothingOf(t *testing.T) {
	skipShort(t)
	s := newSite(t, compile(t, ours))
	server := servers.MiniHTTPD(t, s.dir)
	const path = "/cgi-bin/app.cgi/dump/x HTTP/1.1\r\nHost: suite.test\r\n"
	for request, status := range map[string]string{
		"POST " + path + "Content-Length: 0\r\n\r\n":                                "200",
		"PUT " + path + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n": "411",
		"POST " + path + "\r\n":                                                     "411",
		"DELETE " + path + "\r\n":                                                   "200",
		"GET " + path + "\r\n":                                                      "200",
	} {
		if got := statusOf(t, server.Addr(0), request); got != status {
			t.Errorf("%q: status %s, want %s", request, got, status)
		}
	}
}

// variablesOf asks a program, on TCP or a unix socket.
func variablesOf(t *testing.T, addr, path string, header http.Header) string {
	t.Helper()
	network := "tcp"
	if strings.HasPrefix(addr, "/") {
		network = "unix"
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}}
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://suite.test"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// statusOf sends bytes and returns the status of the answer.
func statusOf(t *testing.T, addr, request string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(deadline))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	var proto, status string
	if _, err := fmt.Fscan(conn, &proto, &status); err != nil {
		t.Errorf("%q: %v", request, err)
	}
	return status
}
