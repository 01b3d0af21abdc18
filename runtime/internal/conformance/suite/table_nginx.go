package suite

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
			But:     []string{"nginx-fastcgi", "nginx-scgi"},
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
			Cases:   []string{"body/chunked", "body/PUT, chunked", "body/REPORT, chunked", "body/chunked, like a chunk", "body/chunked with trailer", "body/Expect: 100-continue and chunked"},
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
			Mounts:  []string{"direct", "sub-directory", "spawned"},
			Cases:   []string{"header/X-Sendfile"},
			Own:     404,
			Reason:  "nginx takes X-Accel-Redirect for an order, and looks for that location (fastcgi_ignore_headers)",
		},
		{
			Servers: nginx,
			Mounts:  []string{"rewrite", "whole path", "spawn-fcgi", "systemd", "unnamed"},
			Cases:   []string{"header/X-Sendfile"},
			Own:     500,
			Reason:  "nginx takes X-Accel-Redirect for an order, and here comes to the same program again and again (fastcgi_ignore_headers)",
		},
		{
			Servers: nginx,
			Cases:   []string{"content/empty"},
			Change:  []string{"-Content-Type: "},
			Reason:  "An empty Content-Type counts as a missing one",
		},
	}
}
