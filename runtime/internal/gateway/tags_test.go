package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestConditionsHaveTheHandlersOwnTagBehindApacheAlone(t *testing.T) {
	tests := []struct {
		name, field string
		vars        []string
		want        string
	}{
		{"gzip", "If-Match", []string{`HTTP_IF_MATCH="v7-gzip"`}, `"v7-gzip", "v7"`},
		{"brotli, weak", "If-Match", []string{`HTTP_IF_MATCH=W/"v7-br"`}, `W/"v7-br", W/"v7"`},
		{"list", "If-Match", []string{`HTTP_IF_MATCH="a", "b-gzip"`}, `"a", "b-gzip", "b"`},
		{"without a coding", "If-Match", []string{`HTTP_IF_MATCH="v7"`}, `"v7"`},
		{"nothing but a coding", "If-Match", []string{`HTTP_IF_MATCH="-gzip"`}, `"-gzip"`},
		{"any", "If-Match", []string{`HTTP_IF_MATCH=*`}, `*`},
		{"no tag", "If-Match", []string{`HTTP_IF_MATCH=v7-gzip"`}, `v7-gzip"`},
		{"of what is read", "If-None-Match", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`}, `"v7-gzip"`},
		{"of what is written", "If-None-Match", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`, "REQUEST_METHOD=PUT", "CONTENT_LENGTH=0"}, `"v7-gzip", "v7"`},
		{"of a range", "If-Match", []string{`HTTP_IF_MATCH="v7-gzip"`, "HTTP_RANGE=bytes=0-1"}, `"v7-gzip"`},
		{"for a range", "If-Range", []string{`HTTP_IF_RANGE="v7-gzip"`, "HTTP_RANGE=bytes=0-1"}, `"v7-gzip"`},
		{"another server", "If-Match", []string{`HTTP_IF_MATCH="v7-gzip"`, "SERVER_SOFTWARE=nginx/1"}, `"v7-gzip"`},
		{"a server without a name", "If-Match", []string{`HTTP_IF_MATCH="v7-gzip"`, "SERVER_SOFTWARE="}, `"v7-gzip"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, "", append([]string{"REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h", "SERVER_SOFTWARE=Apache/2.4"}, test.vars...)...)
			if got := strings.Join(r.Header[test.field], "|"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestUnchangedResponseIsNotSentAgain(t *testing.T) {
	large := strings.Repeat("x", 3*bufferSize)
	const unchanged = "Status: 304 Not Modified\r\nEtag: \"v7-gzip\"\r\n\r\n"
	tests := []struct {
		name string
		tag  string // of the handler
		body string
		vars []string
		want string // beginning of the output
	}{
		{"small", `"v7"`, "hello", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`}, unchanged},
		{"large", `"v7"`, large, []string{`HTTP_IF_NONE_MATCH="v6", "v7-gzip"`}, unchanged},
		{"HEAD", `"v7"`, "hello", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`, "REQUEST_METHOD=HEAD"}, unchanged},
		{"brotli", `W/"v7"`, "hello", []string{`HTTP_IF_NONE_MATCH=W/"v7-br"`}, "Status: 304 Not Modified\r\nEtag: W/\"v7\"\r\n\r\n"},
		{"another", `"v8"`, "hello", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`}, "Status: 200 OK\r\n"},
		{"the same", `"v7-gzip"`, "hello", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`}, "Status: 200 OK\r\n"}, // the handler's to compare
		{"no tag", "", "hello", []string{`HTTP_IF_NONE_MATCH="-gzip"`}, "Status: 200 OK\r\n"},
		{"an empty tag", `""`, "hello", []string{`HTTP_IF_NONE_MATCH="-gzip"`}, "Status: 200 OK\r\n"},
		{"POST", `"v7"`, "hello", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`, "REQUEST_METHOD=POST", "CONTENT_LENGTH=0"}, "Status: 200 OK\r\n"},
		{"another server", `"v7"`, "hello", []string{`HTTP_IF_NONE_MATCH="v7-gzip"`, "SERVER_SOFTWARE=lighttpd"}, "Status: 200 OK\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := func(w http.ResponseWriter, _ *http.Request) {
				if test.tag != "" {
					w.Header().Set("Etag", test.tag)
				}
				w.Header().Set("Content-Type", "text/plain")
				w.(http.Flusher).Flush()
				if n, err := io.WriteString(w, test.body); n != len(test.body) || err != nil {
					t.Errorf("the handler learns of it: %d, %v", n, err)
				}
			}
			r := serve(h, strings.NewReader(""), append(get("SERVER_SOFTWARE=Apache"), makeVars(test.vars...)...))
			if strings.HasPrefix(test.want, "Status: 304") && r.out != test.want || !strings.HasPrefix(r.out, test.want) || !r.whole || r.log != "" {
				t.Errorf("got %.200q, whole %v, log %q, want %q", r.out, r.whole, r.log, test.want)
			}
		})
	}
}

