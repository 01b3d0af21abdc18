package doctor

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

const homeBuild, userBuild = "11111111111111111111111111111111", "22222222222222222222222222222222"

// identified is the shop whose programs know their builds.
func identified() *manifest.Manifest {
	m := shop()
	m.Programs = []manifest.Program{
		{Name: "home", Target: "linux/amd64", Path: "cgi/home.cgi", Address: "/cgi/home.cgi", Build: homeBuild},
		{Name: "user", Target: "linux/amd64", Path: "cgi/user.cgi", Address: "/cgi/user.cgi", Build: userBuild},
	}
	return m
}

// answersProbes is what programs do before they route.
func answersProbes(site http.Handler, status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Header.Get("Cgigen-Probe")
		isUser := strings.HasPrefix(r.URL.Path, "/users")
		if isUser && asked == userBuild || r.URL.Path == "/" && asked == homeBuild {
			w.Header().Set("Cgigen-Program", "name "+asked+" cgi -")
			w.WriteHeader(status)
			return
		}
		if status >= 500 && (isUser || r.URL.Path == "/") {
			w.WriteHeader(status)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// pageOf answers everything with one page.
func pageOf(status int, page string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		io.WriteString(w, strings.ReplaceAll(strings.ReplaceAll(page, "PATH", r.URL.Path), "RANDOM", fmt.Sprint(rand.Int64())))
	})
}

func redirects(to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.ReplaceAll(to, "PATH", r.URL.Path), http.StatusFound)
	})
}

func wordpress() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := "My blog"
		if r.URL.Path != "/" {
			name = "Page not found – My blog"
			w.WriteHeader(http.StatusNotFound)
		}
		io.WriteString(w, "<html><title>"+name+"</title><link href='/wp-content/themes/x.css'>"+r.URL.Path)
	})
}

// locked asks for a password before everything.
func locked(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "alice" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="Staging"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// firewalled refuses what the core rules of ModSecurity refuse, as a host does
// that shows its own page.
func firewalled(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") == "application/octet-stream" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// pagesForBodies answers bodies with the page that the host has for every address.
func pagesForBodies(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 || r.ContentLength > 100_000 {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, "<html><title>404 Not Found</title>"+r.URL.Path)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// streaming has a page that never ends.
func streaming(site http.Handler, kind string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" || r.Method != "GET" || r.Header.Get("Cgigen-Probe") != "" {
			site.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		io.WriteString(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
}

const nobodyThere = "https://127.0.0.1:1PATH"

// What answers in place of the programs is not taken for them, whatever it answers,
// and the finding says what it is; what only looks strange is.
func TestAnAnswerIsTheProgramsOnlyIfItShowsIt(t *testing.T) {
	tests := []struct {
		name string
		site func(programs http.Handler) http.Handler
		want []string
	}{
		{"the programs", func(p http.Handler) http.Handler { return p }, nil},
		{"every answer leads elsewhere", func(http.Handler) http.Handler { return redirects("https://other.example/") }, []string{"foreign-answer"}},
		{"every answer leads elsewhere, and says from where", func(http.Handler) http.Handler { return redirects("https://other.example/?from=PATH") }, []string{"foreign-answer"}},
		{"a page for every address", func(http.Handler) http.Handler { return pageOf(200, "<title>Parked</title>PATH RANDOM") }, []string{"foreign-answer"}},
		{"a page without a title for every address", func(http.Handler) http.Handler { return pageOf(200, "This domain is for sale") }, []string{"foreign-answer"}},
		{"WordPress", func(http.Handler) http.Handler { return wordpress() }, []string{"wordpress-first"}},
		{"https where nobody listens", func(http.Handler) http.Handler { return redirects(nobodyThere) }, []string{"redirect-dead"}},
		{"a password", locked, []string{"password-first"}},
		{"a check for robots, refusing", func(http.Handler) http.Handler {
			return pageOf(403, "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/RANDOM'></script>")
		}, []string{"bot-challenge"}},
		{"a check for robots, with a script", func(http.Handler) http.Handler {
			return pageOf(200, `<html><body><script>var a=toNumbers("RANDOM");document.cookie="__test="+slowAES.decrypt(a);location.href="PATH?i=1";</script>`)
		}, []string{"bot-challenge"}},
		{"an unknown check for robots", func(http.Handler) http.Handler {
			return pageOf(200, `<script>document.cookie="x=RANDOM";location.reload()</script>`)
		}, []string{"bot-challenge"}},
		{"a stream of events without an end", func(p http.Handler) http.Handler { return streaming(p, "text/event-stream") }, nil},
		{"a page without an end", func(p http.Handler) http.Handler { return streaming(p, "text/html") }, nil},
		{"a firewall that refuses a type of content", firewalled, nil},
		{"a host whose page for every address answers bodies", pagesForBodies, nil},
	}
	for _, test := range tests {
		for kind, m := range map[string]*manifest.Manifest{"of an older package": shop(), "that know their builds": identified()} {
			t.Run(test.name+" and programs "+kind, func(t *testing.T) {
				t.Parallel()
				programs := served()
				if m.Programs[0].Build != "" {
					programs = answersProbes(programs, http.StatusNoContent)
				}
				server := httptest.NewServer(test.site(programs))
				defer server.CloseClientConnections() // a stream has no end
				if got := findingsOf(t, server.URL, m); !slices.Equal(got, test.want) {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		}
	}
}

func TestAProgramThatKnowsItsBuildIsJudgedByIt(t *testing.T) {
	tests := []struct {
		name string
		site http.Handler
		want []string
	}{
		{"a program that cannot start", answersProbes(served(), http.StatusInternalServerError), []string{"program-fails"}},
		{"another build", served(), []string{"build-differs"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.site)
			defer server.Close()
			if got := findingsOf(t, server.URL, identified()); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestThePasswordOfTheAddressIsUsedAndNotShown(t *testing.T) {
	server := httptest.NewServer(locked(served()))
	defer server.Close()
	base, err := url.Parse(strings.Replace(server.URL, "//", "//alice:s3cret@", 1) + "/")
	if err != nil {
		t.Fatal(err)
	}
	report, err := URL(t.Context(), base, shop(), Options{})
	if err != nil || len(report.Findings) != 0 {
		t.Errorf("got %+v, %v", report.Findings, err)
	}
	if strings.Contains(fmt.Sprintf("%+v", report), "s3cret") {
		t.Errorf("the report shows the password: %+v", report)
	}
}

// findingsOf examines a site and returns the names of what was found, each once.
func findingsOf(t *testing.T, address string, m *manifest.Manifest) []string {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	report, err := URL(t.Context(), base, m, Options{Manifest: []byte("the manifest"), Patience: 50 * time.Millisecond})
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
