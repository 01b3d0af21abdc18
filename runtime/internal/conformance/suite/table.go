package suite

import "slices"

// Differences returns what gateways and servers force upon a request or a response, and where the runtime differs from
// net/http.Server on purpose.
func Differences() []Difference {
	return slices.Concat(everywhere(), onWeb(), onApache(), onLighttpd(), onNginx(), onCaddy(), onBusybox(), onGateways(), onSites())
}

// cleanError is the answer of the runtime where net/http.Server hangs up.
var cleanError = []string{
	"-status 0", "-failure: no response",
	"+status 500", "+Content-Type: text/plain; charset=utf-8", "+X-Content-Type-Options: nosniff",
	"+body: 500 Internal Server Error", "+body: RANDOM", "?+Content-Length: *",
}

// everywhere: a CGI response has no means to say it, or the runtime thinks better of it.
func everywhere() []Difference {
	return []Difference{
		{
			Cases:  []string{"panic/before write", "panic/after header", "panic/after write", "unread/panic", "abort/before write", "abort/after write", "status/0", "status/42", "status/1000"},
			Change: cleanError,
			Reason: "A program cannot hang up on the client: nothing at all would be a server's error of its own. A handler that panics before anything has left gets a clean 500 with a number that stands in the log too",
		},
		{
			Cases: []string{"length/declared with nothing written"},
			Change: []string{"-status 200", "-Content-Length: 500", "-failure: body cut",
				"+status 500", "+Content-Type: text/plain; charset=utf-8", "+X-Content-Type-Options: nosniff", "+body: 500 Internal Server Error", "+body: RANDOM", "?+Content-Length: *"},
			Reason: "A body that is shorter than declared is an error of the handler; as long as nothing has left, the answer can say so",
		},
		{
			Cases: []string{"length/declared too long"},
			Change: []string{"-status 200", "-Content-Length: 500", "-failure: body cut", "-body: hello\\",
				"+status 500", "+X-Content-Type-Options: nosniff", "+body: 500 Internal Server Error", "+body: RANDOM", "?+Content-Length: *"},
			Reason: "A body that is shorter than declared is an error of the handler; as long as nothing has left, the answer can say so",
		},
		{
			But:    []string{"nginx-fastcgi", "nginx-scgi", "apache-fcgid"},
			Cases:  []string{"length/declared too long and large"},
			Change: []string{"-body: 100000 bytes *", "+body: 98304 bytes *"},
			Reason: "A response that breaks off must not pass for complete: what is still in the buffer stays there",
		},
		{
			But:    []string{"nginx-fastcgi", "nginx-scgi", "apache-fcgid"},
			Cases:  []string{"panic/after a large write", "panic/after a large write of a declared length"},
			Change: []string{"-body: 300000 bytes *", "+body: 294912 bytes *"},
			Reason: "A response that breaks off must not pass for complete: what is still in the buffer stays there",
		},
		{
			But:    []string{"nginx-fastcgi", "nginx-scgi", "apache-fcgid"},
			Cases:  []string{"length/declared too long and flushed"},
			Change: []string{`-body: hellomore\`, `+body: hello\`},
			Reason: "A response that breaks off must not pass for complete: what is still in the buffer stays there",
		},
		{
			Cases:  []string{"unread/read after the header is written"},
			Change: []string{"-journal: read all 0 bytes *", "-journal: readall: http: invalid Read on closed Body", "+journal: read all 100000 bytes *"},
			Reason: "net/http drops what is unread when the header leaves, unless EnableFullDuplex was called; the runtime keeps it",
		},
		{
			Cases:  []string{"*"},
			Change: []string{"?+Content-Length: *"},
			Reason: "A server that has the whole response at hand may count it",
		},
		{
			But:    []string{"busybox"},
			Cases:  dots,
			Own:    400,
			Reason: dotsReason,
		},
		{
			But:    []string{"busybox"},
			Cases:  []string{"target/double slash and escapes"},
			Change: twice,
			Reason: twiceReason,
		},
		{
			But:    []string{"busybox", "caddy-fcgiwrap", "caddy-fastcgi"},
			Cases:  []string{"target/encoded slash and raw bytes"},
			Change: forgotten,
			Reason: forgottenReason,
		},
		{
			Cases:  []string{"field/Proxy"},
			Change: []string{`-body: header Proxy: "evil:1"`},
			Reason: "The field becomes HTTP_PROXY, which programs take for the proxy to call out by (httpoxy, CVE-2016-5386)",
		},
		{
			Cases:  []string{"status/103 and 200", "status/103 alone"},
			Change: []string{"-interim 103", "-interim Link: </a.css>; rel=preload"},
			Reason: "A CGI response has one status (RFC 3875 §6.3): interim responses are left out",
		},
		{
			Cases:  []string{"status/102 and 404"},
			Change: []string{"-interim 102"},
			Reason: "A CGI response has one status (RFC 3875 §6.3): interim responses are left out",
		},
		{
			Cases:  []string{"writer/hijack"},
			Change: []string{`-body: hijacked\`, "?-Content-Length: 8", "?+Content-Length: 0", "+journal: hijack: not supported true"},
			Reason: "There is no connection to take over: http.ErrNotSupported",
		},
		{
			Cases:  []string{"header/hop by hop: Upgrade"},
			Change: []string{"-Upgrade: h2c"},
			Reason: "The connection is the server's (RFC 3875 §6.3.4)",
		},
		{
			Cases:  []string{"header/Status"},
			Change: []string{"-Status: 404 Not Found"},
			Reason: "In a CGI response the field is the status, and stands there once (RFC 3875 §6.3.3)",
		},
		{
			But:    []string{"nginx-fastcgi", "nginx-scgi", "apache-fcgid", "apache-proxy-fcgi", "lighttpd-fastcgi", "haproxy-fastcgi"},
			Cases:  []string{"panic/after flush", "panic/after a large write"},
			Change: []string{"-failure: body cut"},
			Reason: "A CGI response without a length ends when the program ends: that it is not complete cannot be said",
		},
		{
			Cases:  []string{"header/trailer", "header/trailer by prefix"},
			Change: []string{"-trailer X-Sum: 1"},
			Reason: "A CGI response ends with its body",
		},
		{
			Cases:  []string{"body/chunked with trailer"},
			Change: []string{`-body: trailer X-Sum: "1"`},
			Reason: "Trailers have no meta-variables",
		},
		{
			Cases: []string{"header/NUL in a value"},
			Change: []string{"-status 0", "-failure: no response", "+status 200", "?+Content-Length: 5",
				"+Content-Type: text/plain; charset=utf-8", "+X-A: a b", `+body: hello\`},
			Reason: "net/http sends it, and clients refuse the response; here it becomes a blank, as line breaks do",
		},
	}
}

// What the router does differently from net/http's, over HTTP too.
var (
	dots       = []string{"target/encoded dot segments"}
	dotsReason = "Servers resolve dot segments that are escaped, or that escaped slashes and backslashes separate, and their guards then stand on another path than the routes: the runtime refuses them"

	twice = []string{"-Location: /dump/a%2520b", "-body: *", "+Location: /dump/a%20b", "+body: *"}

	twiceReason = "net/http escapes a path twice when it redirects to the clean one; the runtime keeps the client's escapes"

	forgotten = []string{`-body: v "a"`, `-body: w "b^/c"`, `+body: v "a/b^"`, `+body: w "c"`}

	forgottenReason = "net/http takes an escaped slash for a slash if any byte of the path should have been escaped and is not; the runtime keeps it"
)

// onWeb: over HTTP the server is net/http's, and the router is ours.
func onWeb() []Difference {
	web := []string{Web}
	return []Difference{
		{Servers: web, Cases: dots, Own: 400, Reason: dotsReason},
		{Servers: web, Cases: []string{"target/double slash and escapes"}, Change: twice, Reason: twiceReason},
		{Servers: web, Cases: []string{"target/encoded slash and raw bytes"}, Change: forgotten, Reason: forgottenReason},
	}
}
