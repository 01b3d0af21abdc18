//go:build unix

package suite_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// placeStacks start a server each, with all its places.
func placeStacks() map[string]func(testing.TB, apps) ([]place, *servers.Server) {
	return map[string]func(testing.TB, apps) ([]place, *servers.Server){
		"nginx":      nginxPlaces,
		"apache":     apachePlaces,
		"prefork":    preforkPlaces,
		"lighttpd":   lighttpdPlaces,
		"caddy":      caddyPlaces,
		"haproxy":    haproxyPlaces,
		"busybox":    smallPlaces("busybox", func(t testing.TB, root string) *servers.Server { return servers.Busybox(t, root) }),
		"mini_httpd": smallPlaces("mini_httpd", servers.MiniHTTPD),
		"python":     smallPlaces("python", servers.Python),
	}
}

// siteOracle answers the cases for a whole application by net/http.Server, once.
var siteOracle = sync.OnceValues(func() (map[string]suite.Answer, error) {
	mux := http.NewServeMux()
	mux.Handle("/", suite.Echo(func(*http.Request) string { return suite.Mounted }))
	server := httptest.NewServer(mux)
	defer server.Close()
	return answers(suite.Target{Server: "net/http", Addr: server.Listener.Addr().String()}, suite.SiteCases())
})

func answers(target suite.Target, cases []suite.Case) (map[string]suite.Answer, error) {
	all := make(map[string]suite.Answer)
	for _, c := range cases {
		answer, err := suite.Do(target, c, deadline)
		if err != nil {
			return nil, err
		}
		all[c.Name] = answer
	}
	return all, nil
}

// An application for every path sees what net/http.Server would have shown it, wherever a server mounts it, and each row
// of the table of what servers say has its right answer.
func TestPlaces(t *testing.T) {
	skipShort(t)
	right, err := siteOracle()
	if err != nil {
		t.Fatal(err)
	}
	program := "whole"
	if *variables {
		program = "variables"
	}
	binary := compile(t, program)
	for name, start := range placeStacks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApps(t, binary)
			list, server := start(t, a)
			for i, p := range list {
				target := suite.Target{Server: p.server, Mount: p.mount, Program: program, Addr: server.Addr(i), Prefix: p.prefix}
				t.Run(p.server+" "+strings.ReplaceAll(p.mount, "/", "|"), func(t *testing.T) { checkPlace(t, a, p, target, right) })
			}
		})
	}
}

// Over HTTP the program is the server.
func TestWholeApplicationOverHTTP(t *testing.T) {
	skipShort(t)
	right, err := siteOracle()
	if err != nil {
		t.Fatal(err)
	}
	addr := servers.Web(t, compile(t, "whole", web))
	checkSite(t, suite.Target{Server: suite.Web, Mount: "PORT", Addr: addr}, right)
}

func checkPlace(t *testing.T, a apps, p place, target suite.Target, right map[string]suite.Answer) {
	switch {
	case *variables:
		showVariables(t, p, target)
		return
	case p.guarded:
		checkGuard(t, target)
		return
	case !p.only:
		checkSite(t, target, right)
	}
	for _, r := range p.rows {
		checkRow(t, a, r, target)
	}
}

// checkSite holds the cases for a whole application against the right answers.
func checkSite(t *testing.T, target suite.Target, right map[string]suite.Answer) {
	differences := suite.Differences()
	for _, c := range suite.SiteCases() {
		answer, err := suite.Do(target, c, deadline)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if target.Prefix != "" && c.Path == suite.Outside {
			checkOutside(t, c, answer)
			continue
		}
		if wrong := suite.Check(target, c, right[c.Name], answer, differences); wrong != nil {
			t.Errorf("%s: %s\n\t%s", c.Name, c.Path, strings.Join(wrong[:min(len(wrong), 9)], "\n\t"))
		}
	}
}

// checkOutside holds that a target which leaves the base by its dots does not reach the application. The server answers by
// itself, or the application redirects to what the server reads in it.
func checkOutside(t *testing.T, c suite.Case, answer suite.Answer) {
	if lines := strings.Join(answer.Lines(), "\n"); strings.Contains(lines, "body: pattern") {
		t.Errorf("%s: the application sees\n%s", c.Name, lines)
	}
}

// checkRow holds that the server sends what the row says, and that the runtime makes the right thing of it.
func checkRow(t *testing.T, a apps, r row, target suite.Target) {
	target.Prefix = ""
	if r.path == "" {
		checkUnrouted(t, r, target)
		return
	}
	sent, err := suite.Do(target, suite.Case{Path: r.target + "?variables"}, deadline)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"SCRIPT_NAME " + r.script, "PATH_INFO " + r.info, "SCRIPT_FILENAME " + r.file}
	have := a.plain(bodyLines(sent))
	for i, pattern := range want {
		if i >= len(have) || !suite.Matches(pattern, have[i]) {
			t.Errorf("%s: the server says %q, want %q", r.target, have, want)
			break
		}
	}
	seen, err := suite.Do(target, suite.Case{Path: r.target}, deadline)
	if err != nil {
		t.Fatal(err)
	}
	wantSeen := []string{`escaped "` + r.path + `"`, `below "` + or(r.prefix, suite.Mounted) + `"`}
	if lines := strings.Join(seen.Lines(), "\n"); slices.ContainsFunc(wantSeen, func(s string) bool { return !strings.Contains(lines, s) }) {
		t.Errorf("%s: the application sees\n%s\nwant %q", r.target, lines, wantSeen)
	}
}

