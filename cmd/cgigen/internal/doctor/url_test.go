package doctor

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// shop is a site behind a server of its own, so that no program has an
// address of its own.
func shop() *manifest.Manifest {
	return &manifest.Manifest{
		Version: manifest.Version, Module: "example.com/shop", Site: "shop", Server: "nginx", Layout: "subdir", Docroot: "public",
		Routes: []manifest.Route{
			{Pattern: "GET /{$}", Method: "GET", Path: "/{$}", Program: "home"},
			{Pattern: "GET /users/{id}", Method: "GET", Path: "/users/{id}", Program: "user"},
			{Pattern: "POST /users", Method: "POST", Path: "/users", Program: "user"},
			{Pattern: "DELETE /users/{id}", Method: "DELETE", Path: "/users/{id}", Program: "user"},
		},
		Programs: []manifest.Program{{Name: "home", Target: "linux/amd64", Path: "cgi/home.cgi", Address: "/cgi/home.cgi"}},
		Config:   []manifest.Value{{Name: "SHOP_DSN"}},
		Files:    []manifest.File{{Path: "cgi/home.cgi"}},
	}
}

// served is the site as its programs serve it, below a server whose own 404 is
// a page.
func served() http.Handler {
	mux := http.NewServeMux()
	hello := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }
	for _, r := range shop().Routes {
		mux.HandleFunc(r.Pattern, hello)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && !strings.HasPrefix(r.URL.Path, "/users") {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, "<html><title>404 Not Found</title>"+r.URL.Path)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// withoutPort is a proxy that sets Host as Debian's fastcgi_params does.
func withoutPort(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host, _, _ = strings.Cut(r.Host, ":")
		site.ServeHTTP(w, r)
	})
}

func TestEveryFaultOfASiteIsNamed(t *testing.T) {
	// over answers some requests itself.
	over := func(fits func(*http.Request) bool, answer http.HandlerFunc) http.Handler {
		site := served()
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fits(r) {
				answer(w, r)
				return
			}
			site.ServeHTTP(w, r)
		})
	}
	path := func(p string) func(*http.Request) bool { return func(r *http.Request) bool { return r.URL.Path == p } }
	// page is path for a handler of GET: the program itself answers other methods 405.
	page := func(p string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			return r.URL.Path == p && r.Method != "OPTIONS" && r.Method != "DELETE" && r.Method != "POST"
		}
	}
	method := func(m string) func(*http.Request) bool { return func(r *http.Request) bool { return r.Method == m } }
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	text := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
	}
	tests := []struct {
		name string
		site http.Handler
		want []string
	}{
		{"a healthy site", served(), nil},
		{"a program that fails", over(path("/users/1"), status(500)), []string{"server-error"}},
		{"a limit of the host", over(path("/users/1"), status(508)), []string{"host-limit"}},
		{"a socket without a program", over(path("/"), status(502)), []string{"gateway-dead"}},
		{"a route that is forbidden", over(path("/"), status(403)), []string{"program-forbidden"}},
		{"a route that nobody leads", over(path("/users/1"), func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(404)
			io.WriteString(w, "<html><title>404 Not Found</title>x")
		}), []string{"route-missing"}},
		{"a program as a file", over(path("/cgi/home.cgi"), text("\x7fELF\x02")), []string{"program-sent"}},
		{"settings as a file", over(path("/private/site.env"), text("# x\nSHOP_DSN=secret\n")), []string{"secret-sent"}},
		{"the manifest as a file", over(path("/private/MANIFEST.json"), text("the manifest")), []string{"manifest-sent"}},
		{"a folder that is listed", over(path("/cgi/"), text("<title>Index of /cgi</title>")), []string{"folder-listed"}},
		{"HEAD that is refused", over(method("HEAD"), status(403)), []string{"head-broken"}},
		{"a method that is refused", over(method("DELETE"), status(403)), []string{"method-blocked"}},
		{"a limit on bodies", over(func(r *http.Request) bool { return r.ContentLength > 128<<10 }, status(413)), []string{"upload-limit"}},
		{"a body in chunks that is refused", over(func(r *http.Request) bool { return r.ContentLength < 0 }, status(411)), []string{"chunked-refused"}},
		{"redirects in a circle", over(path("/users/1"), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/users/1", http.StatusMovedPermanently)
		}), []string{"redirect-loop"}},
		{"a host whose port is lost, in a redirect", over(page("/users/1"), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1/login", http.StatusSeeOther)
		}), []string{"host-port-lost"}},
		{"a host whose port is lost, in a page", over(page("/users/1"), func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `<html><a href="http://127.0.0.1/login">`)
		}), []string{"host-port-lost"}},
		{"a host whose port is there, in a page", over(page("/users/1"), func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `<html><a href="http://`+r.Host+`/login"> not <a href="http://127.0.0.1/">`)
		}), nil},
		{"another site on the host, in a page", over(page("/users/1"), func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `<html><a href="http://127.0.0.1:81/"><a href="http://127.0.0.100/"><a href="https://127.0.0.1/">`)
		}), nil},
		{"a host whose port is lost, of forms", withoutPort(http.NewCrossOriginProtection().Handler(served())), []string{"host-port-lost"}},
		{"forms of the site itself", http.NewCrossOriginProtection().Handler(served()), nil},
		{"compression that is cut", over(func(r *http.Request) bool { return r.Method == "GET" && r.Header.Get("Accept-Encoding") == "gzip" }, func(w http.ResponseWriter, _ *http.Request) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			io.WriteString(z, strings.Repeat("hello", 100))
			z.Close()
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(b.Bytes()[:20])
		}), []string{"compression-broken"}},
		{"an answer that breaks off", over(path("/users/1"), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }), []string{"broken-answer"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.site)
			defer server.Close()
			if got := ids(t, server.URL); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// ids examines a site and returns the names of what was found, each once.
