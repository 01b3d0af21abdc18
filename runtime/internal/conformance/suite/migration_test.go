//go:build unix

package suite_test

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// A site that outgrows a process for each request changes the configuration of its server, and nothing else: the program
// is the same file, and so are the answers.
func TestSiteMovesFromCGIToFastCGIByConfigurationAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	program := compile(t, ours)
	t.Run("apache", func(t *testing.T) {
		t.Parallel()
		s, dir := newSite(t, program), servers.Dir(t)
		const common = `Alias "/cgi-bin/" "%s/"
			<Files "app.cgi">
				Options +ExecCGI
				SetHandler %s
			</Files>`
		before := servers.Apache(t, servers.Options{Modules: []string{"cgid"}}, fmt.Sprintf(common, s.path("cgi-bin"), "cgi-script"))
		after := servers.Apache(t, servers.Options{Modules: []string{"fcgid"},
			Config: fmt.Sprintf("FcgidIPCDir %[1]s/ipc\nFcgidProcessTableFile %[1]s/table\n", dir)}, fmt.Sprintf(common, s.path("cgi-bin"), "fcgid-script"))
		sameAnswers(t, before.Addr(0), after.Addr(0))
	})
	t.Run("nginx", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, program)
		const common = "location ^~ /cgi-bin/app.cgi {\nfastcgi_param SCRIPT_NAME /cgi-bin/app.cgi;\n" + nginxParams +
			"fastcgi_param SCRIPT_FILENAME %s;\nfastcgi_pass unix:%s;\n}"
		server := servers.Nginx(t, fmt.Sprintf(common, s.app(), servers.Fcgiwrap(t, 2)), fmt.Sprintf(common, s.app(), servers.Spawn(t, s.app())))
		sameAnswers(t, server.Addr(0), server.Addr(1))
	})
}

// counted: Apache counts a response that it has at hand, whether it has is a matter of chance.
var counted = suite.Difference{Cases: []string{"*"}, Change: []string{"?-Content-Length: *", "?+Content-Length: *"}}

// sameAnswers sends some of the suite's requests to both addresses, where one process has to answer them all at the second.
func sameAnswers(t *testing.T, before, after string) {
	for _, c := range suite.Cases() {
		if !strings.HasPrefix(c.Name, "target/plain") && !strings.HasPrefix(c.Name, "query/") && !strings.HasPrefix(c.Name, "redirect/") {
			continue
		}
		var answers [2]suite.Answer
		for i, addr := range []string{before, after} {
			answer, err := suite.Do(suite.Target{Server: "moved", Addr: addr, Prefix: "/cgi-bin/app.cgi"}, c, deadline)
			if err != nil {
				t.Fatal(err)
			}
			answers[i] = answer
		}
		if diff := suite.Check(suite.Target{}, c, answers[0], answers[1], []suite.Difference{counted}); diff != nil {
			t.Errorf("%s\n\t%s", c.Name, strings.Join(diff, "\n\t"))
		}
	}
}

// cgi-fcgi, of the FastCGI developer's kit, turns a CGI request into one of FastCGI.
func TestBridgeOfTheDevelopersKit(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	bridge := servers.Need(t, "cgi-fcgi")
	s := newSite(t, compile(t, ours))
	cmd := exec.Command(bridge, "-bind", "-connect", servers.Spawn(t, s.app()))
	cmd.Env = []string{"REQUEST_METHOD=POST", "REQUEST_URI=/do?s=echo", "QUERY_STRING=s=echo", "SERVER_PROTOCOL=HTTP/1.1",
		"GATEWAY_INTERFACE=CGI/1.1", "HTTP_HOST=suite.test", "CONTENT_LENGTH=5", "CONTENT_TYPE=text/plain"}
	cmd.Stdin = strings.NewReader("hello")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "Status: 200 OK\r\n") || !strings.HasSuffix(string(out), "\r\n\r\nhello") {
		t.Errorf("%v, %q", err, out)
	}
}

// systemd-socket-activate with a socket for HTTP; those for FastCGI and SCGI are in the suite (nginx-scgi).
func TestSystemdStartsEveryProtocol(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	addr := servers.SocketActivate(t, compile(t, ours, web), "http")[0]
	resp, err := http.Get("http://" + addr + "/dir/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "directory /dir/\n" {
		t.Errorf("got %q", body)
	}
}
