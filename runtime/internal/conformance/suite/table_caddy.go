package suite

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
			Reason: "Caddy adds the fields of a proxy, and an empty User-Agent where the client sends no such field",
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
			Reason: "Caddy sniffs a type where the response has no Content-Type",
		},
		{
			Servers: caddy,
			Cases:   []string{"content/empty"},
			Change:  []string{"?-Content-Type: ", "?+Content-Type: "},
			Reason:  "Caddy sniffs a type where the response has no Content-Type",
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
			Reason:  "A meta-variable does not distinguish underscores from hyphens",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`, `?-body: header X-A: "hyphen"`, `?+body: header X-A: "underscore"`},
			Reason:  "A meta-variable does not distinguish underscores from hyphens, and has one value",
		},
		{
			Servers: caddy,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "A meta-variable does not distinguish underscores from hyphens; the length is that of CONTENT_LENGTH",
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
			Cases:   []string{"writer/context"},
			Change: []string{"-journal: context: <nil>, local address tcp 127.0.0.1 with port true",
				"+journal: context: <nil>, local address tcp 0.0.0.0 with port true"},
			Reason: "Caddy says nothing about its own address but the port",
		},
		{
			Servers: caddy,
			Cases:   []string{"header/Server"},
			Change:  []string{"+Server: Caddy"},
			Reason:  "Caddy names itself as well",
		},
	}
}
