package gateway

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// FuzzRequest holds the request against the one that net/http makes of the
// same request line and fields. What net/http refuses may be refused or not.
// The query stands in REQUEST_URI, or in QUERY_STRING alone.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "/a%2Fb?x", "", "example.com", "text/html", "", "3", "abc")
	f.Add("OPTIONS", "*", "", "h:80", "", "", "", "")
	f.Add("POST", "http://h/p", "q=1", "other", "x", "y", "0", "")
	f.Add("CONNECT", "h:443", "", "h", "", "", "", "")
	f.Add("GET", "//evil/x", "a=1&b=2", "h", "", "", "-1", "x")
	f.Add("PUT", "/a", "?b?c#d", "h", "a", "a", "", "abc")
	f.Add("PATCH", "/a?", "lost", "h", "", "", "", "")
	for _, path := range []string{"/admin%2Fx^", "/a%2f\"|<\\`{}>", "/\u00e9%2F", "/a/../b/./c", "/a/%2e%2E/b", "/..%2f..%5c", "/%c3%a9%2f",
		"http://h/a%2F^?b%2F^", "http://h", "/a#b%2F", "/a%252F^", "/[%5B]", "/%zz^", "/a;b=%2F,c", "/\xff%2F"} {
		f.Add("GET", path, "", "h", "", "", "", "")
	}
	f.Fuzz(func(t *testing.T, method, uri, query, host, first, second, length, body string) {
		vars := Vars{{"REQUEST_URI", "/wrong"}, {"REQUEST_METHOD", method}, {"REQUEST_URI", uri}, {"QUERY_STRING", query}, {"HTTP_HOST", host},
			{"HTTP_X_FIRST", first}, {"HTTP_X_FIRST", second}, {"CONTENT_LENGTH", length}, {"SERVER_PROTOCOL", "HTTP/1.1"}, {"SERVER_SOFTWARE", "Apache"}}
		got, _, err := NewRequest(context.Background(), vars, strings.NewReader(body))
		target := uri
		if query != "" && !strings.Contains(uri, "?") && (strings.HasPrefix(uri, "/") || strings.Contains(uri, "://")) {
			target += "?" + query
		}
		wire := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nX-First: " + first + "\r\nX-First: " + second + "\r\n"
		if length != "" {
			wire += "Content-Length: " + length + "\r\n"
		}
		want, wantErr := http.ReadRequest(bufio.NewReader(strings.NewReader(wire + "\r\n" + body)))
		if strings.ContainsAny(method+uri+query+host+first+second+length, "\r\n\t \x00") || uri == "" || host == "" || strings.TrimSpace(length) == "-1" {
			return // on the wire these are something else; -1 is Caddy's unknown length
		}
		if wantErr != nil || length == "" && meansBody(method) {
			return // what nobody has announced is read: net/http knows no such body
		}
		if err != nil {
			if !validHost(want.Host) {
				return // the server of net/http refuses it too, after reading
			}
			t.Fatalf("refused: %v", err)
		}
		if !sameSegments(got.URL.EscapedPath(), want.URL) {
			t.Fatalf("%q has become %q", uri, got.URL.EscapedPath())
		}
		if url := want.URL; !strings.Contains(strings.ToLower(url.RawPath), "%2f") && got.URL.EscapedPath() != url.EscapedPath() {
			t.Fatalf("got path %q, want %q", got.URL.EscapedPath(), url.EscapedPath())
		}
		if got.URL.RawPath = want.URL.RawPath; got.URL.EscapedPath() != want.URL.EscapedPath() {
			t.Fatalf("got path %q, want %q", got.URL.Path, want.URL.Path)
		}
		gotBody, gotErr := io.ReadAll(got.Body)
		wantBody, wantErr := io.ReadAll(want.Body)
		a := []any{got.Method, got.RequestURI, got.URL.String(), got.URL.Path, got.URL.RawQuery, got.Host, got.ContentLength, got.Header, string(gotBody), gotErr}
		b := []any{want.Method, want.RequestURI, want.URL.String(), want.URL.Path, want.URL.RawQuery, want.Host, want.ContentLength, want.Header, string(wantBody), wantErr}
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("got  %q\nwant %q", a, b)
		}
	})
}

// sameSegments reports whether an escaped path has the segments of the URL that
// net/http has parsed: those of the path as it was sent, each decoded once.
func sameSegments(escaped string, u *url.URL) bool {
	sent := u.RawPath
	if sent == "" {
		sent = u.EscapedPath()
	}
	return reflect.DeepEqual(segments(escaped), segments(sent))
}

