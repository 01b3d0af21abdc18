package gateway

import "strings"

// passesLocation reports whether the server in front lets a Location with
// status 200 pass, as net/http does. The others take it for an order, whatever
// Status says: Apache's mod_cgi, mod_cgid and mod_fcgid answer with what lies
// there (RFC 3875 §6.2.2), or 302. So does, for all we know, a server that is
// not in the list, or does not say who it is.
func (x *Exchange) passesLocation(location string) bool {
	software := x.Vars.Get("SERVER_SOFTWARE")
	for _, name := range []string{"nginx", "lighttpd", "Caddy", "HAProxy", "busybox"} {
		if strings.HasPrefix(software, name) {
			return true
		}
	}
	// This is mod_proxy_fcgi or mod_proxy_scgi. With Apache's other modules
	// the file name is always a path.
	if !strings.HasPrefix(software, "Apache") || !strings.HasPrefix(x.Vars.Get("SCRIPT_FILENAME"), "proxy:") {
		return false
	}
	return x.Vars.Get("SCGI") == "" || !strings.HasPrefix(trimSpace(location), "/")
}
