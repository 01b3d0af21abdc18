package envconfig

import (
	"testing"

	"github.com/cgigen/cgigen/runtime/config"
)

// What the runtime takes out of the environment as a part of the request cannot be configuration, and what is refused
// because it belongs to the request is taken out: one list without the other is a hole.
func TestRefusedNamesAreThoseThatTheRuntimeTakesForTheRequest(t *testing.T) {
	names := []string{"HTTP_X", "HTTP_", "REDIRECT_X", "SSL_X", "CONTEXT_PREFIX",
		// the same names again, from the specification and from the manuals of the servers, so that a list that loses one is seen
		"AUTH_TYPE", "CONTENT_LENGTH", "CONTENT_TYPE", "GATEWAY_INTERFACE", "PATH_INFO", "PATH_TRANSLATED", "QUERY_STRING", "REMOTE_ADDR",
		"REMOTE_HOST", "REMOTE_IDENT", "REMOTE_USER", "REQUEST_METHOD", "SCRIPT_NAME", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
		"SERVER_SOFTWARE", "REQUEST_URI", "REQUEST_SCHEME", "SCRIPT_FILENAME", "SCRIPT_URI", "SCRIPT_URL", "DOCUMENT_ROOT", "DOCUMENT_URI",
		"SERVER_ADDR", "SERVER_ADMIN", "SERVER_SIGNATURE", "REMOTE_PORT", "HTTPS", "UNIQUE_ID"}
	for _, name := range names {
		if !config.IsRequestVariable(name) || refusal(name) == "" {
			t.Errorf("%s: taken for the request %v, refused %q", name, config.IsRequestVariable(name), refusal(name))
		}
	}
	for _, name := range []string{"HTTP", "HTTPX_A", "REDIRECT", "SSL", "SSLX", "CONTEXT", "DOCUMENT", "DOCUMENT_ROOTS", "APP_HTTPS", "PATH", "HOME", "TMPDIR", "TZ"} {
		if config.IsRequestVariable(name) || refusal(name) != "" {
			t.Errorf("%s: taken for the request %v, refused %q", name, config.IsRequestVariable(name), refusal(name))
		}
	}
	for name, want := range map[string]string{
		"PORT": "it chooses a gateway", "LISTEN_FDS": "it chooses a gateway", "FCGI_ROLE": "it chooses a gateway",
		"CGIGEN_BASE": "it is a setting of the runtime", "HTTP_PROXY": "a request header can set it", "https": "it belongs to the request",
	} {
		if got := refusal(name); got != want {
			t.Errorf("%s is refused: %q, want %q", name, got, want)
		}
	}
}
