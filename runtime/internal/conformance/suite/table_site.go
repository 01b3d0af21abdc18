package suite

import "slices"

// onSites: a whole application, at the root of a host or below a base.
func onSites() []Difference {
	return slices.Concat(sitesOnApache(), sitesOnCaddy(), sitesElsewhere(), sitesEverywhere(nil), sitesEverywhere([]string{Web}))
}

// sitesEverywhere: what the runtime thinks better of, over HTTP as well.
func sitesEverywhere(servers []string) []Difference {
	list := []Difference{{
		Servers: servers,
		Cases:   []string{"site/encoded dot*", "site/dots and encoded slash", "site/dots between *"},
		Own:     400,
		Reason:  dotsReason,
	}}
	escaped := func(name, path, theirs, ours string) {
		list = append(list, Difference{
			Servers: servers,
			But:     []string{"caddy-fastcgi", "caddy-fcgiwrap"},
			Cases:   []string{name},
			Change:  []string{`-body: path "` + path + `" escaped "` + theirs + `" query ""`, `+body: path "` + path + `" escaped "` + ours + `" query ""`},
			Reason:  forgottenReason,
		})
	}
	escaped("site/encoded slash and raw caret", `/a/b^`, "/a/b%5E", "/a%2Fb%5E")
	escaped("site/encoded slash and raw quote", `/a/b\"`, "/a/b%22", "/a%2Fb%22")
	escaped("site/encoded slash and raw backslash", `/a/b\\c`, "/a/b%5Cc", "/a%2Fb%5Cc")
	escaped("site/encoded slash and raw braces", `/a/{b}`, "/a/%7Bb%7D", "/a%2F%7Bb%7D")
	escaped("site/encoded slash and raw UTF-8", "/a/\u00e9", "/a/%C3%A9", "/a%2F%C3%A9")
	return list
}

func sitesOnApache() []Difference {
	apache := []string{"apache-cgid", "apache-cgi"}
	percent := "By ProxyPass without a <Location> for the path, Apache refuses an encoded percent"
	proxied := []string{"ProxyPass", "ProxyPassMatch", "ProxyPass and GENERIC", "ProxyPass and proxy-fcgi-pathinfo", "ProxyPass and proxy-scgi-pathinfo", "ProxyPass below with the variable CGIGEN_BASE"}
	question := "Apache refuses an encoded question mark where it would stand in a path that is made anew"
	return []Difference{
		{
			Servers: apache,
			Cases:   []string{"site/dots first"},
			Own:     400,
			Reason:  "Apache refuses dots that lead out of the root",
		},
		{
			Servers: apache,
			Mounts:  []string{"stock"},
			Cases: []string{"site/encoded slash*", "site/two encoded slashes", "site/encoded UTF-8 and slash", "site/dots and encoded slash",
				"site/encoded dots and slash", "site/dots between encoded slashes", "site/PUT of an encoded name"},
			Own:    404,
			Reason: "Apache refuses an encoded slash unless the server's configuration says AllowEncodedSlashes NoDecode, which .htaccess cannot",
		},
		{
			Servers: []string{"apache-proxy-fcgi"},
			Mounts:  proxied,
			Cases:   []string{"site/encoded percent"},
			Own:     400,
			Reason:  percent,
		},
		{
			Servers: []string{"apache-proxy-scgi"},
			Mounts:  proxied,
			Cases:   []string{"site/encoded percent"},
			Own:     400,
			Reason:  percent,
		},
		{
			Servers: apache,
			Mounts:  []string{".htaccess with the rest as PATH_INFO"},
			Cases:   []string{"site/encoded percent"},
			Own:     400,
			Reason:  "A RewriteRule that puts the path into its target escapes nothing: Apache refuses a percent",
		},
		{
			Servers: apache,
			Mounts:  []string{".htaccess with the rest as PATH_INFO"},
			Cases:   []string{"site/encoded question mark and hash"},
			Own:     403,
			Reason:  question,
		},
		{
			Servers: []string{"apache-proxy-fcgi"},
			Mounts:  []string{"SetHandler", "package"},
			Cases:   []string{"site/encoded question mark and hash"},
			Own:     403,
			Reason:  question,
		},
		{
			Servers: []string{"apache-proxy-fcgi"},
			Mounts:  []string{"ProxyPass and nocanon"},
			Cases:   []string{"site/query", "site/empty query", "site/query with a path"},
			Own:     403,
			Reason:  "With nocanon, mod_proxy_fcgi takes the query for a part of the path, and refuses it",
		},
	}
}

