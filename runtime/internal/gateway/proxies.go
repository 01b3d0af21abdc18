package gateway

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Proxies are the peers that are believed when they say for whom they ask, and
// the fields in which they do: the settings CGIGEN_TRUSTED_PROXIES and
// CGIGEN_FORWARDED.
type Proxies struct {
	networks []netip.Prefix
	unix     bool     // whoever may connect to a unix socket
	fields   []string // those that hold, canonical; nil: the X-Forwarded ones where a request has one, otherwise Forwarded
	single   []string // of these, the ones that were named by themselves
}

// forwardedHost is what CGIGEN_FORWARDED calls the parameter host of Forwarded.
const forwardedHost = "Forwarded;host"

// ReadProxies reads the settings. What is wrong with them is an error, and then
// it is nobody, or no field, that is believed because of it.
func ReadProxies(setting func(name string) (string, bool)) (*Proxies, error) {
	p := &Proxies{}
	text, _ := setting("TRUSTED_PROXIES")
	err := p.parseNetworks(text)
	text, _ = setting("FORWARDED")
	if wrong := p.parseFields(text); wrong != nil {
		p.networks, p.unix = nil, false
		err = errors.Join(err, wrong)
	}
	return p, err
}

// parseNetworks parses addresses and networks with commas between them. It leaves
// out an entry that is neither, so that nobody is trusted by mistake.
func (p *Proxies) parseNetworks(text string) (err error) {
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		if entry == "unix" {
			p.unix = true
			continue
		}
		network, wrong := netip.ParsePrefix(entry)
		if addr, e := netip.ParseAddr(entry); e == nil {
			network, wrong = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if wrong != nil {
			err = errors.New("CGIGEN_TRUSTED_PROXIES: " + strconv.Quote(entry) + " is no address and no network, such as 10.0.0.0/8")
			continue
		}
		p.networks = append(p.networks, network.Masked())
	}
	return err
}

// parseFields parses names of fields with commas between them.
func (p *Proxies) parseFields(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if strings.EqualFold(name, forwardedHost) {
			name = forwardedHost
		}
		switch canonical := http.CanonicalHeaderKey(name); canonical {
		case "X-Forwarded":
			p.fields = append(p.fields, "X-Forwarded-For", "X-Forwarded-Proto")
		case forwardedHost:
			p.fields = append(p.fields, "Forwarded", forwardedHost)
		case "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip":
			p.fields = append(p.fields, canonical)
			p.single = append(p.single, canonical)
		default:
			if !isToken(name) || strings.HasPrefix(canonical, "X-Forwarded-") {
				return errors.New("CGIGEN_FORWARDED: " + strconv.Quote(name) + " is no field in which proxies say for whom they ask, such as X-Forwarded-For: no proxy is trusted")
			}
			p.fields = append(p.fields, canonical)
			p.single = append(p.single, canonical)
		}
	}
	return nil
}

