package gateway

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// bodyLength returns the length of the request body, -1 if it ends where the
// input ends. CONTENT_LENGTH is "" or digits (RFC 3875 §4.1.2). A server that
// takes a chunked request without collecting it sends none (Apache) or -1
// (Caddy); one that takes the chunks off by itself may send no sign at all
// (uhttpd): then m.unsure says that the input has to be asked.
func (m *meta) bodyLength() (int64, error) {
	switch {
	case m.contentLength == "-1":
		return -1, nil
	case m.contentLength != "":
		n, err := parseLength(m.contentLength)
		if err != nil {
			return 0, badRequest("CONTENT_LENGTH " + strconv.Quote(m.contentLength) + " is no length (RFC 3875 §4.1.2)")
		}
		return n, nil
	case m.chunked && strings.HasPrefix(m.software, "busybox"):
		// It hands on the chunks as they are on the wire, and no end.
		return 0, errRawChunks()
	case m.chunked:
		m.unsure = !m.takesOffChunks()
		return -1, nil
	case m.method == http.MethodGet || m.method == http.MethodHead:
		return 0, nil
	case m.hasFieldOnly():
		return parseLength(m.httpContentLength)
	case meansBody(m.method):
		m.unsure = true
		return -1, nil
	}
	return 0, nil
}

// hasFieldOnly reports whether the length stands in the client's field alone:
// busybox knows CONTENT_LENGTH after POST, and passes on the body of every method.
func (m *meta) hasFieldOnly() bool {
	if m.method == http.MethodGet || m.method == http.MethodHead {
		return false
	}
	_, err := parseLength(m.httpContentLength) // it may be a field with an underscore
	return err == nil
}

// parseLength parses 1*DIGIT.
func parseLength(digits string) (int64, error) {
	n, err := strconv.ParseUint(digits, 10, 63)
	if err == nil && digits[0] == '+' {
		err = strconv.ErrSyntax
	}
	return int64(n), err
}

// lengthField is the client's field Content-Length, "" without that field. With
// chunks net/http removes it.
//
// CONTENT_LENGTH=0 is the client's, or a server's word for no such field. Of the
// servers that have been looked at, mod_cgi, mod_cgid, mod_proxy_fcgi and nginx
// by FastCGI never say it on their own. lighttpd and Caddy do, and nginx by SCGI;
// they pass on the client's field beside it. mod_fcgid, mod_proxy_scgi and
// HAProxy do, and nothing shows it. Where that is so, or the server is not known,
// the method decides: clients say it where a body is expected (RFC 9110 §8.6).
func (m *meta) lengthField() string {
	switch {
	case m.chunked || m.contentLength == "-1":
		return ""
	case m.contentLength == "" && m.hasFieldOnly():
		return m.httpContentLength
	case m.contentLength != "0" || m.httpContentLength == "0":
		return m.contentLength
	case m.isBehind("lighttpd") || m.isBehind("Caddy") || m.isBehind("nginx"):
		return ""
	case meansBody(m.method), m.isBehind("Apache") && !m.scgi && !strings.Contains(m.software, "mod_fcgid"):
		return "0"
	}
	return ""
}

// isBehind reports whether the name of the web server begins so.
func (m *meta) isBehind(name string) bool { return strings.HasPrefix(m.software, name) }

// takesOffChunks reports whether the server is one of those that never pass on
// the chunks of a body as they are on the wire.
func (m *meta) takesOffChunks() bool {
	return m.isBehind("Apache") || m.isBehind("nginx") || m.isBehind("lighttpd") || m.isBehind("Caddy") || m.isBehind("uhttpd")
}

// meansBody reports whether requests with this method have a body, be it an
// empty one, which clients then say (RFC 9110 §8.6).
func meansBody(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, "QUERY",
		"PROPPATCH", "REPORT", "SEARCH", "ACL": // WebDAV and its kin: RFC 4918, 3253, 5323, 3744
		return true
	}
	return false
}

