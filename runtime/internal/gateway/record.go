package gateway

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Recorder writes records of a program beside its own loggers: reports, and the access
// log. The zero value writes reports as text, and no access log.
type Recorder struct {
	JSON   bool // CGIGEN_LOG_FORMAT=json: one object a line, as slog.JSONHandler writes it
	Access bool // CGIGEN_ACCESS_LOG=on: a record for each request that was answered

	// Out takes the access log of a process that keeps running: its own standard
	// error, and not the error log of the web server. Nil is where reports go.
	Out io.Writer
}

// NewRecorder reads the settings of a program that keeps running.
func NewRecorder(setting func(string) (string, bool)) Recorder {
	format, _ := setting("LOG_FORMAT")
	access, _ := setting("ACCESS_LOG")
	return Recorder{JSON: format == "json", Access: access == "on", Out: os.Stderr}
}

// An AccessRecord is what is to be known of a request afterwards.
type AccessRecord struct {
	Program string
	ID      string // of the request; "" without one
	Method  string
	Path    string // as the client sent it, without the query
	Pattern string // of the route; "" if none has matched
	Status  int
	Bytes   int64 // of the response's body
	Time    time.Time
	Took    time.Duration
}

// pathOf is the path of a request's target as it was sent: a query may hold secrets.
func pathOf(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	return path
}

// WriteAccess writes a record as slog's handlers do, in one write.
func (c Recorder) WriteAccess(w io.Writer, a AccessRecord) {
	l := c.line(a.Time, "INFO", "request", a.Program)
	l.text("request", a.ID)
	l.text("method", a.Method)
	l.text("path", a.Path)
	l.text("pattern", a.Pattern)
	l.number("status", int64(a.Status))
	l.number("bytes", a.Bytes)
	if c.JSON {
		l.number("duration", int64(a.Took)) // nanoseconds, as slog writes a time.Duration
	} else {
		l.text("duration", a.Took.String())
	}
	io.WriteString(w, l.end())
}

// writeReport writes what has gone wrong. As text it is a line with indented ones below it.
func (c Recorder) writeReport(w io.Writer, program, id, text string) {
	if !c.JSON {
		prefix := "cgigen: " + program + ": request " + id + ": "
		io.WriteString(w, prefix+strings.ReplaceAll(text, "\n", "\n\t")+"\n")
		return
	}
	l := c.line(time.Now(), "ERROR", text, program)
	l.text("request", id)
	io.WriteString(w, l.end())
}

// A recordLine is a record while it is being written. Package slog, and what it needs,
// is not worth what it costs at the start of a program that does not use it itself.
type recordLine struct {
	b    []byte
	json bool
}

func (c Recorder) line(at time.Time, level, msg, program string) *recordLine {
	l := &recordLine{json: c.JSON}
	if l.json {
		l.b = append(l.b, '{')
	}
	l.text("time", at.Format("2006-01-02T15:04:05.000Z07:00"))
	l.text("level", level)
	l.text("msg", msg)
	l.text("program", program)
	return l
}

func (l *recordLine) key(name string) {
	if len(l.b) > 1 {
		if l.json {
			l.b = append(l.b, ',')
		} else {
			l.b = append(l.b, ' ')
		}
	}
	if l.json {
		l.b = append(append(append(l.b, '"'), name...), `":`...)
		return
	}
	l.b = append(append(l.b, name...), '=')
}

// text adds a string; an empty one is left out.
func (l *recordLine) text(name, value string) {
	if value == "" {
		return
	}
	l.key(name)
	switch {
	case l.json:
		l.b = appendJSON(l.b, value)
	case isPlain(value):
		l.b = append(l.b, value...)
	default:
		l.b = strconv.AppendQuote(l.b, value)
	}
}

func (l *recordLine) number(name string, value int64) {
	l.key(name)
	l.b = strconv.AppendInt(l.b, value, 10)
}

func (l *recordLine) end() string {
	if l.json {
		l.b = append(l.b, '}')
	}
	return string(append(l.b, '\n'))
}

// isPlain reports whether a value needs no quotes, as slog.TextHandler decides.
func isPlain(value string) bool {
	for i := range len(value) {
		if c := value[i]; c <= ' ' || c == '"' || c == '=' || c >= 0x7f || c == '\\' {
			return false
		}
	}
	return true
}

// appendJSON appends a string of RFC 8259 §7. What is not UTF-8 becomes U+FFFD.
func appendJSON(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c == '\u2028' || c == '\u2029':
			b = append(b, `\u202`...)
			b = append(b, hex[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}
