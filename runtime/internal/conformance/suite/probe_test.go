//go:build unix

package suite_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// A program says which build it is, and how it was called, through every gateway; and that no client that does not know
// the build is told.
func TestAProbeIsAnsweredOnEveryGateway(t *testing.T) {
	skipShort(t)
	const build = "0123456789abcdef0123456789abcdef"
	s := newSite(t, compileLinked(t, ours, "-X=github.com/cgigen/cgigen/runtime.linkedBuild="+build, web))
	fastcgi := "location / {\n" + nginxParams + "\nfastcgi_param SCRIPT_NAME $fastcgi_script_name;\n"
	scgi := strings.ReplaceAll(fastcgi, "fastcgi_param", "scgi_param") + "scgi_param SCGI 1;\n"
	server := servers.Nginx(t, configs([]host{
		{"cgi", "", fastcgi + "fastcgi_param SCRIPT_FILENAME " + s.app() + ";\nfastcgi_pass unix:" + servers.Fcgiwrap(t, 2) + ";\n}"},
		{"fastcgi", "", fastcgi + "fastcgi_pass unix:" + servers.Spawn(t, s.app()) + ";\n}"},
		{"scgi", "", scgi + "scgi_pass unix:" + servers.Spawn(t, s.app()) + ";\n}"},
	})...)
	addrs := map[string]string{"cgi": server.Addr(0), "fastcgi": server.Addr(1), "scgi": server.Addr(2), "http": servers.Web(t, s.app())}
	for gateway, addr := range addrs {
		t.Run(gateway, func(t *testing.T) {
			if got := probed(t, addr, build); got != "204 torture "+build+" "+gateway+" - no-store " {
				t.Errorf("got %q", got)
			}
			plain := probed(t, addr, "")
			if got := probed(t, addr, strings.Repeat("0", 32)); got != plain || strings.Contains(got, build) {
				t.Errorf("with another value %q, without the field %q", got, plain)
			}
		})
	}
}

// probed asks with a value of Cgigen-Probe, and returns all that could tell something about the program.
func probed(t *testing.T, addr, value string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+"/variables", nil)
	if err != nil {
		t.Fatal(err)
	}
	if value != "" {
		r.Header.Set("Cgigen-Probe", value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	status, _, _ := strings.Cut(resp.Status, " ")
	host, _, _ := strings.Cut(string(body), ":") // the client's port differs
	return strings.Join([]string{status, resp.Header.Get("Cgigen-Program"), resp.Header.Get("Cache-Control"), host}, " ")
}
