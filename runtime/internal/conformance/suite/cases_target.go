package suite

import "strings"

// targetCases are about the path: RFC 3986 §3.3, RFC 9112 §3.2.
func targetCases() []Case {
	return []Case{
		get("target/plain", "/dump/a/b"),
		get("target/trailing slash", "/dump/a/"),
		get("target/encoded slash", "/dump/a%2Fb"),
		get("target/encoded slash in lower case", "/dump/a%2fb"),
		get("target/encoded percent", "/dump/100%25"),
		get("target/encoded twice", "/dump/a%252Fb"),
		get("target/encoded question mark and hash", "/dump/a%3Fb%23c"),
		get("target/encoded space and plus", "/dump/a%20b+c"),
		get("target/encoded letters", "/dump/%61%62c"),
		get("target/UTF-8", "/dump/%C3%A4%E2%82%AC"),
		get("target/bytes that are no UTF-8", "/dump/%FF%FE"),
		get("target/raw bytes above ASCII", "/dump/\u00e4"),
		get("target/reserved characters", "/dump/a;b=c,d:e@f!$&'()*"),
		get("target/quotes and brackets", "/dump/a%22b%3Cc%3E%5Bd%5D"),
		get("target/backslash", "/dump/a%5Cb"),
		get("target/double slash", "/dump//a"),
		get("target/dot segments", "/dump/a/../b/./c"),
		get("target/encoded dot segments", "/dump/a/%2E%2E/b"),
		get("target/last dot segment", "/dump/a/.."),
		get("target/double slash and escapes", "/dump//a%20b"),
		get("target/encoded slash and raw bytes", "/value/a%2Fb^/c"),
		get("target/long", "/dump/"+strings.Repeat("ghijklmnop", 300)),
		get("target/mux adds the slash", "/dir"),
		get("target/mux adds the slash and keeps the query", "/dir?a=1"),
		get("target/directory", "/dir/"),
		get("target/not found", "/nowhere"),
		get("target/path values", "/value/a%2Fb/c/d%20e"),
		{Name: "target/absolute form", Path: "/dump/a%2Fb?x=1", Form: AbsoluteForm},
		{Name: "target/absolute form and another Host", Path: "/dump/x", Form: AbsoluteForm, Host: "other.test"},
		{Name: "target/asterisk form", Method: "OPTIONS", Form: AsteriskForm},
	}
}

// queryCases are about the query, and about what servers make of one without "=": arguments (RFC 3875 §4.4).
func queryCases() []Case {
	return []Case{
		get("query/fields", "/dump/x?a=1&b=2&a=3"),
		get("query/empty", "/dump/x?"),
		get("query/empty values", "/dump/x?a=&b&=c"),
		get("query/escapes", "/dump/x?x=a%2Bb+c%26d%3De"),
		get("query/bad escapes", "/dump/x?x=%zz&y=%"),
		get("query/semicolon", "/dump/x?a=1;b=2"),
		get("query/question mark", "/dump/x??a=?"),
		get("query/slashes", "/dump/x?next=//a/../b%2Fc"),
		get("query/raw bytes above ASCII", "/dump/x?q=\u00e4"),
		get("query/long", "/dump/x?q="+strings.Repeat("ghijklmnop", 300)),
		get("query/words", "/dump/x?-c+/etc/passwd"),
		get("query/one word", "/dump/x?-s"),
		get("query/encoded words", "/dump/x?-d%3Da%3D1+%22quoted%22"),
		get("query/shell", "/dump/x?a;ls+`id`+$HOME"),
	}
}

// methodCases: a handler sees every method (RFC 3875 §4.1.12).
func methodCases() []Case {
	const data = `{"a":1}`
	return []Case{
		{Name: "method/POST", Method: "POST", Path: "/dump/x", Body: Body{Data: data}},
		{Name: "method/PUT", Method: "PUT", Path: "/dump/x", Body: Body{Data: data}},
		{Name: "method/PATCH", Method: "PATCH", Path: "/dump/x", Body: Body{Data: data}},
		{Name: "method/DELETE", Method: "DELETE", Path: "/dump/x"},
		{Name: "method/DELETE with a body", Method: "DELETE", Path: "/dump/x", Body: Body{Data: data}},
		{Name: "method/GET with a body", Path: "/dump/x", Body: Body{Data: data}},
		{Name: "method/OPTIONS", Method: "OPTIONS", Path: "/dump/x"},
		{Name: "method/PROPFIND", Method: "PROPFIND", Path: "/dump/x", Header: []string{"Depth: 1"}, Body: Body{Data: "<propfind/>"}},
		{Name: "method/MKCOL", Method: "MKCOL", Path: "/dump/a/"},
		{Name: "method/REPORT", Method: "REPORT", Path: "/dump/x", Body: Body{Data: "<report/>"}},
		{Name: "method/unknown", Method: "BREW", Path: "/dump/x"},
		{Name: "method/lower case", Method: "get", Path: "/dump/x"},
		{Name: "method/TRACE", Method: "TRACE", Path: "/dump/x"},
		{Name: "method/HEAD", Method: "HEAD", Path: Script("write hello")},
		{Name: "method/HEAD of a large body", Method: "HEAD", Path: Script("bytes 100000")},
		{Name: "method/HEAD with a declared length", Method: "HEAD", Path: Script("set Content-Length 12345")},
		{Name: "method/HEAD of nothing", Method: "HEAD", Path: Script()},
		{Name: "method/HEAD not found", Method: "HEAD", Path: "/nowhere"},
		{Name: "method/HEAD of a document", Method: "HEAD", Path: Script("content a.txt")},
		{Name: "method/HEAD and flush", Method: "HEAD", Path: Script("write hello", "flush", "write more")},
	}
}

// hostCases are about Host and the protocol's version.
func hostCases() []Case {
	return []Case{
		{Name: "host/port", Path: "/dump/x", Host: "suite.test:8080"},
		{Name: "host/upper case", Path: "/dump/x", Host: "Suite.TEST"},
		{Name: "host/address", Path: "/dump/x", Host: "127.0.0.1"},
		{Name: "host/IPv6 address", Path: "/dump/x", Host: "[::1]:8080"},
		{Name: "host/trailing dot", Path: "/dump/x", Host: "suite.test."},
		{Name: "version/1.0", Path: "/dump/x", Version: "HTTP/1.0"},
		{Name: "version/1.0 with a body", Method: "POST", Path: "/dump/x", Version: "HTTP/1.0", Body: Body{Data: "hello"}},
		{Name: "version/1.0 and a large response", Path: Script("bytes 100000"), Version: "HTTP/1.0"},
		{Name: "version/1.0 and flush", Path: Script("write a", "flush", "write b"), Version: "HTTP/1.0"},
	}
}
