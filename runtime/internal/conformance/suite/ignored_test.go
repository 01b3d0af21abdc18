//go:build unix

package suite_test

import (
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// A SCRIPT_NAME that may be the site's base stands once in the server's log, with what to set; where a base is set, never.
func TestServerLogsOnceThatScriptNameIsIgnored(t *testing.T) {
	skipShort(t)
	a := newApps(t, compile(t, "whole"))
	location := func(more string) string {
		return "location /app {\nfastcgi_split_path_info ^(/app)(/.*)$;\ninclude /etc/nginx/fastcgi_params;\nfastcgi_param PATH_INFO $fastcgi_path_info;\n" +
			more + "fastcgi_pass unix:" + a.spawn("/x/{id}") + ";\n}"
	}
	tests := []struct {
		name, more string
		status     int
		logged     int
	}{
		{"no base", "", 404, 1},
		{"a base", "fastcgi_param CGIGEN_BASE /app;\n", 200, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := servers.Nginx(t, location(test.more))
			for range 3 {
				answer, err := suite.Do(suite.Target{Addr: server.Addr(0)}, suite.Case{Path: "/app/x/7"}, deadline)
				if err != nil {
					t.Fatal(err)
				}
				if answer.Status() != test.status {
					t.Errorf("status %d, want %d", answer.Status(), test.status)
				}
			}
			const hint = "SCRIPT_NAME is /app: if the site lies below it, set CGIGEN_BASE=/app"
			if got := strings.Count(server.Log(), hint); got != test.logged {
				t.Errorf("the log has the hint %d times, want %d:\n%s", got, test.logged, server.Log())
			}
		})
	}
}
