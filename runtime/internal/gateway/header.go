package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// appendStatus begins a response. Status comes first and is always there
// (RFC 3875 §6.3.3): a Location without it is a redirect that the server
// carries out by itself (§6.2.2).
func appendStatus(head []byte, code int) []byte {
	head = append(head, "Status: "...)
	head = strconv.AppendInt(head, int64(code), 10)
	head = append(head, ' ')
	if text := http.StatusText(code); text != "" {
		head = append(head, text...)
	} else {
		head = append(head, "status code "...)
		head = strconv.AppendInt(head, int64(code), 10)
	}
	return append(head, "\r\n"...)
}

// appendHeader adds the fields of the handler that may leave, in the order of
// their names.
func (x *Exchange) appendHeader(head []byte, header http.Header, code int) []byte {
	keys := make([]string, 0, 8)
	for key := range header {
		if mayLeave(key, code) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, value := range header[key] {
			if code == http.StatusOK && strings.EqualFold(key, "Location") && !x.passesLocation(value) {
				continue
			}
			head = appendField(head, key, value)
		}
	}
	return head
}

// appendField adds one field on one line (RFC 3875 §6.3).
func appendField(head []byte, key, value string) []byte {
	head = append(head, key...)
	head = append(head, ": "...)
	for _, c := range []byte(trimSpace(value)) {
		if c == '\r' || c == '\n' || c == 0 {
			c = ' ' // as net/http does, so that a value cannot begin a line
		}
		head = append(head, c)
	}
	return append(head, "\r\n"...)
}

func trimSpace(s string) string { return strings.Trim(s, " \t\r\n") }

// mayLeave reports whether a field of the handler can go to the server.
func mayLeave(key string, code int) bool {
	switch http.CanonicalHeaderKey(key) { // a handler may write into the map itself
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade":
		return false // the client's connection is the server's (RFC 3875 §6.3.4)
	case "Status":
		return false // a second one, which some servers would obey (§6.3)
	case "Content-Length":
		return false // the response knows whether it holds
	case "Content-Type":
		return code != http.StatusNotModified // as net/http
	}
	return isToken(key) && !strings.HasPrefix(key, http.TrailerPrefix)
}

// bodyAllowed reports whether a status permits a body (RFC 9110 §6.4.1).
func bodyAllowed(code int) bool {
	return code >= 200 && code != http.StatusNoContent && code != http.StatusNotModified
}
