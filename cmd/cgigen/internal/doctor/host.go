package doctor

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// checkHost finds out whether programs see the host without the port that the
// client used. Where the port is the scheme's own there is none to lose.
func (v *visit) checkHost() {
	if port := v.base.Port(); port == "" || port == map[string]string{"http": "80", "https": "443"}[v.base.Scheme] {
		return
	}
	path, sign := v.signOfLostPort()
	if sign == "" {
		return
	}
	v.add(Finding{"host-port-lost", Error, v.at(path), "programs see the host without its port: " + sign,
		"absolute links and redirects lead to another port, and forms are refused, because the page's origin is not the host's (gorilla/csrf, http.CrossOriginProtection)",
		"nginx: fastcgi_params as Debian has it sets HTTP_HOST to $host; set it after that line as the generated configuration does; another proxy: pass the field Host on as it came"})
}

// signOfLostPort looks for an address that leaves the port out, and for a check
// of origins that takes the site for another one.
func (v *visit) signOfLostPort() (path, sign string) {
	const enough = 20
	asked := 0
	for _, r := range v.manifest.Routes {
		if r.Method != "" && r.Method != "GET" || r.Host != "" || asked == enough {
			continue
		}
		asked++
		path := v.base.Path + example(r, "1")
		if link := v.portlessLink(v.get(path)); link != "" {
			return path, "an answer leads to " + link
		}
	}
	path, ok := v.quiet("POST")
	if !ok || v.do("POST", path, nil, nil).status != http.StatusMethodNotAllowed {
		return "", ""
	}
	if v.do("POST", path, nil, http.Header{"Origin": {v.at("")}}).status == http.StatusForbidden {
		return path, "a form of the site itself is refused (403)"
	}
	return "", ""
}

// portlessLink gives an absolute address of the site in an answer, if none in
// it has the port.
func (v *visit) portlessLink(a answer) string {
	if to, err := url.Parse(a.header.Get("Location")); err == nil && to.Scheme == v.base.Scheme &&
		strings.EqualFold(to.Hostname(), v.base.Hostname()) && to.Port() == "" {
		return to.String()
	}
	own := v.at("")
	if a.err != nil || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || bytes.Contains(a.body, []byte(own)) {
		return ""
	}
	link := strings.TrimSuffix(own, ":"+v.base.Port())
	for _, end := range []string{"/", `"`, "'", "?", "#", "<", ">"} {
		if slices.ContainsFunc([]string{`"`, "'", "="}, func(before string) bool { return bytes.Contains(a.body, []byte(before+link+end)) }) {
			return link + "/"
		}
	}
	return ""
}
