package runtime

import (
	"net/http"
	"testing"
)

func TestRouterNamesLiteralPathsAlone(t *testing.T) {
	var rt router
	for _, pattern := range []string{"/", "GET /healthz", "GET example.com/up", "/a/{x}", "/tree/", "/end/{$}", "/%61b"} {
		rt.handle(pattern, http.NotFoundHandler())
	}
	for path, want := range map[string]bool{
		"/healthz": true, "/up": true, "/": false, "/a/b": false, "/tree/": false, "/tree/x": false, "/end/": true, "/healthz/": false, "/ab": true,
	} {
		if got := rt.Names(path); got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}
