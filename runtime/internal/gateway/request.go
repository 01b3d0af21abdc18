package gateway

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// A RequestError says why meta-variables do not make a request, and which
// status the client gets for it.
type RequestError struct {
	Status int // 400 or 411
	Reason string
}

func (e *RequestError) Error() string { return e.Reason }

func badRequest(reason string) error {
	return &RequestError{http.StatusBadRequest, reason}
}

// NewRequest makes the request that net/http would have made of the client's
// bytes, from what the server says about them. Its body reads from input, which
// may carry more than the request (RFC 3875 §4.2). Errors are a *[RequestError];
// the body is there even so, to be discarded.
func NewRequest(ctx context.Context, vars Vars, input io.Reader) (*http.Request, *Body, error) {
	r, body := &http.Request{}, &Body{}
	if err := makeRequest(r, &requestContext{Context: ctx}, body, vars, input); err != nil {
		return nil, body, err
	}
	return r, body, nil
}

// makeRequest is NewRequest into memory that the caller has. Even after an error
// the request has a context.
func makeRequest(r *http.Request, rc *requestContext, body *Body, vars Vars, input io.Reader) error {
	rc.info.Vars = vars
	m := &rc.meta
	m.read(vars)
	setContext(r, rc)
	r.Header = m.header
	length, err := m.bodyLength()
	body.source, body.left = input, length
	if err == nil && m.unsure {
		length, err = body.settle(m)
	}
	if err != nil {
		return err
	}
	r.ContentLength = length
	r.Body = body
	if length == 0 {
		r.Body = http.NoBody
	}
	if length < 0 || m.chunked {
		r.TransferEncoding = []string{"chunked"} // a body without a length has no other (RFC 9112 §6.3)
	}
	r.Method = m.method
	if !isToken(m.method) {
		return badRequest("REQUEST_METHOD " + strconv.Quote(m.method) + " is no method (RFC 3875 §4.1.12)")
	}
	r.Proto, r.ProtoMajor, r.ProtoMinor = protocol(m.protocol)
	if err := m.setTarget(r, vars); err != nil {
		return err
	}
	r.RemoteAddr = hostPort(m.remoteAddr, m.remotePort)
	r.TLS = m.tlsState(vars)
	return nil
}

// setContext returns a request its context. Only WithContext can, which makes a
// copy for it: here one that does not outlive the call. Inlined, it would stay
// in the frame of who calls it.
//
//go:noinline
func setContext(r *http.Request, ctx context.Context) { *r = *r.WithContext(ctx) }

// meta are the meta-variables that make a request, read in one pass.
type meta struct {
	method, requestURI, scriptName, pathInfo, query, protocol string
	host, serverName, serverPort                              string
	remoteAddr, remotePort                                    string
	contentLength, httpContentLength                          string
	contentType, httpContentType                              string
	https, scheme, software                                   string
	scgi, chunked                                             bool
	unsure                                                    bool     // nobody has said whether there is a body
	conditional                                               bool     // there is a tag that the server may have changed
	forwarded                                                 bool     // there is a field in which proxies say for whom they ask
	repeated                                                  []string // names of fields that are there twice
	header                                                    http.Header
}

func (m *meta) read(vars Vars) {
	m.header = make(http.Header, fields(vars))
	values := make([]string, 0, min(len(vars), 12)) // memory for many one-value slices
	var redirected string
	for i := range vars {
		name, value := vars[i].Name, vars[i].Value
		if field, ok := strings.CutPrefix(name, "HTTP_"); ok {
			values = m.addField(values, field, value)
			continue
		}
		switch name {
		case "REQUEST_METHOD":
			m.method = value
		case "REQUEST_URI":
			m.requestURI = value
		case "SCRIPT_NAME":
			m.scriptName = value
		case "PATH_INFO":
			m.pathInfo = value
		case "QUERY_STRING":
			m.query = value
		case "SERVER_PROTOCOL":
			m.protocol = value
		case "SERVER_NAME":
			m.serverName = value
		case "SERVER_PORT":
			m.serverPort = value
		case "SERVER_SOFTWARE":
			m.software = value
		case "REMOTE_ADDR":
			m.remoteAddr = value
		case "REMOTE_PORT":
			m.remotePort = value
		case "CONTENT_LENGTH":
			m.contentLength = value
		case "CONTENT_TYPE":
			m.contentType = value
		case "HTTPS":
			m.https = value
		case "REQUEST_SCHEME":
			m.scheme = value
		case "SCGI":
			m.scgi = value == "1"
		case "Authorization": // mod_fastcgi's -pass-header
			redirected = value
		default:
			if strings.HasPrefix(name, "REDIRECT_") && withoutRedirects(name) == "HTTP_AUTHORIZATION" {
				redirected = value
			}
		}
	}
	m.completeHeader(redirected)
}

// fields is about the number of header fields that the variables make: those
// that every request has and that never become one do not count. A map that
// grows costs more than one that has its size at once.
func fields(vars Vars) int {
	n := 0
	for i := range vars {
		if strings.HasPrefix(vars[i].Name, "HTTP_") && vars[i].Name != "HTTP_HOST" {
			n++
		}
	}
	return n
}

