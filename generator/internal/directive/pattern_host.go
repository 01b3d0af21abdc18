package directive

import (
	"net"
	"regexp"
	"strings"

	"github.com/cgigen/cgigen/generator/diag"
)

// hostName is a host as clients send it, without a port: labels of lower-case
// letters, digits, hyphens and underscores (RFC 1123 §2.1; underscores are in
// use). It is also what all servers' configurations take as it stands.
var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$`)

// longestHost is the length of a name in DNS (RFC 1035 §2.3.4).
const longestHost = 253

// checkHostName reports a host that no request has, or that is not a valid name.
func checkHostName(pattern Text, host string, r *diag.Reporter) bool {
	if host == "" || len(host) <= longestHost && hostName.MatchString(host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	lower := strings.ToLower(host)
	isASCII := !strings.ContainsFunc(host, func(c rune) bool { return c > 127 })
	switch {
	case host == "http:" || host == "https:":
		r.Errorf(pattern.Pos, "pattern-host", "%s is read as a host", host).Hint = "write the host and the path alone, as in shop.example.org/page"
	case strings.HasPrefix(host, "["):
		r.Errorf(pattern.Pos, "pattern-host", "host %q never matches with a port", host).Hint = "leave the host out, and look at r.Host in the handler"
	case err == nil && hostName.MatchString(strings.ToLower(name)):
		r.Errorf(pattern.Pos, "pattern-host", "host %q never matches: hosts are compared without their port", host).Hint = "write " + strings.ToLower(name) + "; r.Host in the handler has the port"
	case hostName.MatchString(lower):
		r.Errorf(pattern.Pos, "pattern-host", "host %q never matches: clients send hosts in lower case", host).Hint = "write " + lower
	case hostName.MatchString(strings.TrimSuffix(lower, ".")):
		r.Errorf(pattern.Pos, "pattern-host", "host %q never matches: clients send hosts without a dot at the end", host).Hint = "write " + strings.TrimSuffix(lower, ".")
	case !isASCII:
		r.Errorf(pattern.Pos, "pattern-host", "host %q never matches: clients send such names in ASCII", host).Hint = "write it as DNS has it, with xn--"
	default:
		r.Errorf(pattern.Pos, "pattern-host", "host %q is not a valid host name", host).Hint = "a host is labels with dots between, such as shop.example.org; a path begins with a slash"
	}
	return false
}