// A handler that has coded the response has a tag of its own for it.
func TestCodedResponseIsTheHandlersOwn(t *testing.T) {
	h := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Etag", `"v7"`)
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, "hello")
	}
	if r := serve(h, strings.NewReader(""), get("SERVER_SOFTWARE=Apache", `HTTP_IF_NONE_MATCH="v7-gzip"`)); !strings.HasPrefix(r.out, "Status: 200 ") {
		t.Errorf("got %q", r.out)
	}
}

func TestLengthOfNothingIsTheClientsWhereServersDoNotInventIt(t *testing.T) {
	tests := []struct {
		name string
		vars []string
		want string // "-" is no field
	}{
		{"mod_cgid", []string{"SERVER_SOFTWARE=Apache/2.4", "CONTENT_LENGTH=0"}, "0"},
		{"mod_cgid, POST", []string{"SERVER_SOFTWARE=Apache", "CONTENT_LENGTH=0", "REQUEST_METHOD=POST"}, "0"},
		{"mod_fcgid", []string{"SERVER_SOFTWARE=Apache/2.4 mod_fcgid/2.3.9", "CONTENT_LENGTH=0"}, "-"},
		{"mod_fcgid, PUT", []string{"SERVER_SOFTWARE=Apache/2.4 mod_fcgid/2.3.9", "CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "0"},
		{"mod_proxy_scgi", []string{"SERVER_SOFTWARE=Apache/2.4", "SCGI=1", "CONTENT_LENGTH=0"}, "-"},
		{"mod_proxy_scgi, PUT", []string{"SERVER_SOFTWARE=Apache/2.4", "SCGI=1", "CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "0"},
		{"lighttpd", []string{"SERVER_SOFTWARE=lighttpd/1.4", "CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "-"},
		{"lighttpd, with the field", []string{"SERVER_SOFTWARE=lighttpd/1.4", "CONTENT_LENGTH=0", "HTTP_CONTENT_LENGTH=0"}, "0"},
		{"Caddy", []string{"SERVER_SOFTWARE=Caddy/2", "CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "-"},
		{"nginx, SCGI", []string{"SERVER_SOFTWARE=nginx/1", "SCGI=1", "CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "-"},
		{"nginx, with the field", []string{"SERVER_SOFTWARE=nginx/1", "CONTENT_LENGTH=0", "HTTP_CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "0"},
		{"HAProxy", []string{"SERVER_SOFTWARE=HAProxy 2.6", "CONTENT_LENGTH=0"}, "-"},
		{"HAProxy, PATCH", []string{"SERVER_SOFTWARE=HAProxy 2.6", "CONTENT_LENGTH=0", "REQUEST_METHOD=PATCH"}, "0"},
		{"unknown", []string{"CONTENT_LENGTH=0"}, "-"},
		{"unknown, POST", []string{"CONTENT_LENGTH=0", "REQUEST_METHOD=POST"}, "0"},
		{"busybox, PUT", []string{"SERVER_SOFTWARE=busybox httpd/1.35", "HTTP_CONTENT_LENGTH=0", "REQUEST_METHOD=PUT"}, "0"},
		{"none", nil, "-"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, "", append([]string{"REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h"}, test.vars...)...)
			got := "-"
			if values := r.Header["Content-Length"]; values != nil {
				got = strings.Join(values, "|")
			}
			if got != test.want || r.ContentLength != 0 {
				t.Errorf("got %s, length %d, want %s", got, r.ContentLength, test.want)
			}
		})
	}
}