// withoutRedirects removes the REDIRECT_ that Apache puts before a name for each
// internal redirect.
func withoutRedirects(name string) string {
	for {
		rest, ok := strings.CutPrefix(name, "REDIRECT_")
		if !ok {
			return name
		}
		name = rest
	}
}

// addField adds a header field of the client: HTTP_ACCEPT_LANGUAGE is
// Accept-Language (RFC 3875 §4.1.18).
func (m *meta) addField(values []string, field, value string) []string {
	switch field {
	case "HOST": // net/http keeps it in Request.Host
		m.host = value
		return values
	case "PROXY": // no client has a use for it; the variable is an attack (httpoxy)
		return values
	case "CONTENT_TYPE": // some servers send it twice
		m.httpContentType = value
		return values
	case "CONTENT_LENGTH":
		m.httpContentLength = value
		return values
	case "TRANSFER_ENCODING":
		m.chunked = strings.EqualFold(strings.TrimSpace(value), "chunked")
		return values
	case "TRAILER":
		return values
	case "IF_MATCH", "IF_NONE_MATCH":
		m.conditional = true
	}
	key, ok := fieldName(field)
	if !ok {
		return values
	}
	m.forwarded = m.forwarded || (key[0] == 'X' || key[0] == 'F') && isForwarded(key)
	if have := m.header[key]; len(have) > 0 {
		m.header[key] = append(have, value)
		m.repeated = append(m.repeated, key)
		return values
	}
	values = append(values, value)
	m.header[key] = values[len(values)-1 : len(values) : len(values)]
	return values
}

// completeHeader adds the fields that CGI carries outside HTTP_*.
func (m *meta) completeHeader(authorization string) {
	if m.contentType == "" {
		m.contentType = m.httpContentType
	}
	if m.contentType != "" {
		m.header["Content-Type"] = []string{m.contentType}
	}
	if authorization != "" && m.header["Authorization"] == nil {
		m.header["Authorization"] = []string{authorization}
	}
	if m.conditional && m.isBehind("Apache") {
		m.addOwnTags("If-Match")
		if m.method != http.MethodGet && m.method != http.MethodHead {
			m.addOwnTags("If-None-Match")
		}
	}
	if length := m.lengthField(); length != "" {
		m.header["Content-Length"] = []string{length}
	}
}

// fieldName turns the part of a variable's name behind HTTP_ into a canonical
// header field name.
func fieldName(variable string) (string, bool) {
	switch variable { // what browsers and web servers send needs no memory
	case "":
		return "", false
	case "ACCEPT":
		return "Accept", true
	case "ACCEPT_ENCODING":
		return "Accept-Encoding", true
	case "ACCEPT_LANGUAGE":
		return "Accept-Language", true
	case "CONNECTION":
		return "Connection", true
	case "COOKIE":
		return "Cookie", true
	case "REFERER":
		return "Referer", true
	case "USER_AGENT":
		return "User-Agent", true
	case "X_FORWARDED_FOR":
		return "X-Forwarded-For", true
	case "X_FORWARDED_PROTO":
		return "X-Forwarded-Proto", true
	}
	var name strings.Builder
	name.Grow(len(variable))
	upper := true
	for _, c := range []byte(variable) {
		switch {
		case c == '_' || c == '-':
			c = '-'
		case !isTokenByte(c):
			return "", false
		case upper && 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		case !upper && 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		name.WriteByte(c)
		upper = c == '-'
	}
	return name.String(), true
}

// protocol parses SERVER_PROTOCOL (RFC 3875 §4.1.16), which servers also send
// as HTTP/2 and HTTP/3. INCLUDED is a server-side include.
func protocol(s string) (proto string, major, minor int) {
	if len(s) > 5 && strings.EqualFold(s[:5], "HTTP/") {
		version := s[5:]
		if len(version) == 1 {
			version += ".0"
		}
		if len(version) == 3 && isDigit(version[0]) && version[1] == '.' && isDigit(version[2]) {
			return "HTTP/" + version, int(version[0] - '0'), int(version[2] - '0')
		}
	}
	if strings.EqualFold(s, "INCLUDED") {
		return "HTTP/1.0", 1, 0
	}
	return "HTTP/1.1", 1, 1
}

// hostPort is the address of the client (RFC 3875 §4.1.8) or of the server. Where
// there is none, as on a Unix socket, it is the unspecified one, so that
// net.SplitHostPort never fails on it.
func hostPort(addr, port string) string {
	addr = unbracket(addr)
	if addr == "" || strings.HasPrefix(addr, "unix:") {
		addr = "0.0.0.0"
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		port = "0"
	}
	return net.JoinHostPort(addr, port)
}

func unbracket(host string) string {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		return host[1 : len(host)-1]
	}
	return host
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isToken reports whether s is a token (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

var errBadHost = errors.New("malformed Host header")
