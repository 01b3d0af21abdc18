package suite

import "slices"

// SiteCases are requests for a whole application, whose only pattern is "/": see Echo. They go to it at the root of a host
// and below a base, on every server, with what its own files say and with what ours do.
func SiteCases() []Case {
	return slices.Concat(siteFolders(), siteSlashes(), siteBytes(), siteDots(), siteMethods())
}

// siteFolders: servers know folders, index files and extensions; an application has none.
func siteFolders() []Case {
	return []Case{
		get("site/root", "/"),
		get("site/one segment", "/foo"),
		get("site/trailing slash", "/foo/"),
		get("site/trailing slash deeper", "/foo/bar/"),
		get("site/segments", "/foo/bar/7"),
		get("site/index file", "/index.html"),
		get("site/index file of PHP", "/index.php"),
		get("site/index file in a folder", "/foo/index.php"),
		get("site/PATH_INFO of PHP", "/foo.php/bar"),
		get("site/hidden", "/.hidden"),
		get("site/a segment of dots", "/foo/..."),
		get("site/leading dots", "/foo/..bar"),
		get("site/query", "/foo/?a=1"),
		get("site/empty query", "/foo/?"),
		get("site/query with a path", "/foo?next=/a/../b"),
		{Name: "site/absolute form", Path: "/foo/", Form: AbsoluteForm},
	}
}

// siteSlashes: an encoded slash belongs to its segment, and empty segments are cleaned away by a redirect.
func siteSlashes() []Case {
	return []Case{
		get("site/encoded slash", "/a%2Fb"),
		get("site/encoded slash in lower case", "/a%2fb"),
		get("site/encoded slash and slash", "/a%2Fb/"),
		get("site/encoded slash first", "/%2Fa"),
		get("site/encoded slash last", "/a/b%2F"),
		get("site/two encoded slashes", "/a%2F%2Fb"),
		get("site/encoded slash alone", "/a/%2F/b"),
		get("site/double slash first", "//a"),
		get("site/double slash", "/a//b"),
		get("site/double slash last", "/a//"),
		get("site/double slashes", "//a//b/"),
	}
}

// siteBytes: what is no character of a path (RFC 3986 §3.3) arrives raw all the same.
func siteBytes() []Case {
	return []Case{
		get("site/raw caret", "/a^b"),
		get("site/raw quote", `/a"b`),
		get("site/raw bar", "/a|b"),
		get("site/raw angle brackets", "/a<b>c"),
		get("site/raw backslash", `/a\b`),
		get("site/raw backquote", "/a`b"),
		get("site/raw braces", "/a{b}c"),
		get("site/raw UTF-8", "/\u00e9"),
		get("site/encoded caret", "/a%5Eb"),
		get("site/encoded quote", "/a%22b"),
		get("site/encoded backslash", "/a%5Cb"),
		get("site/encoded braces", "/a%7Bb%7D"),
		get("site/encoded UTF-8", "/%C3%A9"),
		get("site/encoded UTF-8 in lower case", "/%c3%a9"),
		get("site/encoded UTF-8 and slash", "/t/echo/%c3%a9%2f"),
		get("site/bytes that are no UTF-8", "/a%FFb"),
		get("site/encoded letters", "/%66oo/%61"),
		get("site/encoded percent", "/100%25"),
		get("site/encoded twice", "/a%252Fb"),
		get("site/encoded question mark and hash", "/a%3Fb%23c"),
		get("site/reserved characters", "/a;b=c,d:e@f!$&'()*+g"),
		get("site/encoded space", "/a%20b"),
		get("site/encoded slash and raw caret", "/a%2Fb^"),
		get("site/encoded slash and raw quote", `/a%2Fb"`),
		get("site/encoded slash and raw backslash", `/a%2Fb\c`),
		get("site/encoded slash and raw braces", "/a%2F{b}"),
		get("site/encoded slash and raw UTF-8", "/a%2F\u00e9"),
	}
}

// siteDots: servers resolve dots, and a program must not read the target in another way.
func siteDots() []Case {
	return []Case{
		get("site/dot", "/a/./b"),
		get("site/dots", "/a/../b"),
		get("site/dots last", "/a/b/.."),
		get("site/dots first", Outside),
		get("site/dot last", "/a/."),
		get("site/encoded dots", "/a/%2e%2e/b"),
		get("site/encoded dots in upper case", "/a/%2E%2E/b"),
		get("site/encoded dots in part", "/a/.%2e/b"),
		get("site/encoded dots last", "/a/%2e%2e"),
		get("site/encoded dot", "/a/%2e/b"),
		get("site/dots and encoded slash", "/a/..%2fb"),
		get("site/encoded dots and slash", "/a/%2e%2e%2fb"),
		get("site/dots between encoded slashes", "/a%2f..%2fb"),
		get("site/dots between encoded backslashes", "/a%5c..%5cb"),
	}
}

// Outside is a target with dots that lead out of a base, if there is one.
const Outside = "/../a"

// siteMethods act on folders: S3 makes buckets so, WebDAV folders.
func siteMethods() []Case {
	return []Case{
		{Name: "site/PUT of a folder", Method: "PUT", Path: "/bucket/"},
		{Name: "site/PUT of an encoded name", Method: "PUT", Path: "/bucket/a%2Fb", Body: Body{Data: "x"}},
		{Name: "site/MKCOL", Method: "MKCOL", Path: "/folder/"},
		{Name: "site/DELETE of a folder", Method: "DELETE", Path: "/folder/"},
		{Name: "site/OPTIONS", Method: "OPTIONS", Path: "/folder/"},
		{Name: "site/HEAD", Method: "HEAD", Path: "/folder/"},
		{Name: "site/POST", Method: "POST", Path: "/folder/", Body: Body{Data: "x"}},
		{Name: "site/POST to what is cleaned", Method: "POST", Path: "/a//b", Body: Body{Data: "x"}},
	}
}
