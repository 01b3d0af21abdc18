package suite

import (
	"crypto/sha256"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Handler returns the handler under test:
//
//	/dump/…   answers with all that a handler can know about the request
//	/do?s=…   does what the steps say, one after the other; see steps
//	/args     answers with the arguments of the program
//	/page     is for a browser: a form with a file that sends itself
//	/dir/     exists with the slash alone, so that the mux redirects
func Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, handler := range Routes() {
		mux.Handle(pattern, handler)
	}
	return mux
}

// Routes returns the patterns and handlers of which Handler consists.
func Routes() map[string]http.Handler {
	return map[string]http.Handler{
		"/dump/":            http.HandlerFunc(dump),
		"/value/{v}/{w...}": http.HandlerFunc(values),
		"/do":               http.HandlerFunc(do),
		"/dir/":             http.HandlerFunc(directory),
		"/args":             http.HandlerFunc(arguments),
		"/page":             http.HandlerFunc(showPage),
	}
}

// directory says where it is.
func directory(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "directory %s\n", r.URL.Path)
}

const page = `<!DOCTYPE html>
<meta charset="utf-8">
<form method="post" enctype="multipart/form-data" action="%s">
<input name="text" value="Grüße &amp; more">
<input name="file" type="file">
</form>
<script>
const files = new DataTransfer()
files.items.add(new File([new Uint8Array(300000)], "a b.bin"))
document.forms[0].file.files = files.files
document.forms[0].submit()
</script>
`

func showPage(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, page, html.EscapeString(Script("form")))
}

// values shows what the mux made of the path.
func values(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "v %q\nw %q\n", r.PathValue("v"), r.PathValue("w"))
}

// dump writes the request as lines, in an order of its own.
func dump(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	fmt.Fprintf(&b, "method %q\n", r.Method)
	fmt.Fprintf(&b, "uri %q\n", r.RequestURI)
	fmt.Fprintf(&b, "url %q path %q query %q force %t\n", r.URL, r.URL.Path, r.URL.RawQuery, r.URL.ForceQuery)
	fmt.Fprintf(&b, "host %q url host %q\n", r.Host, r.URL.Host)
	fmt.Fprintf(&b, "proto %q %d.%d\n", r.Proto, r.ProtoMajor, r.ProtoMinor)
	fmt.Fprintf(&b, "remote %s\n", remote(r.RemoteAddr))
	fmt.Fprintf(&b, "tls %t\n", r.TLS != nil)
	fmt.Fprintf(&b, "length %d encoding %q\n", r.ContentLength, r.TransferEncoding)
	writeHeader(&b, "header", r.Header)
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(&b, "body %s, %v\n", summary(body), err)
	writeHeader(&b, "trailer", r.Trailer)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, b.String())
}

// writeHeader writes fields sorted by name, without those that every request of the suite has.
func writeHeader(b *strings.Builder, word string, h http.Header) {
	names := make([]string, 0, len(h))
	for name := range h {
		if name != "Connection" && name != "Journal" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(b, "%s %s: %s\n", word, name, shortened(h[name]))
	}
}

// shortened quotes values, long ones by their length.
func shortened(values []string) string {
	var quoted []string
	for _, v := range values {
		if len(v) > 200 {
			v = fmt.Sprintf("%d bytes", len(v))
		}
		quoted = append(quoted, fmt.Sprintf("%q", v))
	}
	return strings.Join(quoted, " ")
}

// remote reports whether an address has the form that net/http gives it, and which host it is.
func remote(addr string) string {
	at, err := netip.ParseAddrPort(addr)
	if err != nil {
		return err.Error()
	}
	if at.Port() == 0 {
		return at.Addr().String() + " without port"
	}
	return at.Addr().String()
}

// summary shows a body: short text as it is, everything else by length and digest.
func summary(body []byte) string {
	if len(body) <= 2000 && isText(body) {
		return fmt.Sprintf("%q", body)
	}
	return digest(int64(len(body)), sha256.Sum256(body))
}

func digest(n int64, sum [sha256.Size]byte) string {
	return fmt.Sprintf("%d bytes %x", n, sum[:6])
}

// isText reports whether the bytes are printable text.
func isText(b []byte) bool {
	return utf8.Valid(b) && !strings.ContainsFunc(string(b), func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r)
	})
}
