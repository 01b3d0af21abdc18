package gateway

import (
	"net/http"
	"strings"
	"testing"
)

// behind serves a request of a gateway, with settings, and says what a handler
// finds: the address, the host and whether it is TLS, in the request and in the
// meta-variables.
func behind(settings map[string]string, looked *int, entries ...string) result {
	vars := makeVars(append([]string{"REQUEST_METHOD=GET", "REQUEST_URI=/x", "HTTP_HOST=h", "UNIQUE_ID=id1",
		"REMOTE_PORT=5", "SERVER_PORT=80", "SERVER_NAME=s", "SERVER_ADDR=10.0.0.9"}, entries...)...)
	h := func(w http.ResponseWriter, r *http.Request) {
		v := InfoOf(r.Context()).Vars
		secure := "http"
		if r.TLS != nil {
			secure = "https"
		}
		local := r.Context().Value(http.LocalAddrContextKey).(interface{ String() string }).String()
		w.Write([]byte(strings.Join([]string{r.RemoteAddr, r.Host, secure, r.URL.String(), local,
			v.Get("REMOTE_ADDR"), v.Get("HTTPS"), v.Get("SERVER_PORT"), v.Get("SERVER_NAME")}, " ")))
	}
	return serve(h, strings.NewReader(""), vars, func(x *Exchange) {
		x.Program.Setting = func(name string) (string, bool) { *looked++; v, ok := settings[name]; return v, ok }
	})
}

func TestTrustedProxiesSayWhoAsks(t *testing.T) {
	const list = "10.0.0.0/8,2001:db8::/32"
	all := map[string]string{"TRUSTED_PROXIES": list, "FORWARDED": "X-Forwarded-For,X-Forwarded-Proto,X-Forwarded-Host"}
	trusted := map[string]string{"TRUSTED_PROXIES": list}
	tests := []struct {
		name     string
		settings map[string]string
		vars     []string
		want     string
	}{
		{"nobody is trusted", nil, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_PROTO=https"},
			"10.1.2.3:5 h http /x 10.0.0.9:80 10.1.2.3  80 s"},
		{"another network", trusted, []string{"REMOTE_ADDR=192.0.2.9", "HTTP_X_FORWARDED_PROTO=https", "HTTP_X_FORWARDED_FOR=127.0.0.1"},
			"192.0.2.9:5 h http /x 10.0.0.9:80 192.0.2.9  80 s"},
		{"TLS ends at the proxy", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_PROTO=https", "HTTP_X_FORWARDED_FOR=192.0.2.1"},
			"192.0.2.1:0 h https /x 10.0.0.9:80 192.0.2.1 on 443 h"},
		{"TLS begins at the proxy", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTPS=on", "SERVER_PORT=443", "HTTP_X_FORWARDED_PROTO=http"},
			"10.1.2.3:5 h http /x 10.0.0.9:443 10.1.2.3  80 h"},
		{"host with a port", all, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_PROTO=https", "HTTP_X_FORWARDED_HOST=shop.test:8443"},
			"10.1.2.3:5 shop.test:8443 https /x 10.0.0.9:80 10.1.2.3 on 8443 shop.test"},
		{"host, not asked for", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_HOST=evil.example"},
			"10.1.2.3:5 h http /x 10.0.0.9:80 10.1.2.3  80 s"},
		{"IPv6", trusted, []string{"REMOTE_ADDR=2001:db8::7", "HTTP_X_FORWARDED_FOR=2001:db9::1"},
			"[2001:db9::1]:0 h http /x 10.0.0.9:80 2001:db9::1  80 s"},
		{"IPv6 in brackets", trusted, []string{"REMOTE_ADDR=[2001:db8::7]", "HTTP_X_FORWARDED_FOR=[2001:db9::1]:99"},
			"[2001:db9::1]:0 h http /x 10.0.0.9:80 2001:db9::1  80 s"},
		{"IPv4 in IPv6", trusted, []string{"REMOTE_ADDR=::ffff:10.1.2.3", "HTTP_X_FORWARDED_FOR=192.0.2.1"},
			"192.0.2.1:0 h http /x 10.0.0.9:80 192.0.2.1  80 s"},
		{"chain", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_FOR=8.8.8.8, 192.0.2.1, 10.3.3.3, 2001:db8::9"},
			"192.0.2.1:0 h http /x 10.0.0.9:80 192.0.2.1  80 s"},
		{"Forwarded", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_FORWARDED=for=8.8.8.8;proto=http, for=192.0.2.1;proto=https;host=evil.example"},
			"192.0.2.1:0 h https /x 10.0.0.9:80 192.0.2.1 on 443 h"},
		{"unix socket", map[string]string{"TRUSTED_PROXIES": "unix"}, []string{"REMOTE_ADDR=unix:", "HTTP_X_FORWARDED_FOR=192.0.2.1"},
			"192.0.2.1:0 h http /x 10.0.0.9:80 192.0.2.1  80 s"},
		{"unix socket, not trusted", trusted, []string{"REMOTE_ADDR=unix:", "HTTP_X_FORWARDED_FOR=192.0.2.1"},
			"0.0.0.0:5 h http /x 10.0.0.9:80 unix:  80 s"},
		{"no address is no socket", map[string]string{"TRUSTED_PROXIES": "unix,0.0.0.0"}, []string{"HTTP_X_FORWARDED_FOR=192.0.2.1"},
			"0.0.0.0:5 h http /x 10.0.0.9:80   80 s"},
		{"the last of two addresses", trusted, []string{"REMOTE_ADDR=192.0.2.9", "REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_FOR=192.0.2.1"},
			"192.0.2.1:0 h http /x 10.0.0.9:80 192.0.2.1  80 s"},
		{"the proxy speaks of no port", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_HOST=h:8080", "HTTP_X_FORWARDED_PROTO=https"},
			"10.1.2.3:5 h:8080 https /x 10.0.0.9:80 10.1.2.3 on 8080 h"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			looked := 0
			r := behind(test.settings, &looked, test.vars...)
			if _, got, _ := strings.Cut(r.out, "\r\n\r\n"); got != test.want || r.log != "" {
				t.Errorf("got  %q, log %q\nwant %q", got, r.log, test.want)
			}
		})
	}
}

