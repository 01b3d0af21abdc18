package gateway

import (
	"net/http"
	"strings"
)

// Apache's mod_deflate and mod_brotli compress a response and put the coding
// behind its tag: of "v7" they make "v7-gzip" and "v7-br" (DeflateAlterETag). They
// do not take it off again when the client asks with it. Of the other servers,
// nginx and HAProxy make a tag weak, and lighttpd and Caddy compare by themselves.
//
// A handler may have tags of its own that end so. What it has said of those
// holds: nothing is taken from a request, and a response is another one only if
// it would be sent under a tag that the client has.

// The suffixes, with the quote that ends a tag.
const gzipped, brotlied = `-gzip"`, `-br"`

// addOwnTags adds to a condition the tags that the handler knows. A condition on
// a range stays as it is: the range would be of what is not compressed.
func (m *meta) addOwnTags(field string) {
	if m.header["Range"] != nil {
		return
	}
	for i, list := range m.header[field] {
		for tag := range strings.SplitSeq(list, ",") {
			if own, coded := ownTag(strings.TrimSpace(tag)); coded {
				m.header[field][i] += ", " + own
			}
		}
	}
}

func ownTag(tag string) (own string, coded bool) {
	for _, suffix := range []string{gzipped, brotlied} {
		if before, ok := strings.CutSuffix(tag, suffix); ok && strings.Contains(before, `"`) && !strings.HasSuffix(before, `"`) {
			return before + `"`, true
		}
	}
	return tag, false
}

// codedTag returns the tag that the client has of what the handler is about to
// send with 200, if Apache has compressed it; otherwise "".
func (w *response) codedTag() string {
	conditions := w.req.Header["If-None-Match"]
	if len(conditions) == 0 || !w.x.context.meta.isBehind("Apache") || w.header.Get("Content-Encoding") != "" ||
		w.req.Method != http.MethodGet && w.req.Method != http.MethodHead {
		return ""
	}
	tag := strings.TrimPrefix(w.header.Get("Etag"), "W/")
	before, quoted := strings.CutSuffix(tag, `"`)
	if !quoted || before == `"` || before == "" {
		return ""
	}
	for _, list := range conditions {
		for have := range strings.SplitSeq(list, ",") {
			have = strings.TrimSpace(have)
			if opaque := strings.TrimPrefix(have, "W/"); opaque == before+gzipped || opaque == before+brotlied {
				return have
			}
		}
	}
	return ""
}

// answerUnchanged makes a 200 a 304: the client has what the handler is about to
// send, under a tag that the handler does not know. What it writes is dropped, as
// after HEAD. mod_brotli changes the tag of a 304 as well, mod_deflate does not.
func (w *response) answerUnchanged(tag string) {
	header := w.header.Clone()
	if strings.HasSuffix(tag, gzipped) {
		header["Etag"] = []string{tag}
	}
	w.isHead, w.typed, w.noLength, w.declared = true, true, true, -1
	w.setHead(header, http.StatusNotModified)
}
