//go:build unix

package hosts_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// awkwardPatterns have texts that mean something in the configuration of one
// server or another, each in the place where it was found to break a file.
func awkwardPatterns() []string {
	long := strings.Repeat("long-", 30)
	list := []string{
		"GET /{$}", `GET /q/a%22b`, `GET /q/a"c`, `/bs/a%5Cb`, `/bs/a\c/x`, `/endback/a%5C`, `GET /endback/raw\`, `GET /endback/then`,
		"GET /a%20b/{x}", "GET /tab/{x}/'%60%22%27", "GET /dollar/$1/$x/%24%7BHOME%7D", "GET /percent/%25/%25%7BREQUEST_URI%7D",
		"GET /hash/%23/x", "GET /question/%3F", "GET /brace/%7B%7B.Site%7D%7D/%7B$HOME%7D", "GET /brace/%7Bpath%7D", "GET /semi/a;b", "GET /angle/<b>&amp;",
		"GET /ä/größe/{größe}", "GET /%E6%97%A5%E6%9C%AC/😀", "GET /class/a%5B^b%5D(c)|d", "GET /plus/a+b.c%2Ad%3F",
		"GET /dot/.x", "GET /dot/..x/{v}", "/files/{path...}", "GET /tail/x~", "GET /inc/x.inc", "GET /mid/{a}/{b}/%22", "GET /n/%5Cn%5Ct%5Cr",
		"GET /comma,a=b@c:d!e", "GET /%2D%2D/-x", "GET /p%75blic/x", "GET /" + long + "/" + long,
		"GET h-1.awkward.test/hosted/{x}", "GET xn--bcher-kva.test/hosted/.well", "GET " + strings.Repeat("very-long-name.", 12) + "test/hosted/{x}", "POST /hosted/{x}",
	}
	return append(list, randomPatterns(24)...)
}

// randomPatterns join awkward characters at random, the same ones each time. Each has a first
// segment of its own, so that no two conflict.
func randomPatterns(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	signs := []rune("\"'`\\$%#;<>{}()[]|^*+?.!&=,:@~ -_aZ0äßЖ漢😀")
	var list []string
	for i := range n {
		path := fmt.Sprintf("/r%d", i)
		for range 1 + r.IntN(3) {
			if r.IntN(4) == 0 {
				path += fmt.Sprintf("/{v%d}", strings.Count(path, "/"))
				continue
			}
			text := "x"
			for range 1 + r.IntN(6) {
				sign := string(signs[r.IntN(len(signs))])
				if r.IntN(2) == 0 || strings.Contains(":*<>[]?#%{} ", sign) { // the generator wants these escaped
					sign = strings.ReplaceAll(url.QueryEscape(sign), "+", "%20")
				}
				text += sign
			}
			path += "/" + text
		}
		list = append(list, path)
	}
	return list
}

// awkwardValues stand in for wildcards, as a client writes them.
func awkwardValues() []string {
	return []string{"1", "a%20b", "%22", "a%5Cb", "%27%60", "$1", "%25", "%2525", "%23", "%3F", "a;b", "%7B%7Bx%7D%7D", "%C3%A4", ".hidden", "~", "a+b", "%0A", "a%0Ab", "%0D", "%09", "x.inc", "-", "%3Cb%3E", "%FF", "%C3"}
}

// awkwardSite writes a module with a handler for every pattern, in three
// programs in turn, so that a rule that takes too much is seen.
func awkwardSite(t *testing.T, name string, patterns []string) string {
	t.Helper()
	return awkwardModule(t, name, "example.com/"+name+"/testsite", patterns)
}

// awkwardModule is awkwardSite with a module path, of which the site's name is made.
func awkwardModule(t *testing.T, name, module string, patterns []string) string {
	t.Helper()
	packing.Lock()
	defer packing.Unlock()
	dir := filepath.Join(work, name)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	root, err := filepath.Abs(filepath.Join("..", "..", "..", ".."))
	must(t, err)
	var b strings.Builder
	b.WriteString("// Package site answers with the route that it saw.\npackage site\n\nimport (\n\t\"fmt\"\n\t\"net/http\"\n\n\t\"github.com/cgigen/cgigen/runtime\"\n)\n\n" +
		"func report(w http.ResponseWriter, r *http.Request) {\n\tw.Header().Set(\"Content-Type\", \"text/plain; charset=utf-8\")\n" +
		"\tfmt.Fprintf(w, \"pattern %q prefix %q path %q values %q\", r.Pattern, runtime.Prefix(r), r.URL.Path, values(r))\n}\n\n" +
		"func values(r *http.Request) []string {\n\tvar list []string\n\tfor _, name := range []string{" + strings.Trim(fmt.Sprintf("%q", wildcards(patterns)), "[]") + "} {\n\t\tlist = append(list, r.PathValue(name))\n\t}\n\treturn list\n}\n")
	for i, pattern := range patterns {
		fmt.Fprintf(&b, "\n//cgigen:handler %s binary=p%d\nfunc H%d(w http.ResponseWriter, r *http.Request) { report(w, r) }\n", strconv.Quote(pattern), i%3, i)
	}
	must(t, os.MkdirAll(dir, 0o755))
	source := strings.ReplaceAll(b.String(), `" "`, `", "`)
	must(t, os.WriteFile(filepath.Join(dir, "site.go"), []byte(source), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "go.mod"), fmt.Appendf(nil, "module %s\n\ngo 1.26\n\nrequire github.com/cgigen/cgigen v0.0.0\n\nreplace github.com/cgigen/cgigen => %s\n", module, root), 0o644))
	return dir
}

