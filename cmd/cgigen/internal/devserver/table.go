package devserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/cgigen/cgigen/templates"
)

// table selects the program for a request, or has the reason why there are no programs.
type table struct {
	failure  string         // why the build failed; "" if it did not
	mux      *http.ServeMux // knows the patterns; its handlers are never called
	programs map[string]Program
	routes   []Route
}

// newTable registers all patterns. The generator has made sure that they do
// not conflict.
func newTable(site Site) table {
	t := table{mux: http.NewServeMux(), programs: map[string]Program{}, routes: site.Routes}
	named := map[string]Program{}
	for _, p := range site.Programs {
		named[p.Name] = p
	}
	for _, route := range site.Routes {
		t.mux.Handle(route.Pattern, http.NotFoundHandler())
		t.programs[route.Pattern] = named[route.Program]
	}
	return t
}

// find returns the program for a request. Redirects, such as from /a//b to /a/b,
// are left to the program: it has a ServeMux of its own. Without a program,
// other is what answers: 404, or 405 with the methods that there are.
func (t table) find(r *http.Request) (p Program, other http.Handler, ok bool) {
	handler, pattern := t.mux.Handler(r)
	p, ok = t.programs[pattern]
	return p, handler, ok
}

// rows returns the route table for a page.
func (t table) rows() []templates.PageRoute {
	var rows []templates.PageRoute
	for _, route := range t.routes {
		rows = append(rows, templates.PageRoute{
			Pattern: route.Pattern, Program: route.Program, Link: link(route.Pattern),
		})
	}
	return rows
}

// link returns the address for patterns that stand for one: a path without
// wildcards, that can be visited with GET on this host.
func link(pattern string) string {
	path := strings.TrimPrefix(pattern, "GET ")
	path = strings.TrimSuffix(path, "{$}")
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "{} ") {
		return ""
	}
	return (&url.URL{Path: path}).EscapedPath()
}
