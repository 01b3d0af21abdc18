package suite

import (
	"net/url"
	"strconv"
	"strings"
)

// Target is a place where the handler runs.
type Target struct {
	Server  string // for example apache-cgid; what Differences speak of
	Mount   string // how the server was told to run the program, for example rewrite
	Program string // the runtime's own, or net/http/cgi
	Addr    string // host:port
	Prefix  string // what the URL has before the handler's paths
}

// Case is one request.
type Case struct {
	Name    string   // group/what
	Method  string   // GET if empty
	Path    string   // path and query as they are sent, without the mount's prefix
	Form    Form     // of the request target
	Version string   // HTTP/1.1 if empty
	Host    string   // suite.test if empty, no field if "-"
	Header  []string // further lines, without Host and Connection
	Body    Body

	// Await is what the client has to have received before the handler's step await ends: part of the body, or
	// "header". If it does not come, the exchange ends with the deadline.
	Await string

	// Keep names fields of the response that are compared although servers have their own, for example Date.
	Keep []string
}

// IsSite reports whether the request is for a whole application, as SiteCases are.
func (c Case) IsSite() bool { return strings.HasPrefix(c.Name, "site/") }

// Form of a request target: RFC 9112 §3.2.
type Form int

const (
	OriginForm Form = iota
	AbsoluteForm
	AsteriskForm
)

// Body is what follows the header of a request.
type Body struct {
	Data    string
	Chunked bool
	Trailer string // a field line after the last chunk
	Missing int    // so many bytes are declared and never sent
	Expect  bool   // the body waits for 100 Continue, and stays unsent if another answer comes
}

// Script makes the path of a script. The steps are quoted as in Go, since servers refuse line breaks in a query.
func Script(steps ...string) string {
	var b strings.Builder
	b.WriteString("/do")
	sep := "?"
	for _, step := range steps {
		quoted := strconv.QuoteToASCII(step)
		b.WriteString(sep + "s=" + url.QueryEscape(quoted[1:len(quoted)-1]))
		sep = "&"
	}
	return b.String()
}

// head returns the request line and the header.
func (c Case) head(prefix, journal string) string {
	var b strings.Builder
	b.WriteString(or(c.Method, "GET") + " " + c.target(prefix) + " " + or(c.Version, "HTTP/1.1") + "\r\n")
	if host := or(c.Host, defaultHost); host != "-" {
		b.WriteString("Host: " + host + "\r\n")
	}
	if c.Body == (Body{}) {
		// A body that breaks off ends at once, and one that must not be there ends at all. With a body in the request it
		// would keep net/http from reading what the handler has left.
		b.WriteString("Connection: close\r\n")
	}
	if journal != "" {
		b.WriteString("Journal: " + journal + "\r\n")
	}
	for _, line := range c.Header {
		b.WriteString(line + "\r\n")
	}
	b.WriteString(c.Body.fields() + "\r\n")
	return b.String()
}

const defaultHost = "suite.test"

func (c Case) target(prefix string) string {
	switch c.Form {
	case AbsoluteForm:
		return "http://" + defaultHost + prefix + c.Path
	case AsteriskForm:
		return "*"
	default:
		return prefix + c.Path
	}
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
