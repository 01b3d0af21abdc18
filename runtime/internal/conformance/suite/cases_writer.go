package suite

// writerCases are about what a ResponseWriter can do besides.
func writerCases() []Case {
	return []Case{
		scriptCase("writer/interfaces", "interfaces", "write hello"),
		scriptCase("writer/strings", "string hello ", "string world"),
		scriptCase("writer/copy", "copy hello"),
		scriptCase("writer/copy into a declared length", "set Content-Length 5", "copy hello and more"),
		scriptCase("writer/file", "file 300000"),
		scriptCase("writer/file with a declared length", "set Content-Length 300000", "file 300000"),
		scriptCase("writer/file for 204", "status 204", "file 1000"),
		{Name: "writer/file for HEAD", Method: "HEAD", Path: Script("file 300000")},
		scriptCase("writer/text and file", "write hello", "file 300000", "write end"),
		scriptCase("writer/many small writes", "tiny 20000"),
		scriptCase("writer/empty write", "write ", "set X-Late 1", "write hello"),
		scriptCase("writer/flush first", "flush", "set X-Late 1", "write hello"),
		scriptCase("writer/flush between", "write hello ", "flush", "write world"),
		scriptCase("writer/flush by controller", "write hello", "flusherror"),
		scriptCase("writer/flush with 204", "status 204", "flush"),
		scriptCase("writer/deadlines", "deadlines", "write hello"),
		scriptCase("writer/full duplex", "duplex", "write hello"),
		scriptCase("writer/hijack", "hijack"),
		scriptCase("writer/context", "context", "write hello"),
		{Name: "writer/read after write", Method: "POST", Path: Script("write hello ", "show"), Body: Body{Data: "body"}},
	}
}

// contentCases are about content types, ranges and encodings.
func contentCases() []Case {
	document := func(name string, header ...string) Case {
		return Case{Name: "content/" + name, Path: Script("content a.txt"), Header: header}
	}
	return []Case{
		scriptCase("content/sniffed HTML", "write <!DOCTYPE html><p>hello"),
		scriptCase("content/sniffed text", "write hello"),
		scriptCase("content/sniffed PNG", "write \x89PNG\x0d\x0a\x1a\x0a"),
		scriptCase("content/sniffed by the first write", "write <", "write html>"),
		scriptCase("content/sniffed after flush", "flush", "write <html>"),
		scriptCase("content/set", "set Content-Type application/json", "write {}"),
		scriptCase("content/none", "none Content-Type", "write hello"),
		scriptCase("content/empty", "set Content-Type ", "write hello"),
		scriptCase("content/not sniffed with an encoding", "set Content-Encoding br", "write hello"),
		scriptCase("content/nosniff", "set X-Content-Type-Options nosniff", "error 400 <b>no</b>"),
		scriptCase("content/gzip", "gzip hello hello hello"),
		document("document"),
		document("range", "Range: bytes=10-19"),
		document("open range", "Range: bytes=990-"),
		document("last bytes", "Range: bytes=-5"),
		document("two ranges", "Range: bytes=0-4,10-14"),
		document("range beyond the end", "Range: bytes=5000-"),
		document("no range", "Range: lines=1-2"),
		document("range of another version", "Range: bytes=10-19", `If-Range: "v0"`),
		document("not modified by tag", `If-None-Match: "v1"`),
		document("not modified by time", "If-Modified-Since: Wed, 01 May 2024 12:00:00 GMT"),
		document("modified by tag", `If-None-Match: "v0"`),
		document("failed condition", `If-Match: "v0"`),
	}
}

// streamCases are about when the client receives something: the handler awaits that it has.
func streamCases() []Case {
	await := func(c Case, seen string) Case {
		c.Await = seen
		return c
	}
	return []Case{
		await(scriptCase("stream/header first", "flush", "await", "write hello"), "header"),
		await(scriptCase("stream/header before nothing", "flush", "await"), "header"),
		await(scriptCase("stream/part of the body", "write hello\n", "flush", "await", "write world\n"), "hello"),
		await(scriptCase("stream/events", "set Content-Type text/event-stream", "write data: 1\n\n", "flush", "await", "write data: 2\n\n", "flush"), "data: 1"),
		await(scriptCase("stream/large part", "bytes 200000", "flush", "await", "write end"), "line 15000\n"),
		await(Case{Method: "POST", Name: "stream/body unread", Path: Script("write hello\n", "flush", "await", "write world\n"), Body: Body{Data: string(Pattern(100_000))}}, "hello"),
	}
}

// panicCases: a response that is not complete must not look so.
func panicCases() []Case {
	return []Case{
		scriptCase("panic/before write", "panic oh"),
		scriptCase("panic/after header", "set X-A 1", "status 201", "panic oh"),
		scriptCase("panic/after write", "write hello", "panic oh"),
		scriptCase("panic/after flush", "write hello", "flush", "panic oh"),
		scriptCase("panic/after flush of a declared length", "set Content-Length 500", "write hello", "flush", "panic oh"),
		scriptCase("panic/after a large write", "bytes 300000", "panic oh"),
		scriptCase("panic/after a large write of a declared length", "set Content-Length 500000", "bytes 300000", "panic oh"),
		scriptCase("abort/before write", "abort"),
		scriptCase("abort/after write", "write hello", "abort"),
		scriptCase("abort/after flush of a declared length", "set Content-Length 500", "write hello", "flush", "abort"),
	}
}

// processCases are about what surrounds the handler: the client's bytes reach no flag, no variable and no child.
func processCases() []Case {
	return []Case{
		scriptCase("process/print", "print X-Stray: 1", "write hello"),
		scriptCase("process/print and flush", "print stray", "flush", "write hello", "print stray"),
		get("process/arguments", "/args?-c+/etc/passwd"),
		get("process/encoded arguments", "/args?-c%3D/etc/passwd+-listen"),
		scriptCase("process/environment", "env"),
		{Name: "process/environment of a client", Path: Script("env"), Header: []string{"X-A: 1", "Proxy: evil:1", "Authorization: Basic dXNlcjpwYXNz"}},
		{Name: "process/standard input", Method: "POST", Path: Script("stdin", "show"), Body: Body{Data: "hello"}},
		{Name: "process/child", Method: "POST", Path: Script("child", "show"), Body: Body{Data: "hello"}, Header: []string{"Proxy: evil:1"}},
		{Name: "process/outgoing proxy", Path: Script("proxy"), Header: []string{"Proxy: evil:1"}},
	}
}
