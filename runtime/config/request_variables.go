package config

import "strings"

// IsRequestVariable reports whether a variable of the environment belongs to
// a CGI request instead of the process: the meta-variables of RFC 3875 §4.1,
// the header fields of the client (§4.1.18), and what servers add to them.
// A configuration value cannot have one of these names.
func IsRequestVariable(name string) bool {
	switch name {
	case "AUTH_TYPE", "CONTENT_LENGTH", "CONTENT_TYPE", "GATEWAY_INTERFACE",
		"PATH_INFO", "PATH_TRANSLATED", "QUERY_STRING", "REMOTE_ADDR", "REMOTE_HOST",
		"REMOTE_IDENT", "REMOTE_USER", "REQUEST_METHOD", "SCRIPT_NAME", "SERVER_NAME",
		"SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE":
		return true
	case "REQUEST_URI", "REQUEST_SCHEME", "SCRIPT_FILENAME", "SCRIPT_URI", "SCRIPT_URL",
		"DOCUMENT_ROOT", "DOCUMENT_URI", "SERVER_ADDR", "SERVER_ADMIN", "SERVER_SIGNATURE",
		"REMOTE_PORT", "HTTPS", "UNIQUE_ID":
		return true
	}
	return strings.HasPrefix(name, "HTTP_") || strings.HasPrefix(name, "REDIRECT_") ||
		strings.HasPrefix(name, "SSL_") || strings.HasPrefix(name, "CONTEXT_")
}