func TestTrustedFieldThatIsThereTwiceIsRefused(t *testing.T) {
	own := map[string]string{"FORWARDED": "X-Verified-User"}
	proto := map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8", "FORWARDED": "x-forwarded"}
	trusted := map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8"}
	tests := []struct {
		name     string
		settings map[string]string
		vars     []string
		status   string
	}{
		{"hyphen and underscore", own, []string{"HTTP_X_VERIFIED_USER=evil", "HTTP_X_VERIFIED_USER=alice"}, "400"},
		{"names that mean one field", own, []string{"HTTP_X_VERIFIED-USER=evil", "HTTP_x_verified_user=alice"}, "400"},
		{"once", own, []string{"HTTP_X_VERIFIED_USER=alice"}, "200"},
		{"another field", own, []string{"HTTP_X_A=1", "HTTP_X_A=2"}, "200"},
		{"not named", nil, []string{"HTTP_X_VERIFIED_USER=evil", "HTTP_X_VERIFIED_USER=alice"}, "200"},
		{"named by the short word", proto, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_PROTO=http", "HTTP_X_FORWARDED_PROTO=https"}, "400"},
		{"known without a name", trusted, []string{"REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_FOR=127.0.0.1", "HTTP_X_FORWARDED_FOR=192.0.2.1"}, "400"},
		{"from somebody who is not believed anyway", trusted, []string{"REMOTE_ADDR=192.0.2.9", "HTTP_X_FORWARDED_FOR=127.0.0.1", "HTTP_X_FORWARDED_FOR=192.0.2.1"}, "200"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			looked := 0
			r := behind(test.settings, &looked, test.vars...)
			if !strings.HasPrefix(r.out, "Status: "+test.status+" ") {
				t.Errorf("got %q, want %s", r.out, test.status)
			}
			if refused := test.status == "400"; refused != strings.Contains(r.log, "is there twice") {
				t.Errorf("log %q", r.log)
			}
		})
	}
}

func TestNoSettingIsLookedUpWithoutAFieldOfProxies(t *testing.T) {
	looked := 0
	behind(map[string]string{"TRUSTED_PROXIES": "0.0.0.0/0"}, &looked, "REMOTE_ADDR=10.1.2.3", "HTTP_ACCEPT=x", "HTTP_X_OTHER=1", "HTTP_COOKIE=a")
	if looked != 0 {
		t.Errorf("%d settings were looked up", looked)
	}
}

func TestWrongSettingTrustsNobodyAndIsLogged(t *testing.T) {
	for name, settings := range map[string]map[string]string{
		"address": {"TRUSTED_PROXIES": "10.1.2"},
		"field":   {"TRUSTED_PROXIES": "10.1.2.3", "FORWARDED": "X-Forwarded-Poto"},
	} {
		looked := 0
		r := behind(settings, &looked, "REMOTE_ADDR=10.1.2.3", "HTTP_X_FORWARDED_FOR=192.0.2.1")
		if !strings.Contains(r.out, "10.1.2.3:5 h http") || !strings.Contains(r.log, "CGIGEN_") {
			t.Errorf("%s: got %q, log %q", name, r.out, r.log)
		}
	}
}

func TestLastVariableHoldsEverywhere(t *testing.T) {
	vars := makeVars("REMOTE_USER=client", "A=1", "REMOTE_USER=admin", "UNIQUE_ID=a", "UNIQUE_ID=b")
	if got := vars.Get("REMOTE_USER"); got != "admin" {
		t.Errorf("REMOTE_USER is %q", got)
	}
	if got := (&Exchange{Vars: vars}).ID(); got != "b" {
		t.Errorf("the id is %q", got)
	}
	r := request(t, "", "REQUEST_METHOD=PUT", "REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h", "REMOTE_ADDR=192.0.2.9", "REMOTE_ADDR=192.0.2.1",
		"CONTENT_TYPE=a/a", "HTTP_CONTENT_TYPE=b/b", "CONTENT_TYPE=c/c", "HTTPS=on", "HTTPS=", "HTTP_X_A=1", "HTTP_X_A=2", "HTTP_COOKIE=a=1", "HTTP_COOKIE=b=2")
	if r.Method != "GET" || r.RemoteAddr != "192.0.2.1:0" || r.TLS != nil || strings.Join(r.Header["Content-Type"], "|") != "c/c" {
		t.Errorf("got %s %s %v %v", r.Method, r.RemoteAddr, r.TLS, r.Header)
	}
	if strings.Join(r.Header["X-A"], "|") != "1|2" || strings.Join(r.Header["Cookie"], "|") != "a=1|b=2" {
		t.Errorf("fields are no values in order: %v", r.Header)
	}
}
