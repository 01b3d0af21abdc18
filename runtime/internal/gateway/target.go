package gateway

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// setTarget sets RequestURI, URL and Host as net/http does from the request
// line and the Host field (RFC 9112 §3.2).
//
// REQUEST_URI is the request target as the client sent it: no other variable
// keeps %2F and "//". Without it the path is SCRIPT_NAME and PATH_INFO, which
// are decoded (RFC 3875 §4.1.5, §4.1.13).
func (m *meta) setTarget(r *http.Request, vars Vars) error {
	target := m.target(vars.PathInfo())
	r.RequestURI = target
	authorityForm := r.Method == http.MethodConnect && !strings.HasPrefix(target, "/")
	if authorityForm {
		target = "http://" + target
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return badRequest("REQUEST_URI is no request target: " + err.Error())
	}
	if authorityForm {
		u.Scheme = ""
	}
	if escaped := EscapedPath(u); escaped != u.EscapedPath() {
		u.RawPath = escaped
	}
	r.URL = u
	r.Host = u.Host // the absolute form overrides the Host field (RFC 9112 §3.2.2)
	if r.Host == "" {
		r.Host = m.hostField()
	}
	if !validHost(r.Host) {
		return badRequest(errBadHost.Error())
	}
	return nil
}

// target is the request target. Embedded servers, and some rewrites, send
// REQUEST_URI without the query: then it is QUERY_STRING. A query of its own
// counts alone, as a server may have added to the other (Apache's QSA).
func (m *meta) target(pathInfo string) string {
	switch uri := m.requestURI; {
	case uri == "":
		return m.composeTarget(pathInfo)
	case m.query == "" || strings.Contains(uri, "?"):
		return uri
	case strings.HasPrefix(uri, "/") || strings.Contains(uri, "://"):
		return uri + "?" + m.query
	default: // asterisk and authority form have no path (RFC 9112 §3.2)
		return uri
	}
}

// composeTarget makes a target of SCRIPT_NAME and PATH_INFO, which are decoded.
func (m *meta) composeTarget(pathInfo string) string {
	path := m.scriptName + pathInfo
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := url.URL{Path: path, RawQuery: m.query}
	return u.RequestURI()
}

// PathInfo returns PATH_INFO as RFC 3875 §4.1.5 defines it. IIS puts SCRIPT_NAME
// in front of it, unless AllowPathInfoForScriptMappings is set.
func (v Vars) PathInfo() string {
	script, info := v.Get("SCRIPT_NAME"), v.Get("PATH_INFO")
	if rest, ok := strings.CutPrefix(info, script); ok && script != "" && (rest == "" || rest[0] == '/') && v.isIIS() {
		return rest
	}
	return info
}

// isIIS reports whether the server is IIS, by variables that no other server
// sets and no client can. That PATH_INFO begins with SCRIPT_NAME shows nothing:
// on any other server the client has asked for it.
func (v Vars) isIIS() bool {
	return strings.HasPrefix(v.Get("SERVER_SOFTWARE"), "Microsoft-IIS/") ||
		v.Get("APPL_MD_PATH") != "" || v.Get("INSTANCE_META_PATH") != ""
}

// EscapedPath returns the path of u with the escapes that the client chose.
// URL.EscapedPath forgets them where any byte stands as it is that has to be
// escaped (RFC 3986 §3.3): of "/a%2Fb^" it makes "/a/b%5E", another path. Where
// no slash is escaped, the path stays the same.
func EscapedPath(u *url.URL) string {
	if !strings.Contains(u.RawPath, "%2F") && !strings.Contains(u.RawPath, "%2f") {
		return u.EscapedPath()
	}
	escaped := escapeRaw(u.RawPath)
	if plain, err := url.PathUnescape(escaped); err != nil || plain != u.Path {
		return u.EscapedPath() // somebody has changed the path alone
	}
	return escaped
}

