package suite

func onApache() []Difference {
	apache := []string{"apache-cgid", "apache-cgi"}
	return []Difference{
		{
			Servers: apache,
			Cases:   []string{"*"},
			Change:  []string{"?-Content-Length: *"},
			Reason:  "Apache discards the Content-Length of a program, and counts for itself what has arrived at once, unless the variable ap_trust_cgilike_cl is set",
		},
		{
			Servers: apache,
			Cases:   []string{"method/TRACE"},
			Own:     200,
			Reason:  "Apache answers TRACE by itself (TraceEnable)",
		},
		{
			Servers: apache,
			Cases:   []string{"field/repeated"},
			Change:  []string{`-body: header X-A: "1" "2"`, `+body: header X-A: "1, 2"`},
			Reason:  "A meta-variable has one value: repeated fields are joined (RFC 3875 §4.1.18)",
		},
		{
			Servers: apache,
			Cases:   []string{"field/repeated Accept"},
			Change:  []string{`-body: header Accept: "text/html" "text/plain"`, `+body: header Accept: "text/html, text/plain"`},
			Reason:  "A meta-variable has one value: repeated fields are joined (RFC 3875 §4.1.18)",
		},
		{
			Servers: apache,
			Cases:   []string{"field/name with underscore", "field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`},
			Reason:  "Apache drops fields with an underscore in the name, which would look like others in a meta-variable",
		},
		{
			Servers: apache,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "Apache drops fields with an underscore in the name, which would look like others in a meta-variable",
		},
		{
			Servers: apache,
			Cases:   []string{"field/cookies in two fields"},
			Change:  []string{`-body: cookie a "1"`, `-body: cookie b "2"`, `+body: cookie a "1, b=2"`},
			Reason:  "Apache joins Cookie fields with a comma, like any others; browsers send one",
		},
		{
			Servers: apache,
			Cases:   []string{"body/length 0"},
			Change:  []string{`-body: header Content-Length: "0"`},
			Reason:  "Servers say CONTENT_LENGTH=0 of requests that have no such field: the field is left out, the length is 0",
		},
		{
			Servers: apache,
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Own:     400,
			Reason:  "Apache answers a request that breaks off by itself",
		},
		{
			Servers: apache,
			Cases:   []string{"status/204 with type and length"},
			Change:  []string{"-Content-Type: text/html"},
			Reason:  "Apache leaves the type of nothing out",
		},
		{
			Servers: apache,
			Cases: []string{"length/declared too short in one write", "length/declared too long and large", "length/declared too long and flushed",
				"writer/copy into a declared length", "panic/after flush of a declared length",
				"panic/after a large write of a declared length", "abort/after flush of a declared length"},
			Change: []string{"-failure: body cut"},
			Reason: "Apache discards the declared length, so that the client cannot see that the response is not complete",
		},
		{
			Servers: apache,
			Cases:   []string{"header/repeated"},
			Change:  []string{"-X-A: 1", "-X-A: 2", "-X-A: 3", "+X-A: 1, 2, 3"},
			Reason:  "Apache joins repeated fields of the response, except for Set-Cookie",
		},
		{
			Servers: apache,
			Cases:   []string{"header/several challenges"},
			Change:  []string{`-Www-Authenticate: Basic realm="a"`, "-Www-Authenticate: Bearer", `+Www-Authenticate: Basic realm="a", Bearer`},
			Reason:  "Apache joins repeated fields of the response, except for Set-Cookie",
		},
		{
			Servers: apache,
			Cases:   []string{"header/Date"},
			Change:  []string{"-Date: Wed, 01 May 2024 12:00:00 GMT", "+Date: *"},
			Reason:  "Apache sets the date by itself",
		},
		{
			Servers: apache,
			Cases:   []string{"header/Server"},
			Change:  []string{"-Server: mine/1", "+Server: *"},
			Reason:  "Apache names itself",
		},
		{
			Servers: apache,
			Cases:   []string{"content/empty"},
			Change:  []string{"-Content-Type: "},
			Reason:  "An empty Content-Type is none",
		},
	}
}

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
			Reason:  "A meta-variable does not tell underscores from hyphens",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`, `?-body: header X-A: "hyphen"`, `?+body: header X-A: "underscore"`},
			Reason:  "A meta-variable does not tell underscores from hyphens, and has one value",
		},
		{
			Servers: lighttpd,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "A meta-variable does not tell underscores from hyphens; the length is that of CONTENT_LENGTH",
		},
		{
			Servers: lighttpd,
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
			Cases:   []string{"body/chunked", "body/chunked with trailer", "body/Expect: 100-continue and chunked"},
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
	}
}

// neverStarted is the fate of a request that breaks off before the server has started the program.
var neverStarted = []string{
	"-status 200", "-Content-Length: 0", "-journal: read all 5 bytes *", "-journal: readall: unexpected EOF",
	"+status 0", "+failure: no response",
}

// absoluteForm is what becomes of a request target in absolute form that arrives in origin form.
func absoluteForm(target, path, query, host string) []string {
	return []string{
		`-body: uri "http://suite.test/dump/` + target + `"`,
		`-body: url "http://suite.test/dump/` + target + `" path "/dump/` + path + `" query "` + query + `" force false`,
		`-body: host "suite.test" url host "suite.test"`,
		`+body: uri "/dump/` + target + `"`,
		`+body: url "/dump/` + target + `" path "/dump/` + path + `" query "` + query + `" force false`,
		`+body: host "` + host + `" url host ""`,
	}
}

func onNginx() []Difference {
	nginx := []string{"nginx-fcgiwrap"}
	return []Difference{
		{
			Servers: nginx,
			Cases:   []string{"stream/header first", "stream/header before nothing"},
			Hangs:   true,
			Reason:  "fcgiwrap pads its FastCGI records, and nginx holds back a header that padding follows until the body begins",
		},
		{
			Servers: nginx,
			Cases:   []string{"target/absolute form"},
			Change:  absoluteForm("a%2Fb?x=1", "a/b", "x=1", defaultHost),
			Reason:  "The request target arrives in origin form",
		},
		{
			Servers: nginx,
			Cases:   []string{"target/absolute form and another Host"},
			Change:  absoluteForm("x", "x", "", "other.test"),
			Reason:  "The request target arrives in origin form, and $http_host is the field alone; $host would be the target's",
		},
		{
			Servers: nginx,
			Cases:   []string{"target/asterisk form", "method/lower case"},
			Own:     400,
			Reason:  "nginx refuses them",
		},
		{
			Servers: nginx,
			Cases:   []string{"method/TRACE"},
			Own:     405,
			Reason:  "nginx refuses TRACE",
		},
		{
			Servers: nginx,
			Cases:   []string{"field/repeated"},
			Change:  []string{`-body: header X-A: "1" "2"`, `+body: header X-A: "1"`},
			Reason:  "nginx before 1.23 sends a variable for each of repeated fields, and fcgiwrap takes the first",
		},
		{
			Servers: nginx,
			Cases:   []string{"field/repeated Accept"},
			Change:  []string{`-body: header Accept: "text/html" "text/plain"`, `+body: header Accept: "text/html"`},
			Reason:  "nginx before 1.23 sends a variable for each of repeated fields, and fcgiwrap takes the first",
		},
		{
			Servers: nginx,
			Cases:   []string{"field/cookies in two fields"},
			Change:  []string{`-body: cookie b "2"`},
			Reason:  "nginx before 1.23 sends a variable for each of repeated fields, and fcgiwrap takes the first",
		},
		{
			Servers: nginx,
			Cases:   []string{"field/name with underscore", "field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`},
			Reason:  "nginx drops fields with an underscore in the name (underscores_in_headers)",
		},
		{
			Servers: nginx,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "nginx drops fields with an underscore in the name (underscores_in_headers)",
		},
		{
			Servers: nginx,
			Cases:   []string{"body/chunked", "body/chunked with trailer", "body/Expect: 100-continue and chunked"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, `+body: length 5 encoding ["chunked"]`},
			Reason:  "nginx collects a chunked body and says how long it is",
		},
		{
			Servers: nginx,
			Cases:   []string{"body/chunked and large"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, `+body: length 1048576 encoding ["chunked"]`},
			Reason:  "nginx collects a chunked body and says how long it is",
		},
		{
			Servers: nginx,
			Cases:   []string{"body/chunked and empty"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, `+body: length 0 encoding ["chunked"]`},
			Reason:  "nginx collects a chunked body and says how long it is",
		},
		{
			Servers: nginx,
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Change:  neverStarted,
			Reason:  "nginx waits for the whole body, and drops a request that breaks off",
		},
		{
			Servers: nginx,
			Mounts:  []string{"direct", "sub-directory"},
			Cases:   []string{"header/X-Sendfile"},
			Own:     404,
			Reason:  "nginx takes X-Accel-Redirect for an order, and looks for that location (fastcgi_ignore_headers)",
		},
		{
			Servers: nginx,
			Mounts:  []string{"rewrite", "whole path"},
			Cases:   []string{"header/X-Sendfile"},
			Own:     500,
			Reason:  "nginx takes X-Accel-Redirect for an order, and here comes to the same program again and again (fastcgi_ignore_headers)",
		},
	}
}

