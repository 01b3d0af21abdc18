package doctor

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/rules"
)

// example returns an address that a route has, escaped.
func example(r manifest.Route, value string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.Path, "/"), "/") {
		b.WriteByte('/')
		switch {
		case segment == "{$}" || segment == "":
		case strings.HasPrefix(segment, "{"):
			b.WriteString(value)
		case strings.Contains(segment, "%"):
			b.WriteString(segment)
		default:
			b.WriteString((&url.URL{Path: segment}).EscapedPath())
		}
	}
	return b.String()
}

func hostHeader(r manifest.Route) http.Header {
	if r.Host == "" {
		return nil
	}
	return http.Header{"Host": {r.Host}}
}

// checkRoutes calls every route. Those that do not take GET are asked with
// OPTIONS, which no route of theirs takes: the program answers 405.
func (v *visit) checkRoutes() {
	for _, r := range v.manifest.Routes {
		method := "GET"
		if r.Method != "" && r.Method != "GET" && r.Method != "HEAD" {
			method = "OPTIONS"
		}
		c := call{path: v.base.Path + example(r, "1"), method: method, what: "the route " + r.Pattern, program: r.Program, header: hostHeader(r)}
		if !v.judge(c) {
			continue
		}
		v.proven++
		if method == "GET" && r.Host == "" {
			v.followRedirects(c.path, nil)
		}
	}
}

// followRedirects finds out whether an address leads in a circle, and reports that.
func (v *visit) followRedirects(path string, header http.Header) bool {
	start := v.at(path)
	var seen []string
	for range 10 {
		a := v.do("GET", path, nil, header)
		if a.err != nil || a.status < 301 || a.status > 308 || a.status == 304 {
			return false
		}
		from, err := url.Parse(v.at(path))
		if err != nil {
			return false
		}
		if host := header.Get("Host"); host != "" {
			from.Host = host
		}
		to, err := from.Parse(a.header.Get("Location"))
		if err != nil || to.Host != from.Host && (header.Get("Host") == "" || to.Hostname() != from.Hostname()) || to.Scheme != v.base.Scheme {
			return false
		}
		seen = append(seen, path)
		path = to.RequestURI()
		if slices.Contains(seen, path) {
			break
		}
	}
	v.add(Finding{"redirect-loop", Error, start, fmt.Sprintf("redirects lead in a circle: %s", strings.Join(append(seen, path), " → ")),
		"a rule of the host, such as one that adds or removes slashes or forces HTTPS, contradicts a rule of the site",
		"remove the redirect from the panel or from the .htaccess above the site's; behind a proxy that ends TLS, ask the host to pass HTTPS=on"})
	return true
}

// quiet finds an address that takes GET and for which another method is
// answered 405 by the program, so that it can be sent without consequences.
func (v *visit) quiet(method string) (string, bool) {
	var all []rules.Route
	for _, r := range v.manifest.Routes {
		all = append(all, rules.Route(r))
	}
	for _, r := range v.manifest.Routes {
		taken := slices.ContainsFunc(all, func(o rules.Route) bool {
			return (o.Method == "" || o.Method == method) && rules.Overlap(o.Path, r.Path)
		})
		if r.Method == "GET" && r.Host == "" && !taken {
			return v.base.Path + example(r, "1"), true
		}
	}
	return "", false
}

// works finds a route for GET that a program answers as it should.
func (v *visit) works() (string, answer, bool) {
	for _, r := range v.manifest.Routes {
		if (r.Method == "GET" || r.Method == "") && r.Host == "" {
			path := v.base.Path + example(r, "1")
			if a := v.get(path); v.answers(routeCall(r, path), a) {
				return path, a, true
			}
		}
	}
	return "", answer{}, false
}

func (v *visit) checkHead() {
	path, got, ok := v.works()
	if !ok {
		return
	}
	if head := v.do("HEAD", path, nil, nil); head.err != nil || head.status != got.status || len(head.body) > 0 {
		v.add(Finding{"head-broken", Warning, v.at(path), fmt.Sprintf("HEAD returns status %d, GET returns %d", head.status, got.status),
			"monitors and link checkers send HEAD; a firewall of the host (ModSecurity) may refuse it", "ask the host to allow HEAD"})
	}
}

// checkMethods finds methods that the host keeps from programs.
func (v *visit) checkMethods() {
	var tried []string
	for _, r := range v.manifest.Routes {
		if r.Method == "" || r.Method == "GET" || r.Method == "HEAD" || slices.Contains(tried, r.Method) {
			continue
		}
		tried = append(tried, r.Method)
		path, ok := v.quiet(r.Method)
		if !ok || !v.alive(path) {
			continue
		}
		if a := v.do(r.Method, path, strings.NewReader(""), nil); a.err != nil || !isMux(a) && a.status != 401 {
			v.add(Finding{"method-blocked", Error, v.at(path), fmt.Sprintf("the host does not pass %s to the program, and answers %d", r.Method, a.status),
				"it allows only some methods (Limit, LimitExcept, ModSecurity), so that " + r.Pattern + " cannot be used",
				"ask the host to allow " + r.Method + "; or use POST, which all hosts allow"})
		}
	}
}

// alive reports whether a program answers there.
func (v *visit) alive(path string) bool {
	a := v.do("OPTIONS", path, nil, nil)
	return a.err == nil && isMux(a)
}

