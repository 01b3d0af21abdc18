package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// makeVars makes meta-variables from "NAME=value" entries.
func makeVars(entries ...string) Vars {
	var vars Vars
	for _, e := range entries {
		v, _ := ParseVar(e)
		vars = append(vars, v)
	}
	return vars
}

func request(t *testing.T, body string, entries ...string) *http.Request {
	t.Helper()
	r, _, err := NewRequest(context.Background(), makeVars(entries...), strings.NewReader(body))
	if err != nil {
		t.Fatalf("NewRequest: %v", err)
	}
	return r
}

func TestTargetIsThatOfTheClient(t *testing.T) {
	tests := []struct {
		name               string
		vars               []string
		uri, path, raw     string
		query, host, uhost string
	}{
		{"escapes survive", []string{"REQUEST_URI=/a%2Fb//c%25?x=1;y", "HTTP_HOST=h:8080"},
			"/a%2Fb//c%25?x=1;y", "/a/b//c%", "/a%2Fb//c%25", "x=1;y", "h:8080", ""},
		{"no userinfo", []string{"REQUEST_URI=/@evil/x", "HTTP_HOST=h"}, "/@evil/x", "/@evil/x", "", "", "h", ""},
		{"two slashes are a path", []string{"REQUEST_URI=//evil.com/x", "HTTP_HOST=h"}, "//evil.com/x", "//evil.com/x", "", "", "h", ""},
		{"absolute form", []string{"REQUEST_URI=http://other:81/p?q", "HTTP_HOST=h"}, "http://other:81/p?q", "/p", "", "q", "other:81", "other:81"},
		{"asterisk form", []string{"REQUEST_URI=*", "HTTP_HOST=h"}, "*", "*", "", "", "h", ""},
		{"hash is no fragment", []string{"REQUEST_URI=/a#b", "HTTP_HOST=h"}, "/a#b", "/a#b", "/a#b", "", "h", ""},
		{"decoded variables are escaped again", []string{"SCRIPT_NAME=/s", "PATH_INFO=/100%/a b?", "QUERY_STRING=q=1", "HTTP_HOST=h"},
			"/s/100%25/a%20b%3F?q=1", "/s/100%/a b?", "", "q=1", "h", ""},
		{"IIS repeats the script", []string{"SCRIPT_NAME=/s.exe", "PATH_INFO=/s.exe/s.exe/x", "HTTP_HOST=h", "SERVER_SOFTWARE=Microsoft-IIS/10.0"},
			"/s.exe/s.exe/x", "/s.exe/s.exe/x", "", "", "h", ""},
		{"another server does not", []string{"SCRIPT_NAME=/s.exe", "PATH_INFO=/s.exe/x", "HTTP_HOST=h", "SERVER_SOFTWARE=mini_httpd/1.30"},
			"/s.exe/s.exe/x", "/s.exe/s.exe/x", "", "", "h", ""},
		{"escaped slash beside a byte that has to be escaped", []string{"REQUEST_URI=/admin%2fx^?a=^", "HTTP_HOST=h"}, "/admin%2fx^?a=^", "/admin/x^", "/admin%2fx%5E", "a=^", "h", ""},
		{"escape beside UTF-8", []string{"REQUEST_URI=http://h/\u00e9%2F%25", "HTTP_HOST=h"}, "http://h/\u00e9%2F%25", "/\u00e9/%", "/%C3%A9%2F%25", "", "h", "h"},
		{"another path that begins like the script", []string{"SCRIPT_NAME=/api", "PATH_INFO=/apikeys", "HTTP_HOST=h"}, "/api/apikeys", "/api/apikeys", "", "", "h", ""},
		{"query of QUERY_STRING", []string{"REQUEST_URI=/a", "QUERY_STRING=a=1&b=2", "HTTP_HOST=h"}, "/a?a=1&b=2", "/a", "", "a=1&b=2", "h", ""},
		{"query of REQUEST_URI alone", []string{"REQUEST_URI=/a?x=1", "QUERY_STRING=x=1&added=2", "HTTP_HOST=h"}, "/a?x=1", "/a", "", "x=1", "h", ""},
		{"empty query of REQUEST_URI", []string{"REQUEST_URI=/a?", "QUERY_STRING=added=2", "HTTP_HOST=h"}, "/a?", "/a", "", "", "h", ""},
		{"query with question marks", []string{"REQUEST_URI=/a", "QUERY_STRING=?b?c", "HTTP_HOST=h"}, "/a??b?c", "/a", "", "?b?c", "h", ""},
		{"query of an absolute form", []string{"REQUEST_URI=http://other/p", "QUERY_STRING=q", "HTTP_HOST=h"}, "http://other/p?q", "/p", "", "q", "other", "other"},
		{"query of an absolute form without a path", []string{"REQUEST_URI=http://other", "QUERY_STRING=q", "HTTP_HOST=h"}, "http://other?q", "", "", "q", "other", "other"},
		{"no query of an asterisk", []string{"REQUEST_URI=*", "QUERY_STRING=q", "HTTP_HOST=h"}, "*", "*", "", "", "h", ""},
		{"the last of two variables", []string{"REQUEST_URI=/wrong", "REQUEST_URI=/a", "QUERY_STRING=wrong", "QUERY_STRING=b", "HTTP_HOST=wrong", "HTTP_HOST=h"}, "/a?b", "/a", "", "b", "h", ""},
		{"the last of two variables is empty", []string{"REQUEST_URI=/wrong", "REQUEST_URI=", "SCRIPT_NAME=/a", "QUERY_STRING=wrong", "QUERY_STRING=", "HTTP_HOST=h"}, "/a", "/a", "", "", "h", ""},
		{"host of HTTP/1.0", []string{"REQUEST_URI=/", "SERVER_NAME=::1", "SERVER_PORT=8080"}, "/", "/", "", "", "[::1]:8080", ""},
		{"default port", []string{"REQUEST_URI=/", "SERVER_NAME=h", "SERVER_PORT=443", "HTTPS=on"}, "/", "/", "", "", "h", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, "", append(tt.vars, "REQUEST_METHOD=OPTIONS")...)
			got := []string{r.RequestURI, r.URL.Path, r.URL.RawPath, r.URL.RawQuery, r.Host, r.URL.Host}
			want := []string{tt.uri, tt.path, tt.raw, tt.query, tt.host, tt.uhost}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestHeaderIsThatOfTheClient(t *testing.T) {
	r := request(t, "", "REQUEST_METHOD=POST", "REQUEST_URI=/", "HTTP_HOST=h",
		"HTTP_X_ONE=1", "HTTP_ACCEPT_LANGUAGE=de", "HTTP_PROXY=evil:1", "HTTP_=x", "HTTP_A B=x",
		"CONTENT_TYPE=text/xml", "HTTP_CONTENT_TYPE=text/xml", "CONTENT_LENGTH=4", "HTTP_CONTENT_LENGTH=4",
		"REDIRECT_REDIRECT_HTTP_AUTHORIZATION=Basic dTpw", "REDIRECT_HTTP_X_HTTP_AUTHORIZATION=Basic eDp4", "REDIRECT_STATUS=200", "PATH=/bin")
	want := http.Header{
		"X-One":           {"1"},
		"Accept-Language": {"de"},
		"Content-Type":    {"text/xml"},
		"Content-Length":  {"4"},
		"Authorization":   {"Basic dTpw"},
	}
	if !reflect.DeepEqual(r.Header, want) {
		t.Errorf("got  %v\nwant %v", r.Header, want)
	}
}

func TestBodyEndsWhereTheRequestEnds(t *testing.T) {
	tests := []struct {
		name    string
		vars    []string
		input   string
		length  int64
		body    string
		wantErr error
	}{
		{"no length and no method that means a body", []string{"REQUEST_METHOD=DELETE"}, "left over", 0, "", nil},
		{"empty length and GET", []string{"CONTENT_LENGTH=", "REQUEST_METHOD=GET"}, "x", 0, "", nil},
		{"no length and a body", nil, "abc", -1, "abc", nil},
		{"no length and a long body", nil, strings.Repeat("abc", 100), -1, strings.Repeat("abc", 100), nil},
		{"empty length and a body", []string{"CONTENT_LENGTH="}, "abc", -1, "abc", nil},
		{"no length and the end at once", nil, "", 0, "", nil},
		{"what looks like a chunk, of a protocol that has none", nil, "3\r\nabc\r\n0\r\n\r\n", -1, "3\r\nabc\r\n0\r\n\r\n", nil},
		{"a body that the server keeps", []string{"REQUEST_METHOD=PUT", "HTTP_CONTENT_LENGTH=3"}, "", 3, "", io.ErrUnexpectedEOF},
		{"a field with an underscore is no length", []string{"REQUEST_METHOD=GET", "HTTP_CONTENT_LENGTH=3"}, "", 0, "", nil},
		{"the last of two lengths", []string{"CONTENT_LENGTH=-1", "CONTENT_LENGTH=2"}, "abc", 2, "ab", nil},
		{"the last of two lengths is unknown", []string{"CONTENT_LENGTH=2", "CONTENT_LENGTH=-1"}, "abc", -1, "abc", nil},
		{"length", []string{"CONTENT_LENGTH=3"}, "abcdef", 3, "abc", nil},
		{"truncated", []string{"CONTENT_LENGTH=9"}, "abc", 9, "abc", io.ErrUnexpectedEOF},
		{"chunked without length", []string{"HTTP_TRANSFER_ENCODING=chunked"}, "abc", -1, "abc", nil},
		{"chunked with length -1", []string{"CONTENT_LENGTH=-1"}, "abc", -1, "abc", nil},
		{"chunked and collected", []string{"HTTP_TRANSFER_ENCODING=chunked", "CONTENT_LENGTH=3"}, "abc", 3, "abc", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request(t, tt.input, append([]string{"REQUEST_METHOD=POST", "REQUEST_URI=/", "HTTP_HOST=h"}, tt.vars...)...)
			body, err := io.ReadAll(r.Body)
			if r.ContentLength != tt.length || string(body) != tt.body || !errors.Is(err, tt.wantErr) {
				t.Errorf("got %d %q %v, want %d %q %v", r.ContentLength, body, err, tt.length, tt.body, tt.wantErr)
			}
		})
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	tests := map[string][]string{
		"length with a sign":         {"CONTENT_LENGTH=+3"},
		"length below zero":          {"CONTENT_LENGTH=-2"},
		"length that overflows":      {"CONTENT_LENGTH=99999999999999999999"},
		"length in words":            {"CONTENT_LENGTH=3 4"},
		"method with a space":        {"REQUEST_METHOD=GET X"},
		"no method":                  {"REQUEST_METHOD="},
		"target without slash":       {"REQUEST_URI=@other.com/path"},
		"target with a bad escape":   {"REQUEST_URI=/%zz"},
		"host with a path":           {"HTTP_HOST=h/x"},
		"host with user information": {"HTTP_HOST=u@h"},
		"busybox passes raw chunks":  {"HTTP_TRANSFER_ENCODING=chunked", "SERVER_SOFTWARE=busybox httpd/1.35.0"},
	}
	for name, entries := range tests {
		t.Run(name, func(t *testing.T) {
			set := map[string]string{"REQUEST_METHOD": "POST", "REQUEST_URI": "/", "HTTP_HOST": "h"}
			for _, e := range entries {
				v, _ := ParseVar(e)
				set[v.Name] = v.Value
			}
			var vars Vars
			for name, value := range set {
				vars = append(vars, Var{name, value})
			}
			_, _, err := NewRequest(context.Background(), vars, strings.NewReader(""))
			if refused, ok := err.(*RequestError); !ok || refused.Status < 400 || refused.Status > 499 {
				t.Errorf("got %v, want a *RequestError with a status of 4xx", err)
			}
		})
	}
}

func TestProtocol(t *testing.T) {
	for in, want := range map[string]string{
		"HTTP/1.1": "HTTP/1.1", "HTTP/1.0": "HTTP/1.0", "HTTP/2": "HTTP/2.0", "HTTP/2.0": "HTTP/2.0",
		"HTTP/3": "HTTP/3.0", "http/1.1": "HTTP/1.1", "INCLUDED": "HTTP/1.0", "": "HTTP/1.1", "HTTP/x": "HTTP/1.1",
	} {
		if got, _, _ := protocol(in); got != want {
			t.Errorf("protocol(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRemoteAddrHasHostAndPort(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"192.0.2.1", "5"}: "192.0.2.1:5", {"::1", "5"}: "[::1]:5", {"[::1]", "5"}: "[::1]:5",
		{"192.0.2.1", ""}: "192.0.2.1:0", {"", ""}: "0.0.0.0:0", {"unix:", ""}: "0.0.0.0:0", {"", "80"}: "0.0.0.0:80", {"192.0.2.1", "x"}: "192.0.2.1:0",
	} {
		if got := hostPort(in[0], in[1]); got != want {
			t.Errorf("hostPort(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTLSIsWhatTheServerSays(t *testing.T) {
	for value, want := range map[string]bool{"on": true, "On": true, "1": true, "yes": true, "true": true, "off": false, "": false} {
		r := request(t, "", "REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h", "HTTPS="+value)
		if got := r.TLS != nil; got != want {
			t.Errorf("HTTPS=%s: TLS %v, want %v", value, got, want)
		}
	}
	r := request(t, "", "REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h", "REQUEST_SCHEME=https",
		"SSL_PROTOCOL=TLSv1.3", "SSL_CIPHER=TLS_AES_128_GCM_SHA256", "SSL_TLS_SNI=h")
	if r.TLS == nil || r.TLS.Version != 0x304 || r.TLS.CipherSuite != 0x1301 || r.TLS.ServerName != "h" {
		t.Errorf("got %+v", r.TLS)
	}
}

func TestContextKnowsTheServer(t *testing.T) {
	r := request(t, "", "REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_HOST=h", "SERVER_ADDR=::1", "SERVER_PORT=80", "REMOTE_USER=u")
	if addr := r.Context().Value(http.LocalAddrContextKey); addr.(interface{ String() string }).String() != "[::1]:80" {
		t.Errorf("local address %v", addr)
	}
	if r.Context().Value(http.ServerContextKey) == nil {
		t.Error("no ServerContextKey")
	}
	if got := InfoOf(r.Context()).Vars.Get("REMOTE_USER"); got != "u" {
		t.Errorf("REMOTE_USER %q", got)
	}
}
