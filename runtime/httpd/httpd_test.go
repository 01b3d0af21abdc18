package httpd

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cgigen/cgigen/runtime/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// program answers with what it is asked, under the given settings.
func program(settings map[string]string) gateway.Program {
	return gateway.Program{
		Name: "test",
		Start: func() (http.Handler, error) {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Write([]byte(r.RemoteAddr + " " + r.Host + " " + r.URL.Path + " " +
					gateway.InfoOf(r.Context()).Vars.Get("SCRIPT_NAME") + " " + gateway.InfoOf(r.Context()).Vars.Get("HTTPS")))
			}), nil
		},
		Setting: func(name string) (string, bool) { v, ok := settings[name]; return v, ok },
	}
}

func TestForwardedFieldsHoldFromTrustedProxiesAlone(t *testing.T) {
	const proxy = "10.1.2.3:5"
	tests := []struct {
		name, trusted, peer string
		header              http.Header
		want                string
	}{
		{"nobody is trusted", "", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 host /  "},
		{"another network", "10.2.0.0/16", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "10.1.2.3:5 host /  "},
		{"address", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0 host /  "},
		{"claims of the client", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"8.8.8.8, 192.0.2.1"}}, "192.0.2.1:0 host /  "},
		{"two proxies", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"8.8.8.8, 192.0.2.1", "10.9.9.9"}}, "192.0.2.1:0 host /  "},
		{"no address", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"unknown"}}, "10.1.2.3:5 host /  "},
		{"host and protocol", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"example.com"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 example.com /  on"},
		{"host that is none", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"a b/c"}}, "10.1.2.3:5 host /  "},
		{"Forwarded", "::1", "[::1]:5", http.Header{"Forwarded": {`for="[2001:db8::1]:99";proto=https;host=example.com`}}, "[2001:db8::1]:0 example.com /  on"},
		{"IPv4 in IPv6", "10.0.0.0/8", "[::ffff:10.1.2.3]:5", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0 host /  "},
		{"unix socket", "unix", "@", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0 host /  "},
		{"unix socket, not trusted", "", "@", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "0.0.0.0:0 host /  "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newService(program(map[string]string{"TRUSTED_PROXIES": test.trusted}), stream.DefaultLimits()).(*service)
			r := httptest.NewRequest("GET", "/", nil)
			r.Host, r.RemoteAddr, r.Header = "host", test.peer, test.header
			w := httptest.NewRecorder()
			s.server.Handler.ServeHTTP(w, r)
			if got := w.Body.String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestHealthIsOutsideOfTheRoutes(t *testing.T) {
	tests := []struct {
		name     string
		settings map[string]string
		path     string
		want     string
	}{
		{"default", nil, "/healthz", "ok\n"},
		{"another path", map[string]string{"HEALTH_PATH": "/up"}, "/up", "ok\n"},
		{"none", map[string]string{"HEALTH_PATH": ""}, "/healthz", "192.0.2.1:1234 example.com /healthz  "},
		{"below the base", map[string]string{"BASE": "/app"}, "/app/x", "192.0.2.1:1234 example.com /app/x /app "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newService(program(test.settings), stream.DefaultLimits()).(*service)
			w := httptest.NewRecorder()
			s.server.Handler.ServeHTTP(w, httptest.NewRequest("GET", test.path, nil))
			if w.Body.String() != test.want {
				t.Errorf("got %q, want %q", w.Body, test.want)
			}
		})
	}
}

func TestHealthSaysWhenTheProgramStops(t *testing.T) {
	s := newService(program(nil), stream.DefaultLimits()).(*service)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.server.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}

func TestVariablesAreThoseOfAWebServer(t *testing.T) {
	r := httptest.NewRequest("POST", "/app/a%2Fb?x=1", nil)
	r.Host, r.RemoteAddr, r.TLS = "example.com", "192.0.2.1:7", &tls.ConnectionState{}
	vars := variables(r, "/app")
	for name, want := range map[string]string{
		"REQUEST_METHOD": "POST", "REQUEST_URI": "/app/a%2Fb?x=1", "QUERY_STRING": "x=1", "SCRIPT_NAME": "/app",
		"SERVER_NAME": "example.com", "SERVER_PORT": "443", "REMOTE_ADDR": "192.0.2.1", "REMOTE_PORT": "7", "HTTPS": "on",
	} {
		if got := vars.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
