package devserver

import (
	"net"
	"net/http"
	"strconv"
	"strings"
)

// environ returns the environment of a program for one request: the variables
// of RFC 3875 §4.1 as Apache sets them for a program that is mounted at the
// root, and the program's own. length is that of the body, in bytes.
func environ(r *http.Request, p Program, length int64) []string {
	host, port := hostAndPort(r)
	env := append([]string{}, p.Env...)
	env = append(env,
		"GATEWAY_INTERFACE=CGI/1.1",
		"SERVER_SOFTWARE=cgigen",
		"SERVER_PROTOCOL="+r.Proto,
		"SERVER_NAME="+host,
		"SERVER_PORT="+port,
		"REQUEST_METHOD="+r.Method,
		"REQUEST_URI="+r.RequestURI,
		"QUERY_STRING="+r.URL.RawQuery,
		"SCRIPT_NAME=",
		"SCRIPT_FILENAME="+p.Path,
		"PATH_INFO="+r.URL.Path,
		"HTTP_HOST="+r.Host,
	)
	if address, port, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		env = append(env, "REMOTE_ADDR="+address, "REMOTE_PORT="+port)
	}
	if length > 0 || r.ContentLength != 0 {
		env = append(env, "CONTENT_LENGTH="+strconv.FormatInt(length, 10))
	}
	return append(env, headerVariables(r.Header)...)
}

// hostAndPort splits the authority that the client has asked for. Without a
// port it is that of the connection.
func hostAndPort(r *http.Request) (host, port string) {
	host = r.Host
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		address, localPort, err := net.SplitHostPort(local.String())
		if err == nil && host == "" {
			host = address
		}
		port = localPort
	}
	if h, p, err := net.SplitHostPort(r.Host); err == nil {
		host, port = h, p
	}
	return host, port
}

// headerVariables returns the request's header as variables (RFC 3875 §4.1.18),
// with the exceptions that Apache makes: what has a variable of its own, Proxy,
// which would become HTTP_PROXY, and names that hold more than letters, digits
// and hyphens, since two of them could become the same variable.
func headerVariables(header http.Header) []string {
	var env []string
	for name, values := range header {
		separator := ", "
		switch name {
		case "Content-Length", "Proxy":
			continue
		case "Content-Type":
			env = append(env, "CONTENT_TYPE="+values[0])
			continue
		case "Cookie":
			separator = "; "
		}
		if variable, ok := variableName(name); ok {
			env = append(env, variable+"="+strings.Join(values, separator))
		}
	}
	return env
}

// variableName returns HTTP_ACCEPT_LANGUAGE for Accept-Language.
func variableName(header string) (name string, ok bool) {
	valid := strings.IndexFunc(header, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
	return "HTTP_" + strings.ToUpper(strings.ReplaceAll(header, "-", "_")), valid
}