// checkUnrouted holds that the program answers by itself: that it has no such path, or that it is another one.
func checkUnrouted(t *testing.T, r row, target suite.Target) {
	answer, err := suite.Do(target, suite.Case{Path: r.target}, deadline)
	if err != nil {
		t.Fatal(err)
	}
	want := "body: 404 page not found"
	if r.redirect != "" {
		want = "Location: " + r.redirect
	}
	if !slices.Contains(answer.Lines(), want) {
		t.Errorf("%s: the program answers\n%s\nwant %q", r.target, strings.Join(answer.Lines(), "\n"), want)
	}
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// bodyLines are the lines of the body.
func bodyLines(answer suite.Answer) []string {
	var lines []string
	for _, line := range answer.Lines() {
		if text, ok := strings.CutPrefix(line, "body: "); ok {
			lines = append(lines, text)
		}
	}
	return lines
}

// plain takes quotes and the names of folders out of variables.
func (a apps) plain(lines []string) []string {
	var plain []string
	for _, line := range lines {
		name, value, _ := strings.Cut(strings.ReplaceAll(line, `"`, ""), " ")
		if i := strings.LastIndex(value, "/app.cgi"); i >= 0 && name == "SCRIPT_FILENAME" && strings.HasPrefix(value, "/") {
			value = "PROGRAM"
		}
		value = strings.ReplaceAll(value, strings.TrimPrefix(a.root, "/"), "ROOT")
		plain = append(plain, name+" "+strings.ReplaceAll(value, "/ROOT", "ROOT"))
	}
	return plain
}

// spellings of what a server guards by its path, /admin, and of what an application must not take for it.
func spellings() []string {
	return []string{
		"/admin", "/admin/", "/admin/7", "//admin/7", "/admin//7", "/./admin/7", "/x/../admin/7", "/%61dmin/7",
		"/x/%2e%2e/admin/7", "/x/.%2e/admin/7", "/x/..%2fadmin/7", "/x%2f..%2fadmin/7", "/%2e/admin/7", "/%2fadmin/7",
		"/admin/%2e%2e/pub/7", "/admin/..%2fpub/7", "/admin/%2e%2e%2fpub/7", "/admin/x/..%2f..%2fpub/7", "/admin/..%5cpub/7",
		"/admin%2F7", "/admin%2F7^", "/admin%2f7\"", "/admin%2F{7}", "/admin%2F\u00e9", "/admin%5c7", `/admin\7`,
		"/x/admin/7", "/a/b/c/admin/7", "/cgi/admin/7", "/cgi%2Fadmin/^", "/cgi%2Fadmin/7", "/app.cgi/admin/7", "/x/app.cgi/admin/7", "/index.php/admin/7",
		"/x.php/admin/7", "/;/admin/7", "/admin;x/7", "/ADMIN/7", "/admin/7?x=/../y", "/pub/7",
	}
}

// checkGuard holds that nobody reaches the route /admin/{x...} past the server's guard on /admin.
func checkGuard(t *testing.T, target suite.Target) {
	reached := 0
	for _, path := range spellings() {
		for _, form := range []suite.Form{suite.OriginForm, suite.AbsoluteForm} {
			answer, err := suite.Do(target, suite.Case{Path: path, Form: form}, deadline)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Join(answer.Lines(), "\n")
			if strings.Contains(lines, `pattern "/admin/{x...}"`) {
				t.Errorf("%s reaches the guarded route:\n%s", path, lines)
			}
			if strings.Contains(lines, `pattern "/"`) {
				reached++
			}
		}
	}
	if reached == 0 {
		t.Error("the application is not reached at all")
	}
}

// showVariables logs what the server sends for targets of every kind.
func showVariables(t *testing.T, p place, target suite.Target) {
	paths := []string{"/", "/foo", "/foo/", "/foo/bar/7", "/a%2Fb", "//a//b", "/a/../b", "/a/%2e%2e/b", "/a/..%2fb", "/a%2Fb^", "/\u00e9", "/%C3%A9%2F", "/%61", "/index.php", "/100%25"}
	for i := range paths {
		paths[i] = p.prefix + paths[i]
	}
	for _, r := range p.rows {
		paths = append(paths, r.target)
	}
	target.Prefix = ""
	for _, path := range paths {
		answer, err := suite.Do(target, suite.Case{Path: path}, deadline)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d %s", path, answer.Status(), strings.Join(bodyLines(answer), ", "))
	}
}
