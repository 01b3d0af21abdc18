package suite

import (
	"fmt"
	"strings"
)

// statusCases are about the status code.
func statusCases() []Case {
	cases := []Case{
		scriptCase("status/twice", "status 201", "status 404", "write hello"),
		scriptCase("status/after write", "write hello", "status 404"),
		scriptCase("status/0", "status 0"),
		scriptCase("status/42", "status 42"),
		scriptCase("status/1000", "status 1000"),
		scriptCase("status/204 and a body", "status 204", "write hello"),
		scriptCase("status/204 with type and length", "set Content-Type text/html", "set Content-Length 5", "status 204"),
		scriptCase("status/304 and a body", `set Etag "v1"`, "status 304", "write hello"),
		scriptCase("status/304 with fields", `set Etag "v1"`, "set Cache-Control max-age=60", "set Last-Modified Wed, 01 May 2024 12:00:00 GMT", "status 304"),
		scriptCase("status/103 and 200", "set Link </a.css>; rel=preload", "status 103", "del Link", "set X-A 1", "write hello"),
		scriptCase("status/102 and 404", "status 102", "status 404", "write no"),
		scriptCase("status/103 alone", "set Link </a.css>; rel=preload", "status 103"),
		scriptCase("status/100", "status 100", "write hello"),
		scriptCase("status/401 with challenge", "set WWW-Authenticate Basic realm=\"a\"", "status 401", "write no"),
		scriptCase("status/405 with Allow", "set Allow GET, POST", "status 405"),
		scriptCase("status/429 with Retry-After", "set Retry-After 10", "status 429", "write slow"),
	}
	for _, code := range []int{201, 202, 206, 299, 300, 400, 403, 404, 410, 418, 451, 500, 501, 502, 503, 599, 799, 999} {
		cases = append(cases, scriptCase(fmt.Sprintf("status/%d", code), fmt.Sprintf("status %d", code), "write hello"))
	}
	return cases
}

// lengthCases are about Content-Length, declared or found out.
func lengthCases() []Case {
	return []Case{
		scriptCase("length/of a small body", "write hello"),
		scriptCase("length/of nothing"),
		scriptCase("length/of nothing with 404", "status 404"),
		scriptCase("length/of 2 kB", "bytes 2048"),
		scriptCase("length/of 2 kB and 1", "bytes 2049"),
		scriptCase("length/of a large body", "bytes 100000"),
		scriptCase("length/of a flushed body", "write hello", "flush"),
		scriptCase("length/declared", "set Content-Length 5", "write hello"),
		scriptCase("length/declared and large", "set Content-Length 100000", "bytes 100000"),
		scriptCase("length/declared 0", "set Content-Length 0"),
		scriptCase("length/declared too short", "set Content-Length 5", "write hello", "write more"),
		scriptCase("length/declared too short in one write", "set Content-Length 5", "write hello and more"),
		scriptCase("length/declared too long", "set Content-Length 500", "write hello"),
		scriptCase("length/declared too long and large", "set Content-Length 200000", "bytes 100000"),
		scriptCase("length/declared too long and flushed", "set Content-Length 500", "write hello", "flush", "write more"),
		scriptCase("length/no number", "set Content-Length five", "write hello"),
		scriptCase("length/negative", "set Content-Length -5", "write hello"),
		scriptCase("length/declared with nothing written", "set Content-Length 500"),
		scriptCase("length/declared after the header", "status 200", "set Content-Length 500", "write hello"),
		scriptCase("length/with an encoding", "gzip hello"),
		scriptCase("length/8 MB", "bytes 8388608"),
	}
}