func ids(t *testing.T, address string) []string {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	report, err := URL(t.Context(), base, shop(), Options{Manifest: []byte("the manifest")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range report.Findings {
		got = append(got, f.ID)
	}
	slices.Sort(got)
	return slices.Compact(got)
}

// Only a program's answer says that a value has arrived.
func TestASlashInAValueArrivesOnlyAtAProgram(t *testing.T) {
	refused := "the server refuses it; use {name...} or the query for values with slashes"
	tests := []struct {
		name, want string
		status     func(*http.Request) int
	}{
		{"a program that answers", "arrives", func(*http.Request) int { return 0 }},
		{"a server that refuses everything", "", func(*http.Request) int { return 403 }},
		{"a site that fails", "", func(*http.Request) int { return 500 }},
		{"a server that refuses slashes", refused, func(r *http.Request) int {
			if strings.Contains(r.RequestURI, "%2F") {
				return 403
			}
			return 0
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := served()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if code := test.status(r); code != 0 {
					w.WriteHeader(code)
					return
				}
				site.ServeHTTP(w, r)
			}))
			defer server.Close()
			base, err := url.Parse(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			report, err := URL(t.Context(), base, shop(), Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, f := range report.Facts {
				if f.Name == "%2F in a value" {
					got += f.Value
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestACertificateThatNobodyVouchesForIsNamed(t *testing.T) {
	server := httptest.NewUnstartedServer(served())
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()
	if got := ids(t, server.URL); !slices.Equal(got, []string{"tls-invalid"}) {
		t.Errorf("got %q", got)
	}
}

func TestASiteThatNobodyServesIsNamed(t *testing.T) {
	server := httptest.NewServer(served())
	server.Close()
	if got := ids(t, server.URL); !slices.Equal(got, []string{"unreachable"}) {
		t.Errorf("got %q", got)
	}
}

func TestWhatAProbeShowsIsJudged(t *testing.T) {
	const fine = "# cgigen probe 1\naddress-space: unlimited\nprocesses: 100\nuser: alice\nmachine: x86_64\nsystem: Linux\nnoexec: no\nauthorization: arrives\nhttp-proxy: no\n"
	tests := []struct{ name, old, new, want string }{
		{"a good host", "", "", ""},
		{"little address space", "unlimited", "524288", "limit-address-space"},
		{"few processes", "processes: 100", "processes: 3", "limit-processes"},
		{"processes for some visitors", "processes: 100", "processes: 50", "limit-processes"},
		{"files that the server sees read-only", "noexec: no", "noexec: no\nread-only: yes", "home-read-only"},
		{"a folder of settings that the server sees read-only", "noexec: no", "noexec: no\nprivate: read-only", "home-read-only"},
		{"a folder of settings that programs may not enter", "noexec: no", "noexec: no\nprivate: closed", "private-closed"},
		{"another processor", "x86_64", "aarch64", "host-architecture"},
		{"noexec", "noexec: no", "noexec: yes", "noexec"},
		{"authorization that is lost", "arrives", "no", "authorization-lost"},
		{"authorization that suEXEC will lose", "arrives", "arrives as REDIRECT_HTTP_AUTHORIZATION", "authorization-lost"},
		{"no suEXEC", "alice", "www-data", "no-suexec"},
		{"httpoxy", "http-proxy: no", "http-proxy: set by the client", "httpoxy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := &visit{Report: &Report{}, manifest: shop(), base: &url.URL{}}
			v.judgeProbe("http://h/", probeFacts(strings.Replace(fine, test.old, test.new, 1)))
			got := ""
			for _, f := range v.Findings {
				got += f.ID
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// A connection leads to hosts that no test can have.
type connection func(*http.Request) (*http.Response, error)

func (a connection) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func TestASiteWithoutHTTPSIsNamed(t *testing.T) {
	respond := func(status int, location string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Location": {location}}, Body: http.NoBody}, nil
	}
	tests := []struct {
		name, want string
		host       connection
	}{
		{"nobody connection", "tls-missing", func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme == "https" {
				return nil, errors.New("connection refused")
			}
			return respond(200, "")
		}},
		{"visitors are not led there", "tls-not-forced", func(*http.Request) (*http.Response, error) { return respond(200, "") }},
		{"visitors are led there", "", func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme == "https" {
				return respond(200, "")
			}
			return respond(301, "https://shop.test/")
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v := &visit{Report: &Report{}, ctx: t.Context(), manifest: shop(), base: &url.URL{Scheme: "http", Host: "shop.test"}}
			v.client = &http.Client{Transport: test.host, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			v.checkTLS()
			got := ""
			for _, f := range v.Findings {
				got += f.ID
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestAProbeThatDoesNotAnswerIsNamed(t *testing.T) {
	server := httptest.NewServer(served())
	defer server.Close()
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	report, err := URL(t.Context(), base, shop(), Options{Token: "0123"})
	if err != nil || len(report.Findings) != 1 || report.Findings[0].ID != "probe-fails" {
		t.Errorf("got %+v, %v", report.Findings, err)
	}
}