func (p *Proxies) trusts(host string) bool {
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

// Apply makes a request of net/http the client's, if it comes from a trusted
// proxy: its address, whether it spoke TLS and, if asked for, its host. The
// fields of others say nothing. An error says that the request cannot be believed.
func (p *Proxies) Apply(r *http.Request) error {
	for _, name := range p.single {
		if len(r.Header[name]) > 1 && name != "X-Forwarded-For" && name != "Forwarded" { // these are lists
			return twice(name)
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	isUnix := err != nil || host == ""
	if isUnix {
		r.RemoteAddr = "0.0.0.0:0" // as behind a web server: never malformed
	}
	if isUnix && p.unix || !isUnix && p.trusts(host) {
		p.said(r.Header).apply(r)
	}
	return nil
}

func twice(name string) error {
	return badRequest("the field " + name + ", which CGIGEN_FORWARDED trusts, is there twice")
}

// believe is Apply for a request of a gateway that has a field of proxies, or a
// field that is there twice. For others no setting is looked up.
func (x *Exchange) believe(r *http.Request) error {
	m := &x.context.meta
	p := x.Program.Proxies
	if p == nil {
		var err error
		if p, err = ReadProxies(x.Program.Setting); err != nil {
			x.Report(err.Error())
		}
	}
	isUnix := strings.HasPrefix(m.remoteAddr, "unix:") || strings.HasPrefix(m.remoteAddr, "@") || strings.HasPrefix(m.remoteAddr, "/")
	trusted := isUnix && p.unix || p.trusts(unbracket(m.remoteAddr))
	for _, name := range m.repeated {
		// The variable is the same for the proxy's X-Real-IP and a client's X_Real_IP.
		if slices.Contains(p.fields, name) || trusted && p.fields == nil && isForwarded(name) {
			return twice(name)
		}
	}
	if trusted {
		said := p.said(r.Header)
		said.apply(r)
		x.context.info.Vars = append(x.context.info.Vars, said.variables(r)...)
	}
	return nil
}

// isForwarded reports whether a field is one in which proxies say for whom they ask.
func isForwarded(name string) bool {
	return name == "Forwarded" || strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip"
}

// A hop is what a proxy says of whoever asked it.
type hop struct {
	addr        string // "" or no address: not told
	host, proto string
}

// apply changes the request. The URL stays as it was sent.
func (h hop) apply(r *http.Request) {
	if h.addr != "" {
		r.RemoteAddr = net.JoinHostPort(h.addr, "0")
	}
	if h.host != "" && validHost(h.host) {
		r.Host = h.host
	}
	switch strings.ToLower(h.proto) {
	case "https":
		r.TLS = &tls.ConnectionState{HandshakeComplete: true}
	case "http":
		r.TLS = nil
	}
}

// variables are the meta-variables that the hop changes: they say of the request
// what the request itself does.
func (h hop) variables(r *http.Request) Vars {
	var vars Vars
	if h.addr != "" {
		vars = append(vars, Var{"REMOTE_ADDR", h.addr}, Var{"REMOTE_HOST", h.addr}, Var{"REMOTE_PORT", ""})
	}
	if h.host == "" && h.proto == "" {
		return vars
	}
	scheme, https, port := "http", "", "80"
	if r.TLS != nil {
		scheme, https, port = "https", "on", "443"
	}
	name := r.Host
	if host, p, err := net.SplitHostPort(r.Host); err == nil {
		name, port = host, p
	}
	return append(vars, Var{"HTTPS", https}, Var{"REQUEST_SCHEME", scheme}, Var{"SERVER_PORT", port},
		Var{"SERVER_NAME", unbracket(name)}, Var{"HTTP_HOST", r.Host})
}

// said is what the fields say of the client: the last in the chain whom we have
// no reason to trust. The others have added themselves behind it, and what stands
// before it is hearsay. Host and protocol are those that the client asked for, or
// else those of the next hop that names them.
func (p *Proxies) said(h http.Header) hop {
	chain := p.chain(h)
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
// as a proxy passes on what it does not know: many do so with Forwarded (RFC
// 7239), and with X-Forwarded-Host.
func (p *Proxies) chain(h http.Header) []hop {
	fields := p.fields
	if fields == nil {
		fields = []string{"Forwarded"}
		if len(h["X-Forwarded-For"])+len(h["X-Forwarded-Host"])+len(h["X-Forwarded-Proto"]) > 0 {
			fields = []string{"X-Forwarded-For", "X-Forwarded-Proto"}
		}
	}
	if slices.Contains(fields, "Forwarded") {
		return parseForwarded(strings.Join(h["Forwarded"], ","), slices.Contains(fields, forwardedHost))
	}
	return parseXForwarded(func(name string) string {
		if !slices.Contains(fields, name) {
			return ""
		}
		return strings.Join(h[name], ",")
	})
}

// parseXForwarded reads the X-Forwarded fields, and X-Real-IP. Host and protocol
// are the last ones, which the nearest proxy has added.
func parseXForwarded(field func(name string) string) []hop {
	var chain []hop
	for addr := range strings.SplitSeq(field("X-Forwarded-For"), ",") {
		if addr = strings.TrimSpace(addr); addr != "" {
			chain = append(chain, hop{addr: withoutPort(addr)})
		}
	}
	if chain == nil {
		chain = []hop{{addr: withoutPort(last(field("X-Real-Ip")))}}
	}
	nearest := &chain[len(chain)-1]
	nearest.host = last(field("X-Forwarded-Host"))
	nearest.proto = last(field("X-Forwarded-Proto"))
	return chain
}

// parseForwarded reads the elements of the field Forwarded.
func parseForwarded(text string, hosts bool) []hop {
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
				if hosts {
					h.host = value
				}
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