// headerCases are about the fields of the response.
func headerCases() []Case {
	own := func(name, field string, value string) Case {
		c := scriptCase("header/"+name, "set "+field+" "+value, "write hello")
		c.Keep = []string{field}
		return c
	}
	return []Case{
		scriptCase("header/several cookies", "add Set-Cookie a=1; Path=/", "add Set-Cookie b=2; Path=/; HttpOnly", "write hello"),
		scriptCase("header/repeated", "add X-A 1", "add X-A 2", "add X-A 3", "write hello"),
		scriptCase("header/several challenges", "add WWW-Authenticate Basic realm=\"a\"", "add WWW-Authenticate Bearer", "status 401"),
		scriptCase("header/changed after WriteHeader", "set X-A before", "status 200", "set X-A after", "set X-B new", "write hello"),
		scriptCase("header/changed after Write", "set X-A before", "write hello", "set X-A after", "set X-B new"),
		scriptCase("header/line breaks in a value", "set X-A one\r\nX-Injected: 1\nX-Injected2: 2\rX-Injected3: 3", "write hello"),
		scriptCase("header/bad names", "raw X:Bad 1", "raw X\rInjected:\x201 2", "raw X-Ümlaut 3", "raw  4", "write hello"),
		scriptCase("header/NUL in a value", "set X-A a\x00b", "write hello"),
		scriptCase("header/name in lower case", "raw x-lower 1", "write hello"),
		scriptCase("header/name with underscore", "raw X_Under 1", "write hello"),
		scriptCase("header/empty value", "set X-Empty ", "write hello"),
		scriptCase("header/blanks around a value", "set X-A   a  ", "write hello"),
		scriptCase("header/UTF-8", "set X-A ä€", "write hello"),
		scriptCase("header/long", "set X-A "+strings.Repeat("ghijklmnop", 250), "write hello"),
		scriptCase("header/three large cookies", "large Set-Cookie 2900", "large Set-Cookie 2900", "large Set-Cookie 2900", "write hello"),
		scriptCase("header/line of 9 kB", "large X-A 9000", "write hello"),
		scriptCase("header/many", "many 60", "write hello"),
		scriptCase("header/hop by hop: Keep-Alive", "set Keep-Alive timeout=5", "write hello"),
		scriptCase("header/hop by hop: Connection", "set Connection close", "write hello"),
		scriptCase("header/hop by hop: Connection with a name", "set Connection X-A", "set X-A 1", "write hello"),
		scriptCase("header/hop by hop: Transfer-Encoding", "set Transfer-Encoding chunked", "write hello"),
		scriptCase("header/hop by hop: identity", "set Transfer-Encoding identity", "write hello"),
		scriptCase("header/hop by hop: Upgrade", "set Upgrade h2c", "write hello"),
		scriptCase("header/Status", "set Status 404 Not Found", "write hello"),
		scriptCase("header/X-Sendfile", "set X-Sendfile /etc/passwd", "set X-Accel-Redirect /etc/passwd", "write hello"),
		scriptCase("header/Script-Control", "set Script-Control no-abort", "write hello"),
		scriptCase("header/trailer", "set Trailer X-Sum", "write hello", "set X-Sum 1"),
		scriptCase("header/trailer by prefix", "write hello", "flush", "set Trailer:X-Sum 1"),
		own("Date", "Date", "Wed, 01 May 2024 12:00:00 GMT"),
		own("Server", "Server", "mine/1"),
	}
}

// redirectCases are about Location, which servers take for an order of their own (RFC 3875 §6.2.2).
func redirectCases() []Case {
	cases := []Case{
		scriptCase("location/200 local", "set Location /dump/elsewhere", "write here"),
		scriptCase("location/200 absolute", "set Location http://other.test/a", "write here"),
		scriptCase("location/201 local", "set Location /dump/new", "status 201", "write made"),
		scriptCase("location/201 absolute", "set Location http://suite.test/new", "status 201", "write made"),
		scriptCase("location/302 local", "set Location /dump/elsewhere", "status 302", "write there"),
		scriptCase("location/302 absolute", "set Location http://other.test/a?b=c#d", "status 302", "write there"),
		scriptCase("location/302 without body", "set Location /dump/elsewhere", "status 302"),
		scriptCase("location/404 local", "set Location /dump/elsewhere", "status 404", "write no"),
		scriptCase("location/scheme-relative", "set Location //other.test/a", "status 302"),
		scriptCase("location/relative", "set Location elsewhere", "status 302"),
		scriptCase("location/empty", "set Location ", "status 302"),
		{Name: "location/Redirect after POST", Method: "POST", Path: Script("redirect 303 /dump/"), Body: Body{Data: "a=1"}},
		{Name: "location/Redirect of HEAD", Method: "HEAD", Path: Script("redirect 302 /dump/")},
	}
	for _, code := range []int{301, 302, 307, 308} {
		cases = append(cases, scriptCase(fmt.Sprintf("location/Redirect %d", code), fmt.Sprintf("redirect %d /dump/a?b=c", code)))
	}
	return cases
}