func sitesOnCaddy() []Difference {
	caddy := []string{"caddy-fcgiwrap"}
	anew := "Caddy writes the request target anew"
	lost := "Caddy writes the request target anew, and an encoded slash is lost beside a raw byte that a path cannot have"
	change := func(reason, name string, lines ...string) Difference {
		return Difference{Servers: caddy, Cases: []string{name}, Change: lines, Reason: reason}
	}
	uri := func(reason, name, from, to string) Difference {
		return change(reason, name, `-body: uri "`+from+`"`, `+body: uri "`+to+`"`)
	}
	return []Difference{
		uri(anew, "site/raw UTF-8", "/\u00e9", "/%C3%A9"),
		uri(anew, "site/raw angle brackets", "/a<b>c", "/a%3Cb%3Ec"),
		uri(anew, "site/raw backquote", "/a`b", "/a%60b"),
		uri(anew, "site/raw backslash", `/a\\b`, "/a%5Cb"),
		uri(anew, "site/raw bar", "/a|b", "/a%7Cb"),
		uri(anew, "site/raw braces", "/a{b}c", "/a%7Bb%7Dc"),
		uri(anew, "site/raw caret", "/a^b", "/a%5Eb"),
		uri(anew, "site/raw quote", `/a\"b`, "/a%22b"),
		uri(lost, "site/encoded slash and raw caret", "/a%2Fb^", "/a/b%5E"),
		uri(lost, "site/encoded slash and raw quote", `/a%2Fb\"`, "/a/b%22"),
		uri(lost, "site/encoded slash and raw backslash", `/a%2Fb\\c`, "/a/b%5Cc"),
		uri(lost, "site/encoded slash and raw braces", "/a%2F{b}", "/a/%7Bb%7D"),
		uri(lost, "site/encoded slash and raw UTF-8", "/a%2F\u00e9", "/a/%C3%A9"),
	}
}

func sitesElsewhere() []Difference {
	absolute := []string{`-body: uri "http://suite.test/foo/"`, `+body: uri "/foo/"`}
	const home = "On the site's first page nothing is left of the path that could show what the server has cut off: CGIGEN_BASE says it"
	list := []Difference{
		homePage("nginx-fastcgi", "rewrite", "/app/", home),
		homePage("caddy-fastcgi", "handle_path", "/shop/", home),
		{
			Servers: []string{"caddy-fastcgi"},
			Mounts:  []string{"php_fastcgi"},
			Cases:   []string{"site/index file in a folder"},
			Change: []string{`-body: path "/foo/index.php" escaped "/foo/index.php" query ""`, `-body: below "where it is mounted"`,
				`+body: path "/index.php" escaped "/index.php" query ""`, `+body: below "/foo"`},
			Reason: "A path that ends like the file to which the server has rewritten it looks like one of which the server has cut off what is in front: CGIGEN_BASE=/ says that it has not",
		},
		{
			Servers: []string{"nginx-fcgiwrap"},
			Cases:   []string{"site/dots first"},
			Own:     400,
			Reason:  "nginx refuses dots that lead out of the root",
		},
		{
			Servers: []string{"lighttpd"},
			Cases:   []string{"site/bytes that are no UTF-8"},
			Own:     400,
			Reason:  "lighttpd refuses bytes that are no UTF-8 (url-invalid-utf8-reject)",
		},
		{
			Servers: []string{"haproxy-fastcgi"},
			Cases:   []string{"site/raw UTF-8", "site/encoded slash and raw UTF-8"},
			Own:     400,
			Reason:  "HAProxy refuses them",
		},
	}
	for _, server := range []string{"nginx-fcgiwrap", "lighttpd", "caddy-fcgiwrap"} {
		list = append(list, Difference{Servers: []string{server}, Cases: []string{"site/absolute form"}, Change: absolute,
			Reason: "The request target arrives in origin form"})
	}
	return list
}

// homePage is the first page of a site below a base that the server has cut off.
func homePage(server, mount, path, reason string) Difference {
	return Difference{
		Servers: []string{server},
		Mounts:  []string{mount},
		Cases:   []string{"site/root"},
		Change: []string{`-body: path "/" escaped "/" query ""`, `-body: below "where it is mounted"`,
			`+body: path "` + path + `" escaped "` + path + `" query ""`, `+body: below ""`},
		Reason: reason,
	}
}
