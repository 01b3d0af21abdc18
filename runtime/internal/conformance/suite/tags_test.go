//go:build unix

package suite_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
	"github.com/cgigen/cgigen/runtime/internal/conformance/suite"
)

// Apache puts the coding behind the tag of a response that it compresses, and asks the handler with the whole.
func TestTagsThatApacheChangesFit(t *testing.T) {
	skipShort(t)
	program := compile(t, ours)
	for coding, filter := range map[string]struct{ module, name, suffix string }{
		"gzip": {"deflate", "DEFLATE", `-gzip"`}, "br": {"brotli", "BROTLI_COMPRESS", `-br"`},
	} {
		t.Run(coding, func(t *testing.T) {
			s := newSite(t, program)
			server := servers.Apache(t, servers.Options{Modules: []string{"cgid", filter.module}},
				`ScriptAlias "/" "`+s.path("cgi-bin/app.cgi")+"/\"\nSetOutputFilter "+filter.name)
			const mine = `set Etag "v7"`
			own := `"own` + filter.suffix
			document := suite.Script(mine, "set Content-Type text/plain", "content a.txt")
			weak := suite.Script(`set Etag W/"v7"`, "set Content-Type text/plain", "content a.txt")
			careless := suite.Script(mine, "set Content-Type text/plain", "bytes 100000")
			coded := suite.Script("set Etag "+own, "set Content-Encoding "+coding, "set Content-Type text/plain", "content a.txt")
			tests := []struct {
				name, method, path string
				header             http.Header
				status             int
				tag                string
			}{
				{"the server changes the tag", "GET", document, nil, 200, `"v7` + filter.suffix},
				{"and then knows it", "GET", document, http.Header{"If-None-Match": {`"v7` + filter.suffix}}, 304, `"v7` + filter.suffix},
				{"among others", "GET", document, http.Header{"If-None-Match": {`"v6", W/"v7` + filter.suffix}}, 304, ""},
				{"weak", "GET", weak, http.Header{"If-None-Match": {`W/"v7` + filter.suffix}}, 304, ""},
				{"a handler that does not compare", "GET", careless, http.Header{"If-None-Match": {`"v7` + filter.suffix}}, 304, ""},
				{"HEAD", "HEAD", document, http.Header{"If-None-Match": {`"v7` + filter.suffix}}, 304, ""},
				{"an older one", "GET", document, http.Header{"If-None-Match": {`"v6` + filter.suffix}}, 200, ""},
				{"not compressed", "GET", document, http.Header{"If-None-Match": {`"v7"`}}, 304, ""},
				{"to be changed", "PUT", document, http.Header{"If-Match": {`"v7` + filter.suffix}}, 200, ""},
				{"to be changed, an older one", "PUT", document, http.Header{"If-Match": {`"v6` + filter.suffix}}, 412, ""},
				{"a range of what is compressed", "GET", document, http.Header{"If-Range": {`"v7` + filter.suffix}, "Range": {"bytes=0-1"}}, 206, `"v7` + filter.suffix}, // by the server
				{"a range of what is compressed, the other way", "GET", document, http.Header{"If-Match": {`"v7` + filter.suffix}, "Range": {"bytes=0-1"}}, 412, ""},
				{"the handler's own", "GET", coded, nil, 200, own},
				{"the handler's own, unchanged", "GET", coded, http.Header{"If-None-Match": {own}}, 304, ""},
				{"the handler's own, to be changed", "PUT", coded, http.Header{"If-Match": {own}}, 200, own},
				{"another of the handler's own", "GET", coded, http.Header{"If-None-Match": {`"own"`}}, 200, own},
				{"another of the handler's own, to be changed", "PUT", coded, http.Header{"If-Match": {`"own"`}}, 412, ""},
			}
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					status, tag := askFor(t, "http://"+server.Addr(0)+test.path, test.method, coding, test.header)
					if status != test.status || test.tag != "" && tag != test.tag {
						t.Errorf("status %d, tag %s, want %d %s", status, tag, test.status, test.tag)
					}
				})
			}
		})
	}
}

// askFor returns the status and the tag of an answer.
func askFor(t *testing.T, url, method, coding string, header http.Header) (status int, tag string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set("Accept-Encoding", coding)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Error(err)
	}
	return res.StatusCode, res.Header.Get("Etag")
}