func segments(path string) []string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i], _ = url.PathUnescape(parts[i])
	}
	return parts
}

// FuzzFields holds the names and values of fields against those that net/http
// reads, in their order: a variable and the field that it stands for.
func FuzzFields(f *testing.F) {
	f.Add("ACCEPT_LANGUAGE", "de", "X_A", "1", "X_A", "2")
	f.Add("IF_MATCH", "\"a-gzip\"", "IF_NONE_MATCH", "\"b-br\"", "RANGE", "bytes=0-1")
	f.Add("X_FORWARDED_FOR", "192.0.2.1", "FORWARDED", "for=192.0.2.1;proto=https", "X_FORWARDED_PROTO", "https")
	f.Add("CONTENT_TYPE", "a/b", "CONTENT_LENGTH", "3", "COOKIE", "a=1")
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2, n3, v3 string) {
		vars := Vars{{"REQUEST_METHOD", "GET"}, {"REQUEST_URI", "/"}, {"HTTP_HOST", "h"}}
		wire := "GET / HTTP/1.1\r\nHost: h\r\n"
		for _, field := range []Var{{n1, v1}, {n2, v2}, {n3, v3}} {
			if !isToken(field.Name) || strings.ContainsAny(field.Value, "\r\n\x00") {
				return
			}
			switch strings.ToUpper(strings.ReplaceAll(field.Name, "-", "_")) {
			case "HOST", "PROXY", "CONTENT_LENGTH", "TRANSFER_ENCODING", "TRAILER", "CONTENT_TYPE", "CONNECTION", "PRAGMA":
				return // no plain fields
			}
			vars = append(vars, Var{"HTTP_" + field.Name, field.Value})
			wire += strings.ReplaceAll(field.Name, "_", "-") + ":" + field.Value + "\r\n"
		}
		got, _, err := NewRequest(context.Background(), vars, strings.NewReader(""))
		if err != nil {
			t.Fatal(err)
		}
		want, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire + "\r\n")))
		if err != nil {
			return
		}
		for name, values := range want.Header { // what surrounds a value is the wire's
			for i := range got.Header[name] {
				got.Header[name][i] = strings.Trim(got.Header[name][i], " \t")
			}
			if !reflect.DeepEqual(got.Header[name], values) {
				t.Fatalf("%s: got %q, want %q", name, got.Header[name], values)
			}
		}
	})
}

// FuzzForwarded holds what is believed of a client: an address that is one, a
// host that can stand in a field, and nothing of what an untrusted peer says.
func FuzzForwarded(f *testing.F) {
	f.Add("192.0.2.1, 10.0.0.2", "https", "shop.test", "for=192.0.2.1;proto=https", "10.0.0.1", "x-forwarded")
	f.Add("[2001:db8::1]:8", "http", "a b", "for=\"[::1]\", for=_hidden;host=x", "::ffff:10.0.0.1", "Forwarded;host")
	f.Add("", "", "", "", "192.0.2.9", "")
	f.Fuzz(func(t *testing.T, xfor, proto, host, forwarded, peer, fields string) {
		if strings.Contains(peer, " ") {
			return // what a server says of its peer is an address
		}
		settings := map[string]string{"TRUSTED_PROXIES": "10.0.0.0/8", "FORWARDED": fields}
		looked := 0
		r := behind(settings, &looked, "REMOTE_ADDR="+peer, "HTTP_X_FORWARDED_FOR="+xfor, "HTTP_X_FORWARDED_PROTO="+proto,
			"HTTP_X_FORWARDED_HOST="+host, "HTTP_FORWARDED="+forwarded)
		_, said, _ := strings.Cut(r.out, "\r\n\r\n")
		words := strings.Split(said, " ")
		if len(words) < 4 || !validHost(words[1]) {
			t.Fatalf("got %q", said)
		}
		addr, err := netip.ParseAddr(strings.Trim(peer, "[]"))
		if trusted := err == nil && addr.Unmap().Is4() && addr.Unmap().As4()[0] == 10; !trusted && (words[1] != "h" || words[2] != "http" || words[0] != hostPort(peer, "5")) {
			t.Fatalf("%q is believed: %q", peer, said)
		}
		if !strings.Contains(strings.ToLower(fields), "host") && words[1] != "h" {
			t.Fatalf("the host is believed: %q", said)
		}
	})
}
