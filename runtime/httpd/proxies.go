package httpd

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/cgigen/cgigen/runtime/gateway"
)

// proxies are the peers that are believed when they say for whom they ask.
type proxies struct {
	networks []netip.Prefix
	unix     bool // whoever may connect to a unix socket
}

// readProxies reads the setting CGIGEN_TRUSTED_PROXIES.
func readProxies(p gateway.Program) (proxies, error) {
	text, _ := p.Setting("TRUSTED_PROXIES")
	return parseProxies(text)
}

// parseProxies parses addresses and networks with commas between them. What is
// none is left out, so that nobody is trusted by mistake.
func parseProxies(text string) (list proxies, err error) {
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		if entry == "unix" {
			list.unix = true
			continue
		}
		network, wrong := netip.ParsePrefix(entry)
		if addr, e := netip.ParseAddr(entry); e == nil {
			network, wrong = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if wrong != nil {
			err = fmt.Errorf("%q is no address and no network, such as 10.0.0.0/8", entry)
			continue
		}
		list.networks = append(list.networks, network.Masked())
	}
	return list, err
}

func (p proxies) trusts(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	addr = addr.Unmap().WithZone("")
	for _, network := range p.networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// apply makes the request the client's, if it comes from a trusted proxy: its
// address, its host and whether it spoke TLS. The fields of others say nothing.
func (p proxies) apply(r *http.Request) *http.Request {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if isUnix := err != nil || host == ""; isUnix && !p.unix || !isUnix && !p.trusts(host) {
		if isUnix {
			r.RemoteAddr = "0.0.0.0:0" // as behind a web server: never malformed
		}
		return r
	}
	said := forwarded(r.Header)
	if client := p.client(said.chain); client != "" {
		r.RemoteAddr = net.JoinHostPort(client, "0")
	} else if err != nil || host == "" {
		r.RemoteAddr = "0.0.0.0:0"
	}
	if said.host != "" && validHost(said.host) {
		r.Host = said.host
	}
	if strings.EqualFold(said.proto, "https") {
		r.TLS = &tls.ConnectionState{HandshakeComplete: true}
	}
	return r
}

// client is the last in the chain whom we have no reason to trust: the others
// have added themselves behind it, and what stands before it is hearsay.
func (p proxies) client(chain []string) string {
	for i := len(chain) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(chain[i])
		if err != nil {
			return ""
		}
		if i == 0 || !p.trusts(chain[i]) {
			return addr.Unmap().String()
		}
	}
	return ""
}

// A claim is what a proxy says of its client.
type claim struct {
	chain       []string // addresses, each of whoever asked the next
	host, proto string
}

// forwarded reads Forwarded (RFC 7239), or else the X-Forwarded fields.
func forwarded(h http.Header) claim {
	if elements := h["Forwarded"]; len(elements) > 0 {
		return parseForwarded(strings.Join(elements, ","))
	}
	var c claim
	for addr := range strings.SplitSeq(strings.Join(h["X-Forwarded-For"], ","), ",") {
		if addr = strings.TrimSpace(addr); addr != "" {
			c.chain = append(c.chain, withoutPort(addr))
		}
	}
	c.host = last(h.Get("X-Forwarded-Host"))
	c.proto = last(h.Get("X-Forwarded-Proto"))
	return c
}

// parseForwarded reads the elements of the field Forwarded. Host and protocol
// are those of the last element that has them: the nearest proxy's.
func parseForwarded(text string) claim {
	var c claim
	for element := range strings.SplitSeq(text, ",") {
		for pair := range strings.SplitSeq(element, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(name) {
			case "for":
				c.chain = append(c.chain, withoutPort(value))
			case "host":
				c.host = value
			case "proto":
				c.proto = value
			}
		}
	}
	return c
}

func last(list string) string {
	return strings.TrimSpace(list[strings.LastIndex(list, ",")+1:])
}

// withoutPort turns 192.0.2.1:80, [2001:db8::1]:80 and [2001:db8::1] into addresses.
func withoutPort(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return strings.Trim(addr, "[]")
}

// validHost reports whether a host can stand in a Host field.
func validHost(host string) bool {
	return !strings.ContainsFunc(host, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`/\?#@"<>^{|}`+"`", c)
	})
}