func onCaddy() []Difference {
	caddy := []string{"caddy-fcgiwrap"}
	return []Difference{
		{
			Servers: caddy,
			Cases:   []string{"*"},
			Change:  []string{"?+Status: *"},
			Reason:  "Caddy passes the field Status on to the client",
		},
		{
			Servers: caddy,
			Cases:   []string{"*"},
			Change: []string{`?+body: header User-Agent: ""`, `?+body: header X-Forwarded-For: "127.0.0.1"`,
				`?+body: header X-Forwarded-Host: "*"`, `?+body: header X-Forwarded-Proto: "http"`},
			Reason: "Caddy adds the fields of a proxy, and an empty User-Agent where there is none",
		},
		{
			Servers: caddy,
			Cases:   []string{"*"},
			Change:  []string{`?+body: header Content-Type: "application/x-www-form-urlencoded"`},
			Reason:  "Caddy gives a request other than GET, HEAD and OPTIONS that has no Content-Type that of a form",
		},
		{
			Servers: caddy,
			Cases: []string{"header/hop by hop: Transfer-Encoding", "header/hop by hop: identity", "writer/flush first",
				"content/sniffed after flush", "content/none", "process/print and flush"},
			Change: []string{"?+Content-Type: *"},
			Reason: "Caddy sniffs a type where the response has none",
		},
		{
			Servers: caddy,
			Cases:   []string{"content/empty"},
			Change:  []string{"?-Content-Type: ", "?+Content-Type: "},
			Reason:  "Caddy sniffs a type where the response has none",
		},
		{
			Servers: caddy,
			Cases:   []string{"target/raw bytes above ASCII"},
			Change:  []string{`-body: uri "/dump/ä"`, `+body: uri "/dump/%C3%A4"`},
			Reason:  "Caddy writes the request target anew",
		},
		{
			Servers: caddy,
			Cases:   []string{"target/absolute form"},
			Change:  absoluteForm("a%2Fb?x=1", "a/b", "x=1", defaultHost),
			Reason:  "The request target arrives in origin form",
		},
		{
			Servers: caddy,
			Cases:   []string{"target/absolute form and another Host"},
			Change:  absoluteForm("x", "x", "", defaultHost),
			Reason:  "The request target arrives in origin form",
		},
		{
			Servers: caddy,
			Cases:   []string{"method/lower case"},
			Change:  []string{`-body: method "get"`, `+body: method "POST"`},
			Reason:  "Caddy knows get, head and options in capital letters alone",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/repeated"},
			Change:  []string{`-body: header X-A: "1" "2"`, `+body: header X-A: "1, 2"`},
			Reason:  "A meta-variable has one value: repeated fields are joined (RFC 3875 §4.1.18)",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/repeated Accept"},
			Change:  []string{`-body: header Accept: "text/html" "text/plain"`, `+body: header Accept: "text/html, text/plain"`},
			Reason:  "A meta-variable has one value: repeated fields are joined (RFC 3875 §4.1.18)",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/cookies in two fields"},
			Change:  []string{`-body: cookie a "1"`, `-body: cookie b "2"`, `+body: cookie a "1, b=2"`},
			Reason:  "Caddy joins Cookie fields with a comma, like any others; browsers send one",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/name with underscore"},
			Change:  []string{`-body: header X_a: "underscore"`, `+body: header X-A: "underscore"`},
			Reason:  "A meta-variable does not tell underscores from hyphens",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`, `?-body: header X-A: "hyphen"`, `?+body: header X-A: "underscore"`},
			Reason:  "A meta-variable does not tell underscores from hyphens, and has one value",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "A meta-variable does not tell underscores from hyphens; the length is that of CONTENT_LENGTH",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/upgrade"},
			Change:  []string{`-body: header Upgrade: "websocket"`},
			Reason:  "The connection is the server's",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/forwarded"},
			Change:  []string{`-body: header X-Forwarded-For: "192.0.2.1"`},
			Reason:  "Caddy replaces what a client claims to forward (trusted_proxies)",
		},
		{
			Servers: caddy,
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Own:     502,
			Reason:  "Caddy answers a request that breaks off by itself",
		},
		{
			Servers: caddy,
			Cases:   []string{"header/Server"},
			Change:  []string{"+Server: Caddy"},
			Reason:  "Caddy names itself as well",
		},
	}
}
