package suite

import "strings"

// fieldCases are about the fields of the request (RFC 3875 §4.1.18).
func fieldCases() []Case {
	with := func(name string, lines ...string) Case {
		return Case{Name: "field/" + name, Path: "/dump/x", Header: lines}
	}
	ask := func(name, step string, lines ...string) Case {
		return Case{Name: "field/" + name, Path: Script(step), Header: lines}
	}
	return []Case{
		with("common", "User-Agent: suite/1", "Accept: text/html, */*;q=0.8", "Accept-Language: de", "Referer: http://suite.test/a"),
		with("value with blanks around", "X-A:   a b  "),
		with("empty value", "X-A:"),
		with("long value", "X-A: "+strings.Repeat("ghijklmnop", 300)),
		with("bytes above ASCII", "X-A: \u00e4"),
		with("quotes and commas", `X-A: a, "b, c"; d="e\"f"`),
		with("repeated", "X-A: 1", "X-A: 2"),
		with("repeated Accept", "Accept: text/html", "Accept: text/plain"),
		with("name with digits", "X-1a-2b: c"),
		with("upper case name", "X-UPPER: a"),
		with("name with underscore", "X_A: underscore"),
		with("underscore and hyphen", "X-A: hyphen", "X_A: underscore"),
		with("underscored Content_Length", "Content_Length: 5"),
		with("Content-Type without body", "Content-Type: text/xml"),
		with("Proxy", "Proxy: evil:1"),
		with("forwarded", "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1"),
		with("ranges and conditions", "Range: bytes=0-1", "If-None-Match: \"a\"", "If-Modified-Since: Wed, 01 May 2024 12:00:00 GMT"),
		with("condition with a coding", "If-Match: \"a-gzip\", W/\"b-br\"", "If-None-Match: \"c-gzip\""),
		with("condition without a coding", "If-Match: \"a-zip\", \"-gzip\", \"gzip\"", "If-None-Match: *"),
		with("upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"),
		with("Accept-Encoding", "Accept-Encoding: gzip, br"),
		with("many", manyFields(60)...),
		ask("Basic authorization", "auth", "Authorization: Basic dXNlcjpwYXNz"),
		with("Bearer authorization", "Authorization: Bearer abc.def"),
		ask("cookies", "cookies", "Cookie: a=1; b=2"),
		ask("cookies in two fields", "cookies", "Cookie: a=1", "Cookie: b=2"),
		ask("cookie with comma", "cookies", "Cookie: a=1,2; b=3"),
	}
}

func manyFields(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = "X-F" + strings.Repeat("x", i) + ": value"
	}
	return lines
}

