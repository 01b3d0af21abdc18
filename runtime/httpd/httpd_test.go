package httpd

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
	"github.com/cgigen/cgigen/runtime/internal/stream"
)

// program answers with what it is asked, under the given settings.
func program(settings map[string]string) gateway.Program {
	setting := func(name string) (string, bool) { v, ok := settings[name]; return v, ok }
	proxies, _ := gateway.ReadProxies(setting)
	return gateway.Program{
		Name:    "test",
		Proxies: proxies,
		Start: func() (http.Handler, error) {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Write([]byte(r.RemoteAddr + " " + r.Host + " " + r.URL.Path + " " +
					gateway.InfoOf(r.Context()).Vars.Get("SCRIPT_NAME") + " " + gateway.InfoOf(r.Context()).Vars.Get("HTTPS")))
			}), nil
		},
		Setting: setting,
	}
}

func TestForwardedFieldsHoldFromTrustedProxiesAlone(t *testing.T) {
	const proxy = "10.1.2.3:5"
	const all = "X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host"
	tests := []struct {
		name, trusted, peer string
		header              http.Header
		want                string
		fields              string // CGIGEN_FORWARDED
	}{
		{"nobody is trusted", "", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 host /  ", ""},
		{"another network", "10.2.0.0/16", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "10.1.2.3:5 host /  ", ""},
		{"address", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0 host /  ", ""},
		{"claims of the client", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"8.8.8.8, 192.0.2.1"}}, "192.0.2.1:0 host /  ", ""},
		{"two proxies", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"8.8.8.8, 192.0.2.1", "10.9.9.9"}}, "192.0.2.1:0 host /  ", ""},
		{"no address", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"unknown"}}, "10.1.2.3:5 host /  ", ""},
		{"host and protocol", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"example.com"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 example.com /  on", all},
		{"host that is none", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"a b/c"}}, "10.1.2.3:5 host /  ", all},
		{"Forwarded", "::1", "[::1]:5", http.Header{"Forwarded": {`for="[2001:db8::1]:99";proto=https;host=example.com`}}, "[2001:db8::1]:0 example.com /  on", "Forwarded;host"},
		{"several lines", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"evil.example", "example.com"}, "X-Forwarded-Proto": {"https", "http"}}, "400 Bad Request\n", all},
		{"several lines, not named", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"evil.example", "example.com"}, "X-Forwarded-Proto": {"https", "http"}}, "10.1.2.3:5 host /  ", ""},
		{"Forwarded of the client", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "Forwarded": {"for=127.0.0.1;host=evil.example;proto=https"}}, "192.0.2.1:0 host /  ", ""},
		{"Forwarded of the client, no address", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Proto": {"http"}, "Forwarded": {"for=127.0.0.1;host=evil.example;proto=https"}}, "10.1.2.3:5 host /  ", ""},
		{"element of the client", "10.0.0.0/8", proxy, http.Header{"Forwarded": {"for=127.0.0.1;host=evil.example;proto=https, for=192.0.2.1"}}, "192.0.2.1:0 host /  ", "forwarded;HOST"},
		{"element without an address", "10.0.0.0/8", proxy, http.Header{"Forwarded": {"for=127.0.0.1;host=evil.example, proto=https"}}, "10.1.2.3:5 host /  on", "Forwarded;host"},
		{"elements of two proxies", "10.0.0.0/8", proxy, http.Header{"Forwarded": {"for=8.8.8.8;host=evil.example", "for=192.0.2.1;proto=https", "for=10.9.9.9;host=example.com;proto=http"}}, "192.0.2.1:0 example.com /  on", "Forwarded;host"},
		{"quoted element", "10.0.0.0/8", proxy, http.Header{"Forwarded": {`for=192.0.2.1;host="a,for=127.0.0.1;proto=https"`}}, "192.0.2.1:0 a,for=127.0.0.1;proto=https /  ", "Forwarded;host"},
		{"escaped quote", "10.0.0.0/8", proxy, http.Header{"Forwarded": {`for=192.0.2.1;host="a\",for=127.0.0.1"`}}, "192.0.2.1:0 host /  ", "Forwarded;host"},
		{"open quote of the client", "10.0.0.0/8", proxy, http.Header{"Forwarded": {`for="127.0.0.1`, "for=192.0.2.1"}}, "192.0.2.1:0 host /  ", "Forwarded;host"},
		{"IPv4 in IPv6", "10.0.0.0/8", "[::ffff:10.1.2.3]:5", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0 host /  ", ""},
		{"host, not asked for", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 host /  on", ""},
		{"host, not asked for by the short word", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 host /  on", "x-forwarded"},
		{"host of Forwarded, not asked for", "10.0.0.0/8", proxy, http.Header{"Forwarded": {"for=192.0.2.1;host=evil.example;proto=https"}}, "192.0.2.1:0 host /  on", "forwarded"},
		{"address alone", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, "192.0.2.1:0 host /  ", "X-Forwarded-For"},
		{"protocol alone", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 host /  on", "x-forwarded-proto"},
		{"X-Real-IP", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-For": {"192.0.2.1"}, "X-Real-Ip": {"192.0.2.7"}}, "192.0.2.7:0 host /  ", "X-Real-IP"},
		{"X-Real-IP, not asked for", "10.0.0.0/8", proxy, http.Header{"X-Real-Ip": {"192.0.2.7"}}, "10.1.2.3:5 host /  ", ""},
		{"named, twice", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Proto": {"https", "http"}}, "400 Bad Request\n", "X-Forwarded-Proto"},
		{"a field of the program's own, twice", "", proxy, http.Header{"X-Verified-User": {"evil", "alice"}}, "400 Bad Request\n", "X-Verified-User"},
		{"a field of the program's own", "", proxy, http.Header{"X-Verified-User": {"alice"}}, "10.1.2.3:5 host /  ", "X-Verified-User"},
		{"no such field", "10.0.0.0/8", proxy, http.Header{"X-Forwarded-Proto": {"https"}}, "10.1.2.3:5 host /  ", "X-Forwarded-Poto"},
		{"unix socket", "unix", "@", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "192.0.2.1:0 host /  ", ""},
		{"unix socket, not trusted", "", "@", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, "0.0.0.0:0 host /  ", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newService(program(map[string]string{"TRUSTED_PROXIES": test.trusted, "FORWARDED": test.fields}), stream.DefaultLimits()).(*service)
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

func TestSettingSaysWhichFieldsTheProxiesSet(t *testing.T) {
	header := http.Header{"X-Forwarded-For": {"192.0.2.1"}, "Forwarded": {"for=192.0.2.2;proto=https"}}
	for setting, want := range map[string]string{
		"":                                  "192.0.2.1:0 host /  ",
		"x-forwarded":                       "192.0.2.1:0 host /  ",
		"forwarded":                         "192.0.2.2:0 host /  on",
		"X-Forwarded-For,X-Forwarded-Proto": "192.0.2.1:0 host /  ",
		"X-Forwarded-Both":                  "10.1.2.3:5 host /  ",
		"a b":                               "10.1.2.3:5 host /  ",
	} {
		t.Run(setting, func(t *testing.T) {
			s := newService(program(map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8", "FORWARDED": setting}), stream.DefaultLimits()).(*service)
			r := httptest.NewRequest("GET", "/", nil)
			r.Host, r.RemoteAddr, r.Header = "host", "10.1.2.3:5", header
			w := httptest.NewRecorder()
			s.server.Handler.ServeHTTP(w, r)
			if got := w.Body.String(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestFilesOfAMultipartBodyAreRemoved(t *testing.T) {
	var name string
	p := program(nil)
	p.Start = func() (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseMultipartForm(0); err != nil {
				t.Error(err)
				return
			}
			f, err := r.MultipartForm.File["upload"][0].Open()
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			name = f.(*os.File).Name()
		}), nil
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("upload", "upload.txt")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(make([]byte, 11<<20)) // net/http keeps 10 MB of fields in memory
	form.Close()
	r := httptest.NewRequest("POST", "/", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	newService(p, stream.DefaultLimits()).(*service).server.Handler.ServeHTTP(httptest.NewRecorder(), r)
	if name == "" {
		t.Fatal("there was no file")
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", name, err)
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

// named are the routes of a site that has one at /healthz.
type named struct{ http.Handler }

func (named) Names(path string) bool { return path == "/healthz" }

func TestASiteWithARouteAtTheHealthPathAnswersThere(t *testing.T) {
	own := named{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "the site's") })}
	tests := []struct {
		name     string
		settings map[string]string
		want     string
	}{
		{"default", nil, "the site's"},
		{"asked for", map[string]string{"HEALTH_PATH": "/healthz"}, "ok\n"},
		{"the site lies below another path", map[string]string{"BASE": "/app"}, "ok\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := program(test.settings)
			p.Start = func() (http.Handler, error) { return own, nil }
			s := newService(p, stream.DefaultLimits()).(*service)
			w := httptest.NewRecorder()
			s.server.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
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
