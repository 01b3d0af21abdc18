package stream

import (
	"net"
	"net/netip"
	"strings"
)

// OnlyFrom is the rule of FCGI_WEB_SERVER_ADDRS (FastCGI 1.0 §3.2): only peers
// with an address of the list, which commas separate, may connect. One that
// did not come by TCP has no address and may not.
func OnlyFrom(list string) func(net.Addr) bool {
	allowed := make(map[netip.Addr]bool)
	for text := range strings.SplitSeq(list, ",") {
		if addr, err := netip.ParseAddr(strings.TrimSpace(text)); err == nil {
			allowed[addr.Unmap()] = true
		}
	}
	return func(peer net.Addr) bool {
		tcp, ok := peer.(*net.TCPAddr)
		return ok && allowed[tcp.AddrPort().Addr().Unmap().WithZone("")]
	}
}