// checkUploads sends bodies to an address that does not take them: what the
// server refuses, it refuses before the program could.
func (v *visit) checkUploads() {
	path, ok := v.quiet("POST")
	if !ok || !v.alive(path) {
		return
	}
	takes := slices.ContainsFunc(v.manifest.Routes, func(r manifest.Route) bool {
		return r.Method == "" || r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH"
	})
	if !takes {
		return
	}
	kind, ok := v.acceptedKind(path)
	if !ok {
		return // the method, not the body
	}
	v.checkSizes(path, kind)
	if a := v.send(path, kind, 1000, true); v.isServers(path, a) {
		return // the page that the host has for every address says nothing of bodies
	} else if a.err != nil || !isMux(a) {
		v.add(Finding{"chunked-refused", Warning, v.at(path), "the answer to a chunked body is " + status(a),
			"the server requires a length; browsers send it, but some programs and proxies do not", "do nothing, unless you expect such clients"})
	} else {
		v.learn("body in chunks", "arrives")
	}
}

// acceptedKind is a type of content that reaches the program. Firewalls refuse
// some: the core rules of ModSecurity application/octet-stream.
func (v *visit) acceptedKind(path string) (string, bool) {
	const binary, upload = "application/octet-stream", "multipart/form-data; boundary=cgigen"
	first := v.send(path, binary, 1, false)
	if first.err == nil && isMux(first) {
		return binary, true
	}
	if a := v.send(path, upload, 1, false); a.err == nil && isMux(a) {
		v.learn(binary, "the host refuses it (%s); forms and uploads of forms arrive", status(first))
		return upload, true
	}
	return "", false
}

// send posts a body of at least size bytes.
func (v *visit) send(path, kind string, size int, chunked bool) answer {
	body := strings.Repeat("a", size)
	if strings.HasPrefix(kind, "multipart/") {
		body = "--cgigen\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cgigen.txt\"\r\nContent-Type: text/plain\r\n\r\n" + body + "\r\n--cgigen--\r\n"
	}
	var reader io.Reader = strings.NewReader(body)
	if chunked {
		reader = io.MultiReader(reader)
	}
	return v.do("POST", path, reader, http.Header{"Content-Type": {kind}})
}

// checkSizes looks for a limit on bodies. What answers with the page that every
// address gets is no limit.
func (v *visit) checkSizes(path, kind string) {
	for _, kilobytes := range []int{200, 2000} {
		a := v.send(path, kind, kilobytes<<10, false)
		if v.isServers(path, a) {
			return
		}
		if a.err != nil || !isMux(a) {
			v.add(Finding{"upload-limit", Error, v.at(path), fmt.Sprintf("the host refuses a body of %d KiB: %s", kilobytes, status(a)),
				"the server has a limit: mod_fcgid 128 KiB (FcgidMaxRequestLen), nginx 1 MiB (client_max_body_size), Apache LimitRequestBody",
				"with mod_fcgid, package with --layout subdir, for plain CGI: no .htaccess can raise its limit; otherwise ask the host to raise the limit"})
			return
		}
		if kilobytes == 2000 {
			v.learn("largest body tried", "%d KiB, arrives", kilobytes)
		}
	}
}

func status(a answer) string {
	if a.err != nil {
		return cause(a.err)
	}
	return fmt.Sprint(a.status)
}

func (v *visit) checkCompression() {
	path, _, ok := v.works()
	if !ok {
		return
	}
	a := v.do("GET", path, nil, http.Header{"Accept-Encoding": {"gzip"}})
	if a.header.Get("Content-Encoding") != "gzip" {
		v.learn("compression", "none")
		return
	}
	v.learn("compression", "gzip")
	text, err := gzip.NewReader(bytes.NewReader(a.body))
	if err == nil {
		_, err = io.Copy(io.Discard, text)
	}
	if err != nil {
		v.add(Finding{"compression-broken", Error, v.at(path), "cannot read a compressed answer: " + err.Error(),
			"browsers show nothing: the length was counted before the compression, or the answer was compressed twice",
			"switch compression off in the panel (Optimize Website), or in the program"})
	}
}

// checkSlash finds out whether %2F in a value reaches programs. Apache refuses
// it unless its configuration says otherwise, which no .htaccess can. Only a
// route that answers other values can tell.
func (v *visit) checkSlash() {
	for _, r := range v.manifest.Routes {
		if r.Method != "GET" && r.Method != "" || r.Host != "" || !strings.Contains(r.Path, "{") || strings.Contains(r.Path, "...") || strings.HasSuffix(r.Path, "/{$}") {
			continue
		}
		if path := v.base.Path + example(r, "1"); !v.answers(routeCall(r, path), v.get(path)) {
			continue
		}
		path := v.base.Path + example(r, "a%2Fb")
		if a := v.get(path); v.answers(routeCall(r, path), a) {
			v.learn("%2F in a value", "arrives")
		} else {
			v.learn("%2F in a value", "the server refuses it; use {name...} or the query for values with slashes")
		}
		return
	}
}

// answers reports whether an answer is a program's, as far as can be told, and no
// failure.
func (v *visit) answers(c call, a answer) bool {
	if a.err != nil || a.status >= 500 || a.status == http.StatusForbidden {
		return false
	}
	p, _ := v.prove(c, a)
	return p == shown || p == other
}

// routeCall is a request for a route with GET.
func routeCall(r manifest.Route, path string) call {
	return call{path: path, method: "GET", what: "the route " + r.Pattern, program: r.Program, header: hostHeader(r)}
}
