package suite

import "slices"

// onGateways: what is particular to programs that keep running. What is said of the same web server with CGI holds too.
func onGateways() []Difference {
	return slices.Concat(onNginxGateways(), onApacheGateways(), onLighttpdGateways(), onHAProxy(), invented(), nameless())
}

// invented is the length of requests that have no such field.
func invented() []Difference {
	const (
		zero    = "The server says CONTENT_LENGTH=0 for a request without such a field, and nothing shows the difference: after a method that means a body, clients send it"
		leftOut = "The server says CONTENT_LENGTH=0 for a request without such a field, and nothing shows the difference: the field is left out, the length is 0"
	)
	added, dropped := []string{`+body: header Content-Length: "0"`}, []string{`-body: header Content-Length: "0"`}
	none := []string{"body/neither length nor body", "body/PUT with neither length nor body", "body/PATCH with neither length nor body"}
	list := []Difference{
		{Servers: []string{"lighttpd-fastcgi", "lighttpd-scgi"}, Mounts: unnamed(), Cases: []string{none[1], none[2], "body/chunked and empty"}, Change: added, Reason: zero},
		{Servers: []string{"caddy-fastcgi"}, Mounts: unnamed(), Cases: slices.Concat(none, []string{"method/lower case"}), Change: added, Reason: zero},
		{Servers: []string{"apache-proxy-fcgi"}, Mounts: unnamed(), Cases: []string{"body/DELETE of length 0"}, Change: dropped, Reason: leftOut},
	}
	for _, server := range []string{"apache-fcgid", "apache-proxy-scgi", "haproxy-fastcgi"} {
		list = append(list,
			Difference{Servers: []string{server}, Cases: none, Change: added, Reason: zero},
			Difference{Servers: []string{server}, Cases: []string{"body/DELETE of length 0"}, Change: dropped, Reason: leftOut})
	}
	return list
}

// nameless is what is not sent to a server that may be any.
func nameless() []Difference {
	var list []Difference
	for _, servers := range [][]string{{"nginx-fastcgi"}, {"apache-proxy-fcgi"}, {"lighttpd-fastcgi", "lighttpd-scgi"}, {"caddy-fastcgi"}, {"haproxy-fastcgi"}} {
		list = append(list, Difference{
			Servers: servers,
			Mounts:  unnamed(),
			Cases:   []string{"location/200 local", "location/200 absolute"},
			Change:  []string{"-Location: *"},
			Reason:  "A server without a name may be one that takes a Location with status 200 for a redirect (RFC 3875 §6.2.2): the status and the body are kept, the field is not",
		})
	}
	return list
}

// unnamed are the mounts in which the server does not say who it is.
func unnamed() []string { return []string{"unnamed"} }

// cut names the cases in which a response breaks off after a part of it has left.
var cut = []string{
	"length/declared too long and large", "length/declared too long and flushed", "panic/after flush",
	"panic/after flush of a declared length", "panic/after a large write", "panic/after a large write of a declared length",
	"abort/after flush of a declared length",
}

// nothingSent names the cases in which a body is declared and none of it is written in time.
var nothingSent = []string{"length/declared too short in one write", "writer/copy into a declared length"}

// somewhere is a response that ends before its end, where exactly is a matter of chance.
var somewhere = []string{
	"?-status 200", "?-Content-Type: *", "?-Content-Length: *", "?-body: *", "?+body: *",
	"?-failure: body cut", "?+status 0", "?+failure: no response",
}

func onNginxGateways() []Difference {
	return []Difference{
		{
			Servers: []string{"nginx-fastcgi"},
			Cases:   slices.Concat(cut, nothingSent),
			Change:  somewhere,
			Reason:  "A deliberately invalid record shows nginx that the response is not complete; nginx drops what it has received together with the record, perhaps all of it",
		},
		{
			Servers: []string{"nginx-scgi"},
			Cases:   slices.Concat(cut, nothingSent),
			Change:  somewhere,
			Reason:  "On TCP the response ends with a reset, before which nginx may lose the end of it; on a unix socket without a declared length nothing shows that it is not complete",
		},
	}
}

