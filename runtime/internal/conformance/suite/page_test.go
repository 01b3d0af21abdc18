package suite_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

var update = flag.Bool("update", false, "rewrite docs/reference/servers.md, and, where the servers are, what it is made of")

// recorded lists, for each case, the servers behind which net/http/cgi answers otherwise than it should.
const recorded = "testdata/nethttpcgi.txt"

// page is the documentation that is made of the table of differences and of what net/http/cgi was seen to do.
const page = "../../../../docs/reference/servers.md"

func TestPageSaysWhatTheTableSays(t *testing.T) {
	want := writePage(t)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is not what go test -update writes", page)
	}
}

func TestEveryDifferenceIsAboutACaseAndHasAReason(t *testing.T) {
	cases := slices.Concat(suite.Cases(), suite.SiteCases())
	for _, d := range suite.Differences() {
		for _, pattern := range d.Cases {
			if !slices.ContainsFunc(cases, func(c suite.Case) bool { return suite.Matches(pattern, c.Name) }) {
				t.Errorf("no case is %q", pattern)
			}
		}
		for _, server := range d.Servers {
			if !slices.ContainsFunc(sections(), func(s section) bool { return slices.Contains(s.servers, server) }) {
				t.Errorf("no server is %q", server)
			}
		}
		if !slices.ContainsFunc(sections(), func(s section) bool { return slices.Equal(d.Servers, s.servers) }) {
			t.Errorf("%q: no section of the page is about the servers %q together", d.Cases, d.Servers)
		}
		if d.Reason == "" || strings.HasSuffix(d.Reason, ".") {
			t.Errorf("%q: a reason is a sentence without its full stop, have %q", d.Cases, d.Reason)
		}
	}
}

// section is what the page says about servers that behave alike.
type section struct {
	title   string
	servers []string
	setting string // how the tests run it
	keeps   bool   // the program keeps running: net/http/cgi has nothing to compare
}

func sections() []section {
	return []section{
		{"Every server but HTTP", nil, "", false},
		{"Apache httpd", []string{"apache-cgid", "apache-cgi"},
			"mod_cgid with the event MPM, mod_cgi with the prefork MPM; `AllowEncodedSlashes NoDecode`, `MergeSlashes Off` and " +
				"`CGIPassAuth On`, except where the program is mounted as on a shared host: by `.htaccess` alone.", false},
		{"lighttpd", []string{"lighttpd"}, "mod_cgi with `server.stream-response-body = 1`.", false},
		{"nginx with fcgiwrap", []string{"nginx-fcgiwrap"},
			"The parameters of nginx's `fastcgi_params`, but `HTTP_HOST $http_host` (Debian's file has `$host`, which loses the port), " +
				"and `NO_BUFFERING 1`, without which fcgiwrap holds the response until the program ends; `fastcgi_buffering off`, `merge_slashes off`, and `fastcgi_buffer_size 32k`, without which a header of more than 4 KB is a 502.", false},
		{"Caddy with fcgiwrap", []string{"caddy-fcgiwrap"},
			"Debian's Caddy has no CGI of its own: `reverse_proxy` with `transport fastcgi`, `flush_interval -1`, and `env NO_BUFFERING 1`.", false},
		{"busybox httpd", []string{"busybox"}, "Programs in `/cgi-bin/`. Good for a look at a program, no reference.", false},
		{"nginx, FastCGI", []string{"nginx-fastcgi"},
			"Connections that are kept, to a program that was started on a socket, and by spawn-fcgi. " + likewise("nginx with fcgiwrap"), true},
		{"nginx, SCGI", []string{"nginx-scgi"},
			"To a program that was started on a unix socket, and by systemd on TCP. " + likewise("nginx with fcgiwrap"), true},
		{"Apache httpd, FastCGI", []string{"apache-fcgid", "apache-proxy-fcgi"},
			"mod_fcgid, which starts the program, and mod_proxy_fcgi. " + likewise("Apache httpd"), true},
		{"Apache httpd, mod_fcgid", []string{"apache-fcgid"}, "Besides:", true},
		{"Apache httpd, mod_proxy_fcgi", []string{"apache-proxy-fcgi"}, "Besides:", true},
		{"Apache httpd, SCGI", []string{"apache-proxy-scgi"}, "mod_proxy_scgi. " + likewise("Apache httpd"), true},
		{"lighttpd, FastCGI and SCGI", []string{"lighttpd-fastcgi", "lighttpd-scgi"},
			"mod_fastcgi and mod_scgi, which start the program. " + likewise("lighttpd"), true},
		{"lighttpd, FastCGI", []string{"lighttpd-fastcgi"}, "Besides:", true},
		{"Caddy, FastCGI", []string{"caddy-fastcgi"}, "`transport fastcgi`. " + likewise("Caddy with fcgiwrap"), true},
		{"HAProxy, FastCGI", []string{"haproxy-fastcgi"},
			"The one that multiplexes: `option mpxs-conns`, `pass-header Authorization`.", true},
		{"HTTP", []string{suite.Web}, "On `PORT`, and on a socket of systemd. The program is the server, net/http's: nothing differs but what the router does.", true},
	}
}

