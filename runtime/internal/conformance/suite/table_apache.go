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
			Mounts:  []string{"shared host"},
			Cases: []string{"target/encoded slash", "target/encoded slash in lower case", "target/encoded slash and raw bytes", "target/path values",
				"target/absolute form"},
			Own:    404,
			Reason: "Apache refuses an encoded slash unless the server's configuration says AllowEncodedSlashes NoDecode, which .htaccess cannot",
		},
		{
			Servers: apache,
			Mounts:  []string{"shared host"},
			Cases:   []string{"field/Basic authorization"},
			Change:  []string{`-body: user "user" password "pass" true`, `+body: user "" password "" false`},
			Reason:  "Apache keeps Authorization to itself unless it is told CGIPassAuth On",
		},
		{
			Servers: apache,
			Mounts:  []string{"shared host"},
			Cases:   []string{"field/Bearer authorization"},
			Change:  []string{`-body: header Authorization: *`},
			Reason:  "Apache keeps Authorization to itself unless it is told CGIPassAuth On",
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
			But:     []string{"apache-fcgid", "apache-proxy-scgi"},
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Own:     400,
			Reason:  "Apache answers a request that breaks off by itself",
		},
		{
			Servers: apache,
			Cases:   []string{"status/204 with type and length"},
			Change:  []string{"-Content-Type: text/html"},
			Reason:  "Apache leaves out the type of an empty response",
		},
		{
			Servers: apache,
			But:     []string{"apache-proxy-fcgi", "apache-fcgid"},
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
			But:     []string{"apache-proxy-fcgi", "apache-proxy-scgi"},
			Cases:   []string{"header/Date"},
			Change:  []string{"-Date: Wed, 01 May 2024 12:00:00 GMT", "+Date: *"},
			Reason:  "Apache sets the date by itself",
		},
		{
			Servers: apache,
			But:     []string{"apache-proxy-fcgi", "apache-proxy-scgi"},
			Cases:   []string{"location/200 local", "location/200 absolute"},
			Change:  []string{"-Location: *"},
			Reason:  "Apache takes a Location with status 200 for a redirect, to be followed by itself or by the client (RFC 3875 §6.2.2): the status and the body are kept, the field is not",
		},
		{
			Servers: []string{"apache-proxy-scgi"},
			Cases:   []string{"location/200 local"},
			Change:  []string{"-Location: *"},
			Reason:  "mod_proxy_scgi takes a local Location with status 200 for a redirect that it follows by itself (RFC 3875 §6.2.2)",
		},
		{
			Servers: apache,
			Cases:   []string{"header/line of 9 kB"},
			Own:     500,
			Reason:  "Apache refuses lines of more than 8190 bytes",
		},
		{
			Servers: apache,
			But:     []string{"apache-proxy-fcgi", "apache-proxy-scgi"},
			Cases:   []string{"header/Server"},
			Change:  []string{"-Server: mine/1", "+Server: *"},
			Reason:  "Apache names itself",
		},
		{
			Servers: apache,
			Mounts:  []string{"direct", "rewrite", "sub-directory", "fallback", "shared host", "whole path"}, // by its name
			Cases:   []string{"field/condition with a coding"},
			Change: []string{`-body: header If-Match: "\"a-gzip\", W/\"b-br\""`,
				`+body: header If-Match: "\"a-gzip\", W/\"b-br\", \"a\", W/\"b\""`},
			Reason: "mod_deflate and mod_brotli make \"v7-gzip\" and \"v7-br\" of the tag \"v7\" of what they compress: conditions have the handler's own tag as well, and a 200 whose tag the client has in this form becomes a 304",
		},
		{
			Servers: apache,
			Cases:   []string{"content/empty"},
			Change:  []string{"-Content-Type: "},
			Reason:  "An empty Content-Type counts as a missing one",
		},
	}
}
