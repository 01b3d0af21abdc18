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

// Servers returns a server for each domain, with the rules that are for it. Of
// several programs that share a path the one that answers GET has it.
func (h Hosting) Servers() []NamedServer {
	var servers []NamedServer
	for _, name := range h.Hostnames() {
		s, seen := NamedServer{Name: name}, map[string]bool{}
		for _, r := range h.Rules {
			// What the rules have twice, the second time without its methods, is for a 405.
			known := !slices.ContainsFunc(r.Patterns, func(pattern string) bool { return !seen[pattern] })
			if (r.Host == "" || r.Host == name) && !known {
				s.add(r)
				for _, pattern := range r.Patterns {
					seen[pattern] = true
				}
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
	if kept := s.Rules[i].methods(); !slices.Contains(kept, "") && !slices.Equal(kept, r.methods()) {
		s.Unreachable = append(s.Unreachable, r)
	}
}

// methods returns those of the patterns, "" for any.
func (r HostingRule) methods() []string {
	var methods []string
	for _, pattern := range r.Patterns {
		method, _, found := strings.Cut(pattern, " ")
		if !found {
			method = ""
		}
		methods = append(methods, method)
	}
	return methods
}

func takesGet(r HostingRule) bool {
	return slices.ContainsFunc(r.methods(), func(method string) bool { return method == "" || method == "GET" })
}
