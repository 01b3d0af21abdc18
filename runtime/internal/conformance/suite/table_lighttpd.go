package suite

func onLighttpd() []Difference {
	lighttpd := []string{"lighttpd"}
	return []Difference{
		{
			Servers: lighttpd,
			Cases:   []string{"*"},
			Change:  []string{"?+Accept-Ranges: bytes"},
			Reason:  "lighttpd offers ranges of responses that it has whole",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/ranges and conditions"},
			Own:     206,
			Reason:  "lighttpd cuts the range out of a whole response by itself (server.range-requests)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"target/bytes that are no UTF-8"},
			Own:     400,
			Reason:  "lighttpd refuses bytes that are no UTF-8 (url-invalid-utf8-reject)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"target/absolute form"},
			Change:  absoluteForm("a%2Fb?x=1", "a/b", "x=1", defaultHost),
			Reason:  "The request target arrives in origin form",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"target/absolute form and another Host"},
			Own:     400,
			Reason:  "lighttpd refuses two hosts in one request",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"target/asterisk form"},
			Change:  []string{"+Allow: OPTIONS, GET, HEAD, POST"},
			Reason:  "OPTIONS * asks the server",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"method/unknown", "method/lower case"},
			Own:     501,
			Reason:  "lighttpd answers methods that it does not know by itself",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"method/GET with a body"},
			Own:     400,
			Reason:  "lighttpd refuses a body after GET and HEAD (method-get-body)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"body/neither length nor body"},
			Own:     411,
			Reason:  "lighttpd wants to know the length of a body after POST",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/empty value"},
			Change:  []string{`-body: header X-A: ""`},
			Reason:  "lighttpd drops empty fields",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"header/empty value"},
			Change:  []string{"-X-Empty: "},
			Reason:  "lighttpd drops empty fields",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"location/empty"},
			Change:  []string{"-Location: "},
			Reason:  "lighttpd drops empty fields",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/repeated"},
			Change:  []string{`-body: header X-A: "1" "2"`, `+body: header X-A: "1, 2"`},
			Reason:  "A meta-variable has one value: repeated fields are joined (RFC 3875 §4.1.18)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/repeated Accept"},
			Change:  []string{`-body: header Accept: "text/html" "text/plain"`, `+body: header Accept: "text/html, text/plain"`},
			Reason:  "A meta-variable has one value: repeated fields are joined (RFC 3875 §4.1.18)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/name with underscore"},
			Change:  []string{`-body: header X_a: "underscore"`, `+body: header X-A: "underscore"`},
			Reason:  "A meta-variable does not distinguish underscores from hyphens",
		},
		{
			Servers: lighttpd,
			But:     []string{"lighttpd-fastcgi", "lighttpd-scgi"},
			Cases:   []string{"field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`, `?-body: header X-A: "hyphen"`, `?+body: header X-A: "underscore"`},
			Reason:  "A meta-variable does not distinguish underscores from hyphens, and has one value",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "A meta-variable does not distinguish underscores from hyphens; the length is that of CONTENT_LENGTH",
		},
		{
			Servers: lighttpd,
			But:     []string{"lighttpd-fastcgi", "lighttpd-scgi"},
			Cases:   []string{"field/upgrade"},
			Change:  []string{`-body: header Upgrade: "websocket"`},
			Reason:  "The connection is the server's",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"host/upper case"},
			Change:  []string{`-body: host "Suite.TEST" url host ""`, `+body: host "suite.test" url host ""`},
			Reason:  "lighttpd normalizes the host (host-normalize)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"host/trailing dot"},
			Change:  []string{`-body: host "suite.test." url host ""`, `+body: host "suite.test" url host ""`},
			Reason:  "lighttpd normalizes the host (host-normalize)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"body/chunked", "body/PUT, chunked", "body/REPORT, chunked", "body/chunked, like a chunk", "body/chunked with trailer", "body/Expect: 100-continue and chunked"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, "+body: length 5 encoding []", `+body: header Content-Length: "5"`},
			Reason:  "lighttpd collects a chunked body and says how long it is",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"body/chunked and large"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, "+body: length 1048576 encoding []", `+body: header Content-Length: "1048576"`},
			Reason:  "lighttpd collects a chunked body and says how long it is",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"body/chunked and empty"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, "+body: length 0 encoding []"},
			Reason:  "lighttpd collects a chunked body and says how long it is",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"body/Expect: *"},
			Change:  []string{`-body: header Expect: "100-continue"`},
			Reason:  "lighttpd has answered the field",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Change:  neverStarted,
			Reason:  "lighttpd waits for the whole body, and drops a request that breaks off",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"header/X-Sendfile"},
			Change:  []string{"-X-Sendfile: /etc/passwd"},
			Reason:  "lighttpd keeps its orders to itself; it obeys them where it is told to (cgi.x-sendfile)",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"content/empty"},
			Change:  []string{"-Content-Type: "},
			Reason:  "lighttpd drops empty fields",
		},
	}
}