// escapeRaw escapes the bytes of a path that have to be and are not.
func escapeRaw(path string) string {
	n := 0
	for i := range len(path) {
		if !isPathByte(path[i]) {
			n++
		}
	}
	if n == 0 {
		return path
	}
	const hex = "0123456789ABCDEF"
	escaped := make([]byte, 0, len(path)+2*n)
	for i := range len(path) {
		if c := path[i]; isPathByte(c) {
			escaped = append(escaped, c)
		} else {
			escaped = append(escaped, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(escaped)
}

// isPathByte reports whether a byte may stand in an escaped path, as package
// url sees it: pchar of RFC 3986 §3.3, the slash, and brackets.
func isPathByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) ||
		strings.IndexByte("/%-._~!$&'()*+,;=:@[]", c) >= 0
}

// hostField returns the Host field, or what stands for it in a request of
// HTTP/1.0: SERVER_NAME and SERVER_PORT (RFC 3875 §4.1.14, §4.1.15).
func (m *meta) hostField() string {
	if m.host != "" || m.serverName == "" {
		return m.host
	}
	name := unbracket(m.serverName)
	switch {
	case m.serverPort == "" || m.serverPort == m.defaultPort():
		if strings.Contains(name, ":") {
			return "[" + name + "]"
		}
		return name
	default:
		return net.JoinHostPort(name, m.serverPort)
	}
}

func (m *meta) defaultPort() string {
	if m.isTLS() {
		return "443"
	}
	return "80"
}

// validHost reports whether every byte of a Host field may stand in one, as
// net/http checks it.
func validHost(host string) bool {
	for i := range len(host) {
		c := host[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) ||
			strings.IndexByte("!$%&'()*+,-.:;=[]_~", c) >= 0) {
			return false
		}
	}
	return true
}

// isTLS reports whether the client spoke TLS with the server. RFC 3875 has no
// variable for it; servers set HTTPS to on, On, 1, yes or true.
func (m *meta) isTLS() bool {
	switch strings.ToLower(m.https) {
	case "on", "1", "yes", "true":
		return true
	case "":
		return strings.EqualFold(m.scheme, "https")
	}
	return false
}

// tlsState says of the client's connection what mod_ssl's SSL_* variables say.
// The certificate of the client stays in SSL_CLIENT_CERT: code that parses
// certificates would make every program 200 KB larger.
func (m *meta) tlsState(vars Vars) *tls.ConnectionState {
	if !m.isTLS() {
		return nil
	}
	return &tls.ConnectionState{
		HandshakeComplete: true,
		ServerName:        vars.Get("SSL_TLS_SNI"),
		DidResume:         vars.Get("SSL_SESSION_RESUMED") == "Resumed",
		Version:           tlsVersion(vars.Get("SSL_PROTOCOL")),
		CipherSuite:       cipherSuite(vars.Get("SSL_CIPHER")),
	}
}

func tlsVersion(name string) uint16 {
	switch name {
	case "TLSv1.3":
		return tls.VersionTLS13
	case "TLSv1.2":
		return tls.VersionTLS12
	case "TLSv1.1":
		return tls.VersionTLS11
	case "TLSv1":
		return tls.VersionTLS10
	}
	return 0
}

// cipherSuite knows the suites of crypto/tls that are not insecure, by
// OpenSSL's names for them.
func cipherSuite(name string) uint16 {
	switch name {
	case "TLS_AES_128_GCM_SHA256":
		return tls.TLS_AES_128_GCM_SHA256
	case "TLS_AES_256_GCM_SHA384":
		return tls.TLS_AES_256_GCM_SHA384
	case "TLS_CHACHA20_POLY1305_SHA256":
		return tls.TLS_CHACHA20_POLY1305_SHA256
	case "ECDHE-ECDSA-AES128-GCM-SHA256":
		return tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
	case "ECDHE-ECDSA-AES256-GCM-SHA384":
		return tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
	case "ECDHE-ECDSA-CHACHA20-POLY1305":
		return tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
	case "ECDHE-RSA-AES128-GCM-SHA256":
		return tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
	case "ECDHE-RSA-AES256-GCM-SHA384":
		return tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
	case "ECDHE-RSA-CHACHA20-POLY1305":
		return tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
	}
	return 0
}
