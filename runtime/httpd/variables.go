package httpd

import (
	"net"
	"net/http"
	"strings"

	"github.com/cgigen/cgigen/runtime/internal/gateway"
)

// variables are the meta-variables (RFC 3875 §4.1) that a web server would have
// made of the request, without those of its header.
func variables(r *http.Request, base string) gateway.Vars {
	name, port := splitHost(r)
	addr, remotePort, _ := net.SplitHostPort(r.RemoteAddr)
	vars := gateway.Vars{
		{Name: "REQUEST_METHOD", Value: r.Method},
		{Name: "REQUEST_URI", Value: r.RequestURI},
		{Name: "QUERY_STRING", Value: r.URL.RawQuery},
		{Name: "SCRIPT_NAME", Value: scriptName(r.URL.Path, base)},
		{Name: "CONTENT_TYPE", Value: r.Header.Get("Content-Type")},
		{Name: "SERVER_PROTOCOL", Value: r.Proto},
		{Name: "SERVER_NAME", Value: name},
		{Name: "SERVER_PORT", Value: port},
		{Name: "SERVER_SOFTWARE", Value: "cgigen"},
		{Name: "REMOTE_ADDR", Value: addr},
		{Name: "REMOTE_PORT", Value: remotePort},
	}
	if r.TLS != nil {
		vars = append(vars, gateway.Var{Name: "HTTPS", Value: "on"})
	}
	return vars
}

// scriptName is the path at which a proxy has mounted the program.
func scriptName(path, base string) string {
	base = strings.TrimSuffix(base, "/")
	if rest, ok := strings.CutPrefix(path, base); ok && (rest == "" || rest[0] == '/') {
		return base
	}
	return ""
}

func splitHost(r *http.Request) (name, port string) {
	if name, port, err := net.SplitHostPort(r.Host); err == nil {
		return name, port
	}
	if r.TLS != nil {
		return strings.Trim(r.Host, "[]"), "443"
	}
	return strings.Trim(r.Host, "[]"), "80"
}
