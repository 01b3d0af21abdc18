// Package routers_test runs the programs of this module as a web server would.
package routers_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestTheProgramsAreUpToDate(t *testing.T) {
	cgigen := filepath.Join(t.TempDir(), "cgigen.exe")
	command(t, "../..", "go", "build", "-o", cgigen, "./cmd/cgigen")
	command(t, ".", cgigen, "check")
}

func TestProgramsServeTheirRouters(t *testing.T) {
	folder := t.TempDir()
	command(t, ".", "go", "build", "-ldflags=-s -w", "-o", folder+"/", "./cgi-bin/...")
	for _, p := range programs() {
		t.Run(p.name, func(t *testing.T) {
			file := filepath.Join(folder, p.name)
			for _, w := range ways(p.name) {
				t.Run(w.name, func(t *testing.T) { p.testAnswers(t, file, w) })
			}
			t.Run("as net/http does", func(t *testing.T) { p.testLikeServer(t, file) })
		})
	}
}

func command(t *testing.T, dir, name string, arg ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, arg...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
}

func (p program) testAnswers(t *testing.T, file string, w way) {
	user := "/" + p.name + "/users/7"
	body := strings.Repeat("a body with\x00all\r\nbytes \xff\n", 1000)
	outside := answer{404, text, "404 page not found\n"}
	found := answer{200, p.json, `{"id":"7","url":"` + w.prefix + user + `"}` + p.newline}
	for name, test := range map[string]struct {
		request
		want answer
	}{
		"path parameter":    {request{"GET", user, ""}, found},
		"query":             {request{"GET", user + "?id=8", ""}, found},
		"HEAD":              {request{"HEAD", user, ""}, found.withoutBody()},
		"POST":              {request{"POST", "/" + p.name + "/echo", body}, answer{200, text, body}},
		"empty POST":        {request{"POST", "/" + p.name + "/echo", ""}, answer{200, text, ""}},
		"no route":          {request{"GET", "/" + p.name + "/nothing", ""}, p.missing},
		"wrong method":      {request{"DELETE", user, ""}, p.refused},
		"not the program's": {request{"GET", "/nothing", ""}, outside},
	} {
		got := run(t, file, w, test.request)
		if got.answer() != test.want {
			t.Errorf("%s:\n got %v\nwant %v", name, got.answer(), test.want)
		}
		if chatters := p.chatters && test.want != outside; (got.log != "") != chatters {
			t.Errorf("%s: standard error: %q", name, got.log)
		}
	}
}

func (a answer) withoutBody() answer {
	a.body = ""
	return a
}

// testLikeServer compares whole responses with those of net/http's server,
// also where routers have opinions: on escapes, slashes and dots.
func (p program) testLikeServer(t *testing.T, file string) {
	mux := http.NewServeMux()
	mux.Handle(p.pattern, p.handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	rewrite := ways(p.name)[0]
	for _, r := range []request{
		{"GET", "/users/7", ""},
		{"HEAD", "/users/7", ""},
		{"POST", "/echo", "a body"},
		{"DELETE", "/users/7", ""},
		{"OPTIONS", "/users/7", ""},
		{"GET", "/nothing", ""},
		{"HEAD", "/nothing", ""},
		{"GET", "", ""},
		{"GET", "/", ""},
		{"GET", "/users/7/", ""},
		{"GET", "//users/7?q=1", ""},
		{"GET", "/users/../users/7", ""},
		{"GET", "/users/a%2Fb", ""},
		{"GET", "/users/%C3%A9%20%25", ""},
	} {
		r.path = "/" + p.name + r.path
		got, want := run(t, file, rewrite, r), ask(t, server.URL, r)
		got.log = ""
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s %s:\n got %+v\nwant %+v", r.method, r.path, got, want)
		}
	}
}

// ask sends a request to a server and follows no redirect.
func ask(t *testing.T, url string, r request) response {
	t.Helper()
	outgoing, err := http.NewRequestWithContext(t.Context(), r.method, url+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	outgoing.Host = "example.com"
	if r.body != "" {
		outgoing.Header.Set("Content-Type", "text/plain")
	}
	w, err := http.DefaultTransport.RoundTrip(outgoing)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	w.Header.Del("Date") // the web server's
	return response{status: w.StatusCode, header: w.Header, body: string(body)}
}
