//go:build unix

package hosts_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// place is where a site is reached.
type place struct {
	addr   string
	base   string // path that it lies below
	direct string // path of the programs; "" if they have none
	suffix string // of the programs' files; "" is .cgi
	noAuth bool   // passwords do not arrive
	// The server does not pass bodies without a length (mod_proxy_scgi).
	noChunks bool
	http     bool // no gateway turns fields into variables
}

type call struct {
	name         string
	method, path string
	host         string
	body         string
	stream       bool // chunked
	status       int
	program      string // "" if the answer is not a program's
	pattern      string
}

// calls are made everywhere: every route, and what must not be one.
func calls() []call {
	long := strings.Repeat("0123456789abcdef", 4096)
	return []call{
		{name: "the root", method: "GET", path: "/", status: 200, program: "home", pattern: "GET /{$}"},
		{name: "a value", method: "GET", path: "/users/7?x=1", status: 200, program: "user", pattern: "GET /users/{id}"},
		{name: "an escaped value", method: "GET", path: "/users/a%20b%25c", status: 200, program: "user", pattern: "GET /users/{id}"},
		{name: "HEAD", method: "HEAD", path: "/users/7", status: 200},
		{name: "another method of the path", method: "PUT", path: "/users/7", body: "x", status: 200, program: "save", pattern: "PUT /users/{id}"},
		{name: "a body", method: "POST", path: "/users", body: long, status: 200, program: "save", pattern: "POST /users"},
		{name: "a chunked body", method: "POST", path: "/users", body: long, stream: true, status: 200, program: "save", pattern: "POST /users"},
		{name: "a list", method: "GET", path: "/users", status: 200, program: "list", pattern: "GET /users"},
		{name: "the rest of a path", method: "GET", path: "/files/a/b.txt", status: 200, program: "files", pattern: "/files/{path...}"},
		{name: "a method that only the rest takes", method: "DELETE", path: "/files/a", status: 200, program: "files", pattern: "/files/{path...}"},
		{name: "special characters", method: "GET", path: "/a.b+c/1/end", status: 200, program: "odd", pattern: "GET /a.b+c/{x}/end"},
		{name: "a host", method: "GET", path: "/users/7", host: "admin.test", status: 200, program: "admin", pattern: "GET admin.test/users/{id}"},
		{name: "a wrong method", method: "DELETE", path: "/users/7", status: 405},
		{name: "a longer name", method: "GET", path: "/usersfoo", status: 404},
		{name: "a longer name of the rest", method: "GET", path: "/filesfoo/x", status: 404},
		{name: "a similar name", method: "GET", path: "/aXb+c/1/end", status: 404},
		{name: "too many segments", method: "GET", path: "/users/7/x", status: 404},
		{name: "no route", method: "GET", path: "/nothing", status: 404},
	}
}

// callAll calls every route through the rules and directly.
func callAll(t *testing.T, at place) {
	t.Helper()
	for _, c := range calls() {
		if c.stream && at.noChunks {
			c.status, c.program = http.StatusLengthRequired, ""
		}
		if got, want := c.do(t, at.addr, at.base+c.path), c.want(at.base, at.base+c.path, !at.noAuth, at.http); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
		if at.direct == "" || c.program == "" || c.host != "" {
			continue
		}
		suffix := at.suffix
		if suffix == "" {
			suffix = ".cgi"
		}
		prefix := at.direct + "/" + c.program + suffix
		if got, want := c.do(t, at.addr, prefix+c.path), c.want(prefix, prefix+c.path, !at.noAuth, at.http); got != want {
			t.Errorf("%s, directly:\n got %s\nwant %s", c.name, got, want)
		}
	}
}

// want is the answer as do writes it.
func (c call) want(prefix, uri string, auth, http bool) string {
	login := ":"
	if auth {
		login = "ada:p:w"
	}
	if c.program == "" {
		return fmt.Sprint(c.status)
	}
	proxy := ""
	if http {
		proxy = "http://evil.test/" // a field like any other: it never becomes HTTP_PROXY
	}
	return fmt.Sprintf("%d program %s, pattern %s, method %s, prefix %s, uri %s, auth %s, proxy %q, body %d %x",
		c.status, c.program, c.pattern, c.method, prefix, uri, login, proxy, len(c.body), sha256.Sum256([]byte(c.body)))
}

// do makes the call with a password, and with a field that means harm.
func (c call) do(t *testing.T, addr, path string) string {
	t.Helper()
	var body io.Reader = strings.NewReader(c.body)
	if c.stream {
		body = io.MultiReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+addr+path, body)
	must(t, err)
	r.Host = c.host
	r.SetBasicAuth("ada", "p:w")
	r.Header.Set("Proxy", "http://evil.test/")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	noLeak(t, path, text)
	answer := string(text)
	if !strings.HasPrefix(answer, "program ") {
		return fmt.Sprint(resp.StatusCode)
	}
	kept := []string{}
	for line := range strings.Lines(answer) {
		switch word, _, _ := strings.Cut(line, " "); word {
		case "program", "pattern", "method", "prefix", "uri", "auth", "proxy", "body":
			kept = append(kept, strings.TrimSuffix(line, "\n"))
		}
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, strings.Join(kept, ", "))
}

// signs are what no answer may hold.
func signs() map[string]string {
	return map[string]string{
		"a program": "\x7fELF", "a secret": secret, "settings": "SITE_TOKEN", "the manifest": `"sha256"`, "the sums": "  public_html/",
		"rules": "RewriteRule", "the bill of materials": "CycloneDX", "a list of files": "Index of",
	}
}

// everything is the names of all signs.
func everything() []string { return slices.Collect(maps.Keys(signs())) }

// noLeak fails if an answer holds what no answer may.
func noLeak(t *testing.T, where string, body []byte, except ...string) {
	t.Helper()
	for what, sign := range signs() {
		if !slices.Contains(except, what) && strings.Contains(string(body), sign) {
			t.Errorf("%s: the answer holds %s", where, what)
		}
	}
}