func onApacheGateways() []Difference {
	collected := "Apache collects a chunked body and says how long it is"
	return []Difference{
		{
			Servers: []string{"apache-fcgid", "apache-proxy-fcgi"},
			Cases:   []string{"stream/header first", "stream/header before nothing"},
			Hangs:   true,
			Reason:  "Apache holds back a header until the body begins",
		},
		{
			Servers: []string{"apache-fcgid", "apache-proxy-fcgi"},
			Cases:   []string{"body/chunked", "body/PUT, chunked", "body/REPORT, chunked", "body/chunked, like a chunk", "body/chunked with trailer", "body/Expect: 100-continue and chunked"},
			Change:  []string{`?-body: length -1 encoding ["chunked"]`, "?+body: length 5 encoding []", `?+body: header Content-Length: "5"`},
			Reason:  collected,
		},
		{
			Servers: []string{"apache-fcgid", "apache-proxy-fcgi"},
			Cases:   []string{"body/chunked and large"},
			Change:  []string{`?-body: length -1 encoding ["chunked"]`, "?+body: length 1048576 encoding []", `?+body: header Content-Length: "1048576"`},
			Reason:  collected,
		},
		{
			Servers: []string{"apache-fcgid", "apache-proxy-fcgi"},
			Cases:   []string{"body/chunked and empty"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, "+body: length 0 encoding []", `+body: header Content-Length: "0"`},
			Reason:  collected,
		},
		{
			Servers: []string{"apache-fcgid"},
			Cases:   cut,
			Change:  append([]string{"?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *", "?+body: *"}, somewhere...),
			Reason:  "mod_fcgid adds an error page to a response that breaks off",
		},
		{
			Servers: []string{"apache-fcgid"},
			Cases:   nothingSent,
			Own:     500,
			Reason:  "A response without any of the body that it declares is an error to Apache",
		},
		{
			Servers: []string{"apache-proxy-fcgi"},
			Cases:   nothingSent,
			Own:     503,
			Reason:  "A response without any of the body that it declares is an error to Apache",
		},
		{
			Servers: []string{"apache-fcgid"},
			Cases:   []string{"field/upgrade"},
			Change:  []string{`-body: header Upgrade: "websocket"`},
			Reason:  "The connection is the server's",
		},
		{
			Servers: []string{"apache-fcgid"},
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Own:     500,
			Reason:  "mod_fcgid answers a request that breaks off by itself",
		},
		{
			Servers: []string{"apache-proxy-scgi"},
			Cases:   []string{"body/cut short"},
			Own:     500,
			Reason:  "mod_proxy_scgi answers a request that breaks off by itself",
		},
		{
			Servers: []string{"apache-proxy-scgi"},
			Cases: []string{"body/chunked", "body/PUT, chunked", "body/REPORT, chunked", "body/chunked, like a chunk", "body/chunked and large", "body/chunked and empty", "body/chunked with trailer",
				"body/Expect: 100-continue and chunked", "unread/small, chunked", "unread/large, chunked", "unread/echo, large, chunked", "body/cut short and chunked"},
			Own:    411,
			Reason: "mod_proxy_scgi wants to know the length of a body",
		},
	}
}

func onLighttpdGateways() []Difference {
	return []Difference{
		{
			Servers: []string{"lighttpd-fastcgi"},
			Cases:   []string{"panic/after flush"},
			Change:  []string{"?-failure: body cut"},
			Reason:  "lighttpd takes a response for whole if its end arrives together with what was flushed",
		},
		{
			Servers: []string{"lighttpd-fastcgi", "lighttpd-scgi"},
			Cases:   []string{"field/underscore and hyphen"},
			Change:  []string{`+body: header X-A: "hyphen" "underscore"`, `-body: header X-A: "hyphen"`, `-body: header X_a: "underscore"`},
			Reason:  "lighttpd sends a variable for each of the two fields, under one name",
		},
	}
}

func onHAProxy() []Difference {
	haproxy := []string{"haproxy-fastcgi"}
	noLength := "HAProxy says how long a chunked body is, if it has all of it at hand"
	return []Difference{
		{
			Servers: haproxy,
			Cases:   []string{"target/raw bytes above ASCII", "query/raw bytes above ASCII", "target/absolute form and another Host"},
			Own:     400,
			Reason:  "HAProxy refuses them",
		},
		{
			Servers: haproxy,
			Cases:   []string{"target/asterisk form"},
			Own:     500,
			Reason:  "HAProxy has no path to make SCRIPT_NAME of",
		},
		{
			Servers: haproxy,
			Cases:   []string{"field/name with underscore", "field/underscore and hyphen"},
			Change:  []string{`-body: header X_a: "underscore"`},
			Reason:  "HAProxy drops fields with an underscore in the name",
		},
		{
			Servers: haproxy,
			Cases:   []string{"field/underscored Content_Length"},
			Change:  []string{`-body: header Content_length: "5"`},
			Reason:  "HAProxy drops fields with an underscore in the name",
		},
		{
			Servers: haproxy,
			Cases:   []string{"field/upgrade"},
			Change:  []string{`-body: header Upgrade: "websocket"`},
			Reason:  "The connection is the server's",
		},
		{
			Servers: haproxy,
			Cases:   []string{"body/chunked", "body/PUT, chunked", "body/REPORT, chunked", "body/chunked, like a chunk", "body/chunked with trailer", "body/Expect: 100-continue and chunked"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, "+body: length 5 encoding []", `+body: header Content-Length: "5"`},
			Reason:  noLength,
		},
		{
			Servers: haproxy,
			Cases:   []string{"body/chunked and empty"},
			Change:  []string{`-body: length -1 encoding ["chunked"]`, "+body: length 0 encoding []", `+body: header Content-Length: "0"`},
			Reason:  noLength,
		},
		{
			Servers: haproxy,
			Cases:   []string{"body/chunked and large", "unread/large, chunked", "unread/echo, large, chunked"},
			Own:     400,
			Reason:  "HAProxy cannot pass on a chunked body that is larger than its buffer",
		},
		{
			Servers: haproxy,
			Cases:   []string{"body/Expect: *"},
			Change:  []string{`-body: header Expect: "100-continue"`},
			Reason:  "HAProxy has answered the field",
		},
		{
			Servers: haproxy,
			Cases:   []string{"body/cut short", "body/cut short and chunked"},
			Change:  neverStarted,
			Reason:  "HAProxy drops a request that breaks off",
		},
		{
			Servers: haproxy,
			Cases:   []string{"writer/context"},
			Change: []string{"-journal: context: <nil>, local address tcp 127.0.0.1 with port true",
				"+journal: context: <nil>, local address tcp 0.0.0.0 with port true"},
			Reason: "HAProxy says nothing about its own address but the port",
		},
	}
}