// wildcards lists the names in patterns.
func wildcards(patterns []string) []string {
	var names []string
	for _, pattern := range patterns {
		for segment := range strings.SplitSeq(pattern, "/") {
			name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(segment, "{"), "}"), "...")
			if strings.HasPrefix(segment, "{") && name != "$" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// awkwardCall is a request, as a client writes it.
type awkwardCall struct{ method, host, target string }

// awkwardCalls asks for every pattern, with every value at one of them.
func awkwardCalls(patterns []string) []awkwardCall {
	var calls []awkwardCall
	values := awkwardValues()
	for i, pattern := range patterns {
		method, place, found := strings.Cut(pattern, " ")
		if !found || strings.Contains(method, "/") {
			method, place = "GET", pattern
		}
		host, path, _ := strings.Cut(place, "/")
		some := []string{values[i%len(values)], values[(i*7+3)%len(values)]}
		if strings.HasPrefix(path, "files/") {
			some = append(values, "a/b%0A/.c", "%0A/%0A")
		}
		for _, value := range some {
			calls = append(calls, awkwardCall{method, host, expand("/"+path, value)})
		}
		calls = append(calls, awkwardCall{method, host, expand("/"+path, "1") + "-more"})
	}
	return calls
}

// expand returns an address of a path: literals escaped, wildcards replaced.
func expand(path, value string) string {
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		plain, err := url.PathUnescape(segment)
		switch {
		case segment == "{$}":
			segment = ""
		case strings.HasPrefix(segment, "{"):
			segment = value
		case err == nil:
			segment = url.PathEscape(plain)
		}
		segments = append(segments, segment)
	}
	return strings.Join(segments, "/")
}

// seen is what net/http sees: the oracle.
func (c awkwardCall) seen(patterns []string, prefix string) string {
	r := httptest.NewRequest(c.method, "http://127.0.0.1"+c.target, nil)
	if c.host != "" {
		r.Host = c.host
	}
	answer, names, mux := "", wildcards(patterns), http.NewServeMux()
	for _, pattern := range patterns {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			var list []string
			for _, name := range names {
				list = append(list, r.PathValue(name))
			}
			answer = fmt.Sprintf("pattern %q prefix %q path %q values %q", r.Pattern, prefix, r.URL.Path, list)
		})
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if answer != "" {
		return answer
	}
	return strconv.Itoa(w.Code)
}

// expected is what net/http sees, but for what docs/reference/packages.md names: lighttpd
// refuses control characters before any rule, and finds no path that is not
// UTF-8; and Apache and lighttpd say of hidden files that they are forbidden.
func (c awkwardCall) expected(server string, patterns []string) []string {
	plain, err := url.PathUnescape(c.target)
	want := c.seen(patterns, "")
	switch {
	case err == nil && strings.HasPrefix(server, "lighttpd") && strings.ContainsFunc(plain, unicode.IsControl):
		return []string{"400"}
	case err == nil && strings.HasPrefix(server, "lighttpd") && !utf8.ValidString(plain):
		return []string{"400", "404"}
	case want == "404" && strings.Contains(plain, "/.") && (strings.HasPrefix(server, "apache") || strings.HasPrefix(server, "lighttpd")):
		return []string{"403"}
	}
	return []string{want}
}

func (c awkwardCall) ask(t *testing.T, addr, base string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), c.method, "http://"+addr+base+c.target, nil)
	must(t, err)
	r.Host = c.host
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(t, err)
	if strings.HasPrefix(string(text), "pattern ") {
		return string(text)
	}
	return strconv.Itoa(resp.StatusCode)
}

// Every text that a pattern may have reaches its route on every server, as it
// does on net/http.
func TestAwkwardTextsReachTheirRoutes(t *testing.T) {
	t.Parallel()
	patterns := awkwardPatterns()
	module := awkwardSite(t, "awkward", patterns)
	calls := awkwardCalls(patterns)
	for _, h := range everySetup(t) {
		t.Run(h.name, func(t *testing.T) {
			addr := h.start(t, module, "")
			for _, c := range calls {
				if got, want := c.ask(t, addr, ""), c.expected(h.name, patterns); !slices.Contains(want, got) {
					t.Errorf("%s %s%s:\n got %s\nwant one of %q", c.method, c.host, c.target, got, want)
				}
			}
		})
	}
}
