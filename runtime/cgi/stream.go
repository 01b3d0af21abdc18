package cgi

import "github.com/cgigen/cgigen/runtime/gateway"

// Flush does nothing: a write leaves at once.
func (*output) Flush() error { return nil }

// hasBody reports whether the server has a request body to send (RFC 3875
// §4.2). If in doubt it has.
func hasBody(vars gateway.Vars) bool {
	length := vars.Get("CONTENT_LENGTH")
	return length != "" && length != "0" || vars.Get("HTTP_TRANSFER_ENCODING") != ""
}
