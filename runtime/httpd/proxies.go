package httpd

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/runtime/gateway"
)

// proxies are the peers that are believed when they say for whom they ask.
type proxies struct {
	networks []netip.Prefix
	unix     bool   // whoever may connect to a unix socket
	fields   string // those that they set: "forwarded", "x-forwarded", "" not known
}

// readProxies reads the settings CGIGEN_TRUSTED_PROXIES and CGIGEN_FORWARDED.
func readProxies(p gateway.Program) (proxies, error) {
	text, _ := p.Setting("TRUSTED_PROXIES")
	list, err := parseProxies(text)
	if err != nil {
		err = fmt.Errorf("CGIGEN_TRUSTED_PROXIES: %w", err)
	}
	switch list.fields, _ = p.Setting("FORWARDED"); list.fields {
	case "", "forwarded", "x-forwarded":
		return list, err
	}
	return proxies{}, errors.Join(err, fmt.Errorf(`CGIGEN_FORWARDED: %q is neither "forwarded" nor "x-forwarded": no proxy is trusted`, list.fields))
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
	said := p.client(p.chain(r.Header))
	if said.addr != "" {
		r.RemoteAddr = net.JoinHostPort(said.addr, "0")
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

// A hop is what a proxy says of whoever asked it.
type hop struct {
	addr        string // "" or no address: not told
	host, proto string
}

// client is the last in the chain whom we have no reason to trust: the others
// have added themselves behind it, and what stands before it is hearsay. Host
// and protocol are those that the client asked for, or else the next hop that
// tells them.
func (p proxies) client(chain []hop) hop {
	var told hop // by the hops behind
	for i, h := range slices.Backward(chain) {
		h.host, h.proto = cmp.Or(h.host, told.host), cmp.Or(h.proto, told.proto)
		addr, err := netip.ParseAddr(h.addr)
		if err != nil {
			h.addr = ""
			return h
		}
		if i == 0 || !p.trusts(h.addr) {
			h.addr = addr.Unmap().String()
			return h
		}
		told = h
	}
	return hop{}
}

// chain reads the fields that the proxies set. The others may be the client's,
// as a proxy passes on what it does not know: many do so with Forwarded (RFC 7239).
func (p proxies) chain(h http.Header) []hop {
	x := len(h["X-Forwarded-For"])+len(h["X-Forwarded-Host"])+len(h["X-Forwarded-Proto"]) > 0
	if p.fields == "forwarded" || p.fields == "" && !x {
		return parseForwarded(strings.Join(h["Forwarded"], ","))
	}
	return parseXForwarded(h)
}

// parseXForwarded reads the X-Forwarded fields. Host and protocol are the last
// ones, which the nearest proxy has added.
func parseXForwarded(h http.Header) []hop {
	var chain []hop
	for addr := range strings.SplitSeq(strings.Join(h["X-Forwarded-For"], ","), ",") {
		if addr = strings.TrimSpace(addr); addr != "" {
			chain = append(chain, hop{addr: withoutPort(addr)})
		}
	}
	if chain == nil {
		chain = []hop{{}}
	}
	nearest := &chain[len(chain)-1]
	nearest.host = last(strings.Join(h["X-Forwarded-Host"], ","))
	nearest.proto = last(strings.Join(h["X-Forwarded-Proto"], ","))
	return chain
}

// parseForwarded reads the elements of the field Forwarded.
func parseForwarded(text string) []hop {
	var chain []hop
	for _, element := range split(text, ',') {
		var h hop
		for _, pair := range split(element, ';') {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(name) {
			case "for":
				h.addr = withoutPort(value)
			case "host":
				h.host = value
			case "proto":
				h.proto = value
			}
		}
		if strings.TrimSpace(element) != "" {
			chain = append(chain, h)
		}
	}
	return chain
}

// split cuts text at the separators outside of quoted strings. It goes from the
// end, so that a quote which the client has left open cannot reach what the
// proxies have written behind it.
func split(text string, separator byte) []string {
	var parts []string
	quoted, end := false, len(text)
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case '"':
			before := strings.TrimRight(text[:i], `\`)
			if escaped := quoted && (i-len(before))%2 == 1; !escaped {
				quoted = !quoted
			}
		case separator:
			if !quoted {
				parts = append(parts, text[i+1:end])
				end = i
			}
		}
	}
	slices.Reverse(parts)
	return append([]string{text[:end]}, parts...)
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
