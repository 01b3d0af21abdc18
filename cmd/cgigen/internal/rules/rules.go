// Package rules turns a route table into what a web server can be told: which
// path, and where it matters which method and host, leads to which program.
//
// A rule only selects the program. The program matches the full pattern itself and
// answers 404, 405 or a redirect, so a rule may let through a little more than its
// pattern, and never has to be cleverer than the server.
//
// The syntax of a server's file is not here: each server has a template in
// templates/hosting, which is filled with this package's expressions. A new server needs
// a template and a case in package pack. It needs a change here only if no expression
// of this package suits it.
package rules

import (
	"slices"
	"strings"
)

// A Route is a row of the route table.
type Route struct {
	Pattern string // [METHOD ][HOST]/path
	Method  string // "" for any
	Host    string // "" for any
	Path    string
	Program string
}

// A Rule leads requests to a program. Of several rules that fit, the first
// counts.
type Rule struct {
	Program  string
	Patterns []string // of the routes that it is for, for a comment
	Methods  string   // alternatives of a regular expression, as "GET|HEAD"; "" for any
	Host     string   // as in the pattern; "" for any
	segments
}

// From returns the rules of a route table: the most specific first, as
// [net/http.ServeMux] prefers them.
//
// A method or a host is asked for only if a request that has another one may
// belong to another program. The rest, a known path with a method that
// no program there takes, goes to the first program of the path: it answers 405.
func From(routes []Route) []Rule {
	sorted := slices.Clone(routes)
	slices.SortStableFunc(sorted, compare)
	var list, rest []Rule
	for i, route := range sorted {
		rule := Rule{Program: route.Program, Patterns: []string{route.Pattern}, segments: split(route.Path)}
		if contested(route, sorted[i+1:]) {
			rule.Methods, rule.Host = methods(route.Method), route.Host
		}
		list = append(list, rule)
		if rule.Methods != "" {
			rule.Methods = ""
			rest = append(rest, rule)
		}
	}
	return prune(append(list, rest...))
}

// contested reports whether a less specific route of another program fits some
// of the same paths.
func contested(route Route, others []Route) bool {
	return slices.ContainsFunc(others, func(o Route) bool {
		return o.Program != route.Program && split(o.Path).overlaps(split(route.Path))
	})
}

// methods returns the methods that a pattern's method stands for.
func methods(method string) string {
	if method == "GET" {
		return "GET|HEAD"
	}
	return method
}

// prune leaves out rules that an earlier one covers, which is then for their
// routes, too, if they are of its program.
func prune(rules []Rule) []Rule {
	var kept []Rule
	for _, rule := range rules {
		i := slices.IndexFunc(kept, func(k Rule) bool {
			return k.Path(Bytes) == rule.Path(Bytes) &&
				(k.Host == "" || k.Host == rule.Host) && (k.Methods == "" || k.Methods == rule.Methods)
		})
		switch {
		case i < 0:
			kept = append(kept, rule)
		case kept[i].Program == rule.Program:
			patterns := slices.Concat(kept[i].Patterns, rule.Patterns)
			slices.Sort(patterns)
			kept[i].Patterns = slices.Compact(patterns)
		}
	}
	return kept
}

// compare orders routes by how specific they are. Of two that overlap,
// ServeMux sees to it that one is more specific: by its host, then in the first
// segment that differs, then by its method.
func compare(a, b Route) int {
	if a.Host != b.Host {
		return fewer(a.Host == "", b.Host == "", strings.Compare(a.Host, b.Host))
	}
	if order := compareSegments(split(a.Path), split(b.Path)); order != 0 {
		return order
	}
	return fewer(methodRank(a.Method) == 2, methodRank(b.Method) == 2, methodRank(a.Method)-methodRank(b.Method))
}

// fewer puts what is not general before what is.
func fewer(a, b bool, otherwise int) int {
	switch {
	case a == b:
		return otherwise
	case a:
		return 1
	}
	return -1
}

// methodRank puts HEAD before GET, which includes it, and both before any.
func methodRank(method string) int {
	switch method {
	case "":
		return 2
	case "GET":
		return 1
	}
	return 0
}