// likewise refers to the section about the same server with CGI.
func likewise(title string) string {
	return "What is said of " + title + " holds, unless it says otherwise, and:"
}

const preface = `# What each server does to your request

A handler of a generated program sees the request that net/http.Server would have shown it, and its response arrives as
net/http.Server would have sent it. %d requests are sent to one handler, to an httptest.Server and to a program behind each
of the servers below, in every way in which a program can be mounted: called directly, through a rewrite, below a
sub-directory, as FallbackResource, and where the server puts the whole path into SCRIPT_NAME. Status, header, body, and
what the handler itself saw are compared. %d more go to a whole application, whose only pattern is ` + "`/`" + `, at the root of
a host and below a base (` + "`CGIGEN_BASE`" + `), with the parameters that each server has in stock: these are the cases *site/…*.

What follows is all that differs, and why. It is a table in the code (` + "`runtime/internal/conformance/suite`" + `), to which every
test run holds the servers; this page is made of it by ` + "`go test ./runtime/internal/conformance/suite -update`" + `.
`

// writePage makes the page.
func writePage(t *testing.T) string {
	var b strings.Builder
	fmt.Fprintf(&b, preface, len(suite.Cases()), len(suite.SiteCases()))
	for _, s := range sections() {
		fmt.Fprintf(&b, "\n## %s\n\n", s.title)
		if s.setting != "" {
			fmt.Fprintf(&b, "%s\n\n", s.setting)
		}
		writeReasons(&b, s.servers)
	}
	writeComparison(t, &b)
	return b.String()
}

// writeReasons lists the reasons for differences, each once, with its cases.
func writeReasons(b *strings.Builder, servers []string) {
	var reasons []string
	cases := make(map[string][]string)
	for _, d := range suite.Differences() {
		if !slices.Equal(d.Servers, servers) {
			continue
		}
		reason := d.Reason
		if d.But != nil {
			reason += " (not " + strings.Join(d.But, ", ") + ")"
		}
		if d.Mounts != nil {
			reason += " (mounted as " + strings.Join(d.Mounts, ", ") + ")"
		}
		if cases[reason] == nil {
			reasons = append(reasons, reason)
		}
		cases[reason] = append(cases[reason], d.Cases...)
	}
	for _, reason := range reasons {
		fmt.Fprintf(b, "- %s.%s\n", reason, about(cases[reason]))
	}
}

// about names the cases to which a reason applies, unless it is all of them.
func about(cases []string) string {
	if slices.Contains(cases, "*") {
		return ""
	}
	return " *" + strings.ReplaceAll(strings.Join(cases, "; "), "*", "…") + "*"
}

const comparison = `
## Coming from net/http/cgi

The same handler, served by net/http/cgi behind the same servers, mounted once: a cross is an answer that differs from
net/http.Server's by more than the server forces. The program was helped with what its authors come to do: it sets
RequestURI from the environment and makes the URL one in origin form, without which every request differs; that small
responses have no Content-Length is not counted. Cases that are missing here are right everywhere. A generated program
gives the right answer in all of them.

| case | %s |
|---|%s
`

// writeComparison makes the table of what net/http/cgi was seen to do.
func writeComparison(t *testing.T, b *strings.Builder) {
	text, err := os.ReadFile(recorded)
	if err != nil {
		t.Fatal(err)
	}
	var servers []string
	for _, s := range sections() {
		if !s.keeps {
			servers = append(servers, s.servers...)
		}
	}
	fmt.Fprintf(b, comparison, strings.Join(servers, " | "), strings.Repeat("---|", len(servers)))
	wrong := make(map[string]int)
	for line := range strings.Lines(string(text)) {
		name, list, _ := strings.Cut(strings.TrimSpace(line), "\t")
		fmt.Fprintf(b, "| %s |", name)
		for _, server := range servers {
			mark := " "
			if slices.Contains(strings.Fields(list), server) {
				mark = " ✗ "
				wrong[server]++
			}
			b.WriteString(mark + "|")
		}
		b.WriteString("\n")
	}
	total := len(suite.Cases())
	b.WriteString("| **right answers** |")
	for _, server := range servers {
		fmt.Fprintf(b, " **%d of %d** |", total-wrong[server], total)
	}
	b.WriteString("\n")
}
