package doctor

import (
	"bytes"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/rules"
)

// A call is a request for a program, by one of its routes or by its own address.
type call struct {
	path, method string
	what         string // as a finding names it
	program      string
	header       http.Header
}

// A proof is what shows that a program answers at an address.
type proof int

const (
	none   proof = iota // the answer may be anybody's
	shown               // the program has said which build it is, or only a program answers so
	failed              // the program has said which build it is, and that it cannot start
	other               // only a program answers so, but it is another build than the manifest's
)

// build is the hash that a program answers probes with, "" for an older package.
func (v *visit) build(program string) string {
	for _, p := range v.manifest.Programs {
		if p.Name == program && p.Address != "" {
			return p.Build
		}
	}
	return ""
}

// prove finds out whether a program of the site answers a call, and which one. a
// is the answer to the call. It is asked with GET, whatever the call's method: for
// that method the server may choose another program, which proves as much about the
// server.
func (v *visit) prove(c call, a answer) (proof, string) {
	older := false
	for _, program := range v.candidates(c) {
		build := v.build(program)
		if build == "" {
			older = true
			continue
		}
		if p := v.probe(c, build); p != none {
			return p, program
		}
	}
	switch byComparison := v.proveByComparison(c, a); {
	case byComparison == shown && !older && !v.isMuxAt(c):
		return none, ""
	case byComparison == shown && !older:
		return other, c.program
	default:
		return byComparison, c.program
	}
}

// candidates are the programs that may answer a call: that of its route, and those
// of other routes for the same address.
func (v *visit) candidates(c call) []string {
	list := []string{c.program}
	path := strings.TrimPrefix(c.path, v.base.Path)
	for _, r := range v.manifest.Routes {
		if !slices.Contains(list, r.Program) && rules.Overlap(r.Path, path) && (r.Host == "" || r.Host == c.header.Get("Host")) {
			list = append(list, r.Program)
		}
	}
	return list
}

// probe asks the program with a build to say so.
func (v *visit) probe(c call, build string) proof {
	header := http.Header{"Cgigen-Probe": {build}}
	for name, values := range c.header {
		header[name] = values
	}
	a := v.do("GET", c.path, nil, header)
	says := strings.Fields(a.header.Get("Cgigen-Program"))
	switch {
	case a.err != nil || len(says) < 2 || says[1] != build:
		return none
	case a.status == http.StatusNoContent:
		return shown
	}
	return failed
}

// proveByComparison does without a probe: the answer is not the one for an
// address that does not exist, and a method that no route takes is answered 405
// as programs do.
func (v *visit) proveByComparison(c call, a answer) proof {
	switch {
	case a.err != nil || isProgram(a.body) || v.isServers(c.path, a):
		return none
	case isMux(a), v.isMuxAt(c):
		return shown
	case v.takesAll(c.path, "OPTIONS"), v.refusesOptions():
		return shown // as far as can be told: it is not the server's answer
	case c.method == "OPTIONS" && a.status == http.StatusMethodNotAllowed:
		return shown
	}
	return none
}

// isMuxAt reports whether OPTIONS is answered 405 as programs do, at a path whose
// routes do not take it.
func (v *visit) isMuxAt(c call) bool {
	if v.takesAll(c.path, "OPTIONS") {
		return false
	}
	a := v.do("OPTIONS", c.path, nil, c.header)
	return a.err == nil && a.status == http.StatusMethodNotAllowed && isMux(a)
}

// refusesOptions reports whether the host itself answers OPTIONS, so that no
// program ever sees it.
func (v *visit) refusesOptions() bool {
	if v.options == nil {
		a := v.do("OPTIONS", v.nowherePath, nil, nil)
		v.options = &a
	}
	return v.options.err != nil || v.options.status == http.StatusForbidden || v.options.status == http.StatusNotImplemented ||
		v.options.status == http.StatusMethodNotAllowed && !isMux(*v.options)
}

// takesAll reports whether a route takes the method at the address of another.
func (v *visit) takesAll(path, method string) bool {
	path = strings.TrimPrefix(path, v.base.Path)
	return slices.ContainsFunc(v.manifest.Routes, func(r manifest.Route) bool {
		return (r.Method == "" || r.Method == method) && rules.Overlap(r.Path, path)
	})
}

// hasCatchAll reports whether a route takes addresses that nobody has thought of.
func (v *visit) hasCatchAll() bool {
	return slices.ContainsFunc(v.manifest.Routes, func(r manifest.Route) bool {
		return r.Host == "" && (r.Method == "" || r.Method == "GET") && rules.Overlap(r.Path, "/cgigen-doctor-0")
	})
}

// isServers reports whether an answer is the one that an address gets that does not
// exist, whatever the status. Where a program takes every path, there is no such answer.
func (v *visit) isServers(path string, a answer) bool {
	return !v.nowhereIsProgram && sameAnswer(a, path, v.nowhere, v.nowherePath)
}

// isMux reports whether an answer is that of a ServeMux without a route.
func isMux(a answer) bool {
	return a.status == http.StatusNotFound && string(a.body) == "404 page not found\n" ||
		a.status == http.StatusMethodNotAllowed && a.header.Get("Allow") != "" && string(a.body) == "Method Not Allowed\n"
}

// sameAnswer compares answers for two addresses that may name them.
func sameAnswer(a answer, pathA string, b answer, pathB string) bool {
	if a.err != nil || b.err != nil || a.status != b.status {
		return false
	}
	if location := a.header.Get("Location"); location != "" || b.header.Get("Location") != "" {
		return unnamed(location, pathA) == unnamed(b.header.Get("Location"), pathB)
	}
	return similar([]byte(unnamed(string(a.body), pathA)), []byte(unnamed(string(b.body), pathB)))
}

// unnamed is a text without the address that it is about.
func unnamed(text, path string) string {
	for _, name := range []string{path, html.EscapeString(path), url.QueryEscape(path), strings.TrimPrefix(path, "/")} {
		if len(name) > 1 {
			text = strings.ReplaceAll(text, name, "*")
		}
	}
	return text
}

// similar compares pages that may differ in what is random.
func similar(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	first, _, titled := bytes.Cut(a, []byte("</title>"))
	second, _, too := bytes.Cut(b, []byte("</title>"))
	if titled && too {
		return bytes.Equal(first, second) || bytes.Equal(title(a), title(b))
	}
	const begin = 64
	return isScript(a) && isScript(b) && bytes.Equal(a[:min(begin, len(a))], b[:min(begin, len(b))])
}

var titleElement = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// title is that of a page, nil without one.
func title(page []byte) []byte {
	m := titleElement.FindSubmatch(page[:min(len(page), 64<<10)])
	if m == nil {
		return nil
	}
	return bytes.TrimSpace(m[1])
}

func isScript(page []byte) bool { return bytes.Contains(page, []byte("<script")) }