// MayHaveBody reports whether the server may have a request body to send
// (RFC 3875 §4.2). If in doubt it has.
func MayHaveBody(vars Vars) bool {
	switch length := vars.Get("CONTENT_LENGTH"); length {
	case "0":
		return false
	case "":
		method := vars.Get("REQUEST_METHOD")
		return vars.Get("HTTP_TRANSFER_ENCODING") != "" || method != http.MethodGet && method != http.MethodHead
	}
	return true
}

// An impatientReader is an input whose end nothing marks: a pipe or a socket of
// a CGI process, which a server may leave open. Where there is a protocol that
// says where a body ends, a plain Read is enough.
type impatientReader interface {
	// ReadWithin is Read that gives up after a time, with os.ErrDeadlineExceeded.
	ReadWithin(p []byte, d time.Duration) (int, error)
}

// lengthPatience is how long the first byte of a body may take that nobody has
// announced.
const lengthPatience = time.Second

// settle finds out whether there is a body that nobody has announced: its end at
// once is an empty one, and bytes are one without a length. Servers that pass on
// chunks as they are on the wire (busybox, mini_httpd, merecat, Python's
// http.server) leave the input open behind them, and what follows is not a body.
func (b *Body) settle(m *meta) (int64, error) {
	limit := lengthPatience
	if m.chunked {
		limit = 0 // announced: it may take its time
	}
	b.early = make([]byte, 0, 24)
	for len(b.early) == 0 || len(b.early) < cap(b.early) && chunkHeader(b.early) == cut {
		n, err := b.readWithin(b.early[len(b.early):cap(b.early)], limit)
		b.early = b.early[:len(b.early)+n]
		switch {
		case isSilence(err) && len(b.early) == 0:
			b.left = 0
			return 0, err
		case errors.Is(err, os.ErrDeadlineExceeded) && len(b.early) == 0:
			b.left = 0 // nobody waits for more
			return 0, &RequestError{http.StatusLengthRequired, "a " + m.method + " without CONTENT_LENGTH: neither a body nor its end has come within " + lengthPatience.String()}
		case err == io.EOF && len(b.early) == 0:
			b.left = 0
			return 0, nil
		case err != nil:
			return -1, nil // whoever reads on will meet it again
		}
	}
	if _, wire := b.source.(impatientReader); wire && !m.takesOffChunks() && chunkHeader(b.early) == whole {
		b.dropChunks()
		return 0, errRawChunks()
	}
	return -1, nil
}

func errRawChunks() error {
	return &RequestError{http.StatusLengthRequired, "this server cannot pass on a chunked request body"}
}

func (b *Body) readWithin(p []byte, limit time.Duration) (int, error) {
	if r, ok := b.source.(impatientReader); ok && limit > 0 {
		return r.ReadWithin(p, limit)
	}
	return b.source.Read(p)
}

// dropChunks reads what is on the wire up to the last chunk, so that the answer
// is not lost with what nobody has read.
func (b *Body) dropChunks() {
	defer func() { b.early, b.left = nil, 0 }()
	const last = "\r\n0\r\n\r\n"
	tail := string(b.early)
	buf := make([]byte, 32<<10)
	for !strings.HasSuffix(tail, last) && tail != last[2:] {
		n, err := b.readWithin(buf, lengthPatience)
		if n == 0 || err != nil {
			return
		}
		tail += string(buf[max(0, n-len(last)):n])
		tail = tail[max(0, len(tail)-len(last)):]
	}
}

type completeness int

const (
	none completeness = iota
	cut
	whole
)

// chunkHeader reports whether text begins with a line that begins a chunk
// (RFC 9112 §7.1), or is one that has been cut off.
func chunkHeader(text []byte) completeness {
	digits := 0
	for digits < len(text) && isHexDigit(text[digits]) {
		digits++
	}
	rest := string(text[digits:])
	switch {
	case digits == 0 || digits > 16:
		return none
	case rest == "" || rest == "\r":
		return cut
	case strings.HasPrefix(rest, "\r\n") || rest[0] == ';':
		return whole
	}
	return none
}

func isHexDigit(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
