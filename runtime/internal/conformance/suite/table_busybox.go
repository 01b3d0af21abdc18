package suite

func onBusybox() []Difference {
	busybox := []string{"busybox"}
	own := func(status int, reason string, cases ...string) Difference {
		return Difference{Servers: busybox, Cases: cases, Own: status, Reason: reason}
	}
	change := func(reason, name string, lines ...string) Difference {
		return Difference{Servers: busybox, Cases: []string{name}, Change: lines, Reason: reason}
	}
	const (
		slash    = "busybox takes a path that ends in a slash for a folder"
		encoded  = "busybox refuses an encoded slash"
		decoded  = "busybox decodes REQUEST_URI and PATH_INFO: what was encoded is lost"
		onlyPost = "busybox says nothing of a body after GET"
		one      = "busybox sets a variable for each of repeated fields: the last one wins"
		hyphens  = "A meta-variable does not distinguish underscores from hyphens"
		ranges   = "busybox keeps Range, If-None-Match and Accept-Encoding to itself"
		chunks   = "busybox passes the body with its chunks as they are, and does not say so: the runtime asks for a length"
		noExpect = "busybox does not answer Expect: 100-continue, and the client waits"
	)
	return []Difference{
		own(404, slash, "target/trailing slash", "target/directory", "target/last dot segment", "method/MKCOL"),
		own(404, encoded, "target/encoded slash", "target/encoded slash in lower case", "target/encoded slash and raw bytes", "target/path values"),
		own(400, decoded, "target/encoded percent"),
		own(400, "busybox knows origin form alone", "target/absolute form", "target/absolute form and another Host", "target/asterisk form"),
		own(200, "busybox cleans the path by itself", "target/double slash", "target/double slash and escapes", "target/dot segments"),
		change(decoded, "target/encoded dot segments", "-body: u*", "-body: u*", "+body: u*", "+body: u*"),
		change(decoded, "target/encoded twice", "-body: u*", "-body: u*", "+body: u*", "+body: u*"),
		change(decoded, "target/encoded question mark and hash", "-body: u*", "-body: u*", "+body: u*", "+body: u*"),
		change(decoded, "target/encoded letters", "-body: u*", "-body: u*", "+body: u*", "+body: u*"),
		change(decoded, "target/encoded space and plus", `-body: uri "/dump/a%20b+c"`, `+body: uri "/dump/a b+c"`),
		change(decoded, "target/UTF-8", `-body: uri "/dump/%C3%A4%E2%82%AC"`, `+body: uri "/dump/ä€"`),
		change(decoded, "target/bytes that are no UTF-8", `-body: uri "/dump/%FF%FE"`, `+body: uri "/dump/\xff\xfe"`),
		change(decoded, "target/quotes and brackets", `-body: uri "/dump/a%22b%3Cc%3E%5Bd%5D"`, `+body: uri "/dump/a\"b<c>[d]"`),
		change(decoded, "target/backslash", `-body: uri "/dump/a%5Cb"`, `+body: uri "/dump/a\\b"`),

		change(onlyPost, "method/GET with a body", "-body: length 7 *", `-body: header Content-Length: *`, `-body: body *`, "+body: length 0 *", `+body: body "", <nil>`),
		change("busybox turns the method into capital letters", "method/lower case", `-body: method "get"`, `+body: method "GET"`),

		change("busybox leaves the blanks behind a value", "field/value with blanks around", `-body: header X-A: "a b"`, `+body: header X-A: "a b  "`),
		change(one, "field/repeated", `-body: header X-A: "1" "2"`, `+body: header X-A: "2"`),
		change(one, "field/repeated Accept", `-body: header Accept: "text/html" "text/plain"`, `+body: header Accept: "text/plain"`),
		change(one, "field/cookies in two fields", `-body: cookie a "1"`),
		change(hyphens, "field/name with underscore", `-body: header X_a: "underscore"`, `+body: header X-A: "underscore"`),
		change(hyphens+", and has one value", "field/underscore and hyphen", `-body: header X_a: "underscore"`, `-body: header X-A: "hyphen"`, `+body: header X-A: "underscore"`),
		change(hyphens+"; the length is that of CONTENT_LENGTH", "field/underscored Content_Length", `-body: header Content_length: "5"`),
		change("busybox keeps Authorization to itself", "field/Basic authorization", `-body: user "user" password "pass" true`, `+body: user "" password "" false`),
		change(ranges, "field/ranges and conditions", `-body: header If-None-Match: *`, `-body: header Range: *`),
		change(ranges, "field/condition with a coding", `-body: header If-None-Match: *`),
		change(ranges, "field/condition without a coding", `-body: header If-None-Match: *`),
		change(ranges, "field/Accept-Encoding", `-body: header Accept-Encoding: *`),
		own(200, ranges, "content/range", "content/open range", "content/last bytes", "content/two ranges", "content/range beyond the end",
			"content/no range", "content/not modified by tag"),

		change("busybox says nothing about its own address", "writer/context",
			"-journal: context: <nil>, local address tcp 127.0.0.1 with port true", "+journal: context: <nil>, local address tcp 0.0.0.0 with port false"),
		{Servers: busybox, Cases: []string{"version/1.0", "version/1.0 with a body"},
			Change: []string{`-body: proto "HTTP/1.0" 1.0`, `+body: proto "HTTP/1.1" 1.1`},
			Reason: "busybox says HTTP/1.1 of every request"},
		change("busybox says nothing of a length of 0 after POST",
			"body/length 0", `-body: header Content-Length: "0"`),
		own(411, chunks, "body/chunked", "body/PUT, chunked", "body/REPORT, chunked", "body/chunked, like a chunk", "body/chunked and *", "body/chunked with trailer", "body/cut short and chunked", "unread/*, chunked"),
		{Servers: busybox, Cases: []string{"body/Expect: 100-continue", "body/Expect: 100-continue and large", "unread/*, expected"}, Hangs: true, Reason: noExpect},
		own(411, chunks, "body/Expect: 100-continue and chunked"),
	}
}
