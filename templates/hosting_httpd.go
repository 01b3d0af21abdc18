package templates

import (
	"slices"
	"strings"
)

// A NamedServer is what one domain of the site has, for a server that tells
// neither domains nor methods apart by its rules.
type NamedServer struct {
	Name        string
	Rules       []HostingRule // no two with the same paths
	Unreachable []HostingRule // an earlier rule takes their paths, for another program
}

// Servers gives a server for each domain, with the rules that are for it. Of
// several programs that share a path the one that answers GET has it.
func (h Hosting) Servers() []NamedServer {
	var servers []NamedServer
	for _, name := range h.Hostnames() {
		s, seen := NamedServer{Name: name}, map[string]bool{}
		for _, r := range h.Rules {
			// What the rules have twice, the second time without its methods, is for a 405.
			if (r.Host == "" || r.Host == name) && !seen[r.Pattern] {
				s.add(r)
				seen[r.Pattern] = true
			}
		}
		servers = append(servers, s)
	}
	return servers
}

// add adds a rule, unless an earlier one has its paths.
func (s *NamedServer) add(r HostingRule) {
	i := slices.IndexFunc(s.Rules, func(earlier HostingRule) bool { return slices.Equal(earlier.Lua, r.Lua) })
	if i < 0 {
		s.Rules = append(s.Rules, r)
		return
	}
	if r.Program == s.Rules[i].Program {
		return
	}
	if r.Host == s.Rules[i].Host && takesGet(r) && !takesGet(s.Rules[i]) {
		s.Rules[i], r = r, s.Rules[i]
	}
	if kept := s.Rules[i].method(); kept != "" && kept != r.method() {
		s.Unreachable = append(s.Unreachable, r)
	}
}

// method gives that of the pattern, "" for any.
func (r HostingRule) method() string {
	method, _, found := strings.Cut(r.Pattern, " ")
	if !found {
		return ""
	}
	return method
}

func takesGet(r HostingRule) bool { return r.method() == "" || r.method() == "GET" }