// bodyCases are about the request's body (RFC 3875 §4.2).
func bodyCases() []Case {
	post := func(name string, body Body, header ...string) Case {
		return Case{Name: "body/" + name, Method: "POST", Path: "/dump/x", Body: body, Header: header}
	}
	large := string(Pattern(1 << 20))
	const form = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 & 2\r\n" +
		"--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a b.txt\"\r\n\r\ncontents\r\n--xyz--\r\n"
	return []Case{
		post("small", Body{Data: "hello"}, "Content-Type: text/plain"),
		post("without type", Body{Data: "hello"}),
		post("binary", Body{Data: "\x00\xff\r\n\r\n\x80"}),
		post("large", Body{Data: large}),
		post("length 0", Body{}, "Content-Length: 0"),
		post("neither length nor body", Body{}),
		{Name: "body/PUT with neither length nor body", Method: "PUT", Path: "/dump/x"},
		{Name: "body/PATCH with neither length nor body", Method: "PATCH", Path: "/dump/x"},
		{Name: "body/PUT of length 0", Method: "PUT", Path: "/dump/x", Header: []string{"Content-Length: 0"}},
		{Name: "body/DELETE of length 0", Method: "DELETE", Path: "/dump/x", Header: []string{"Content-Length: 0"}},
		{Name: "body/PUT, chunked", Method: "PUT", Path: "/dump/x", Body: Body{Data: "hello", Chunked: true}},
		{Name: "body/REPORT, chunked", Method: "REPORT", Path: "/dump/x", Body: Body{Data: "hello", Chunked: true}},
		post("like a chunk", Body{Data: "5\r\nab"}),
		post("chunked, like a chunk", Body{Data: "5\r\nab", Chunked: true}),
		post("chunked", Body{Data: "hello", Chunked: true}),
		post("chunked and large", Body{Data: large, Chunked: true}),
		post("chunked and empty", Body{Chunked: true}),
		post("chunked with trailer", Body{Data: "hello", Chunked: true, Trailer: "X-Sum: 1"}),
		post("Expect: 100-continue", Body{Data: "hello", Expect: true}),
		post("Expect: 100-continue and large", Body{Data: large, Expect: true}),
		post("Expect: 100-continue and chunked", Body{Data: "hello", Expect: true, Chunked: true}),
		post("compressed", Body{Data: "\x1f\x8b\x08\x00\x00"}, "Content-Encoding: gzip"),
		{Name: "body/cut short", Method: "PUT", Path: Script("readall"), Body: Body{Data: "hello", Missing: 95}},
		{Name: "body/cut short and chunked", Method: "PUT", Path: Script("readall"), Body: Body{Data: "hello", Missing: 1, Chunked: true}},
		{Name: "body/urlencoded form", Method: "POST", Path: Script("form"), Body: Body{Data: "a=1+%26+2&b=3"},
			Header: []string{"Content-Type: application/x-www-form-urlencoded"}},
		{Name: "body/multipart form", Method: "POST", Path: Script("form"), Body: Body{Data: form},
			Header: []string{"Content-Type: multipart/form-data; boundary=xyz"}},
		{Name: "body/limit", Method: "POST", Path: Script("limit 10", "readall", "error 413 too large"), Body: Body{Data: large}},
		{Name: "body/limit that holds", Method: "POST", Path: Script("limit 10", "show"), Body: Body{Data: "hello"}},
	}
}

// unreadCases are about bodies that a handler does not read, or reads late: neither the response nor the process may
// suffer from it.
func unreadCases() []Case {
	send := func(name string, size int, steps ...string) Case {
		return Case{Name: "unread/" + name, Method: "POST", Path: Script(steps...), Body: Body{Data: string(Pattern(size))}}
	}
	chunked := func(c Case) Case {
		c.Name += ", chunked"
		c.Body.Chunked = true
		return c
	}
	expect := func(c Case) Case {
		c.Name += ", expected"
		c.Body.Expect = true
		return c
	}
	refused := []string{"status 401", "write no"}
	return []Case{
		send("one byte", 1, refused...),
		send("small", 1000, refused...),
		send("100 kB", 100_000, refused...),
		send("large", 3<<20, refused...),
		chunked(send("small", 1000, refused...)),
		chunked(send("large", 3<<20, refused...)),
		expect(send("small", 1000, refused...)),
		expect(send("large", 3<<20, refused...)),
		send("200 kB, large response", 200_000, "bytes 1000000"),
		send("413", 3<<20, "error 413 too large"),
		send("nothing written", 100_000),
		send("204", 100_000, "status 204"),
		send("redirect", 100_000, "redirect 303 /dump/"),
		send("partly read", 200_000, "read 1000", "write enough"),
		send("given up by a deadline", 100_000, "giveup", "status 408", "write late"),
		send("given up by a deadline, large", 3<<20, "giveup", "status 408", "write late"),
		send("given up by a deadline, large response", 1<<20, "giveup", "bytes 1000000"),
		send("given up by a deadline, flushed", 1<<20, "giveup", "write late", "flush", "write later"),
		send("closed", 100_000, "closebody", "write closed"),
		send("panic", 100_000, "panic oh"),
		send("read after the header is written", 100_000, "write first", "flush", "readall"),
		send("echo, small", 1000, "duplex", "echo"),
		send("echo, large", 1<<20, "duplex", "echo"),
		send("echo of a large body after a large part", 1<<20, "duplex", "bytes 600000", "echo"),
		chunked(send("echo, large", 1<<20, "duplex", "echo")),
	}
}
