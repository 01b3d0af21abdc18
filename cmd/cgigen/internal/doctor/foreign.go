package doctor

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// notTheProgram reports an answer that is not the program's: what answered, and
// how to put the program there. It names the site where every address is
// answered so, and otherwise the one address.
func (v *visit) notTheProgram(c call, a answer) {
	where := v.at(c.path)
	everywhere := v.isServers(c.path, a)
	if everywhere {
		where = v.at(v.base.Path + "/")
	}
	switch {
	case isChallenge(a):
		v.add(Finding{"bot-challenge", Error, where, fmt.Sprintf("a check for robots answers instead of the program (status %d)", a.status),
			"the host, or a service in front of it, lets only browsers with scripts pass: programs that call the site, feeds and the doctor see the check",
			"panel: Bot Protection, Imunify360, Captcha or Cloudflare's \"Under attack\" mode: switch it off for this site, or for the address of this machine"})
	case a.status == http.StatusUnauthorized:
		v.add(Finding{"password-first", Error, where, "the server asks for a password before any program" + realm(a),
			"a folder above is protected (panel: Directory Privacy; AuthType in an .htaccess), so that nobody sees the site without the password",
			"give it to the doctor: cgigen doctor http://USER:PASSWORD@" + v.base.Host + "/; or remove the protection"})
	case isWordPress(a):
		v.add(Finding{"wordpress-first", Error, where, "WordPress answers instead of the program" + about(a),
			"the last rule of WordPress's block takes every address: rules that stand after it have no effect",
			"move the lines from \"# BEGIN cgigen\" to \"# END cgigen\" in .htaccess before \"# BEGIN WordPress\"; a site that takes every address needs a folder or a sub-domain of its own"})
	case isFolderRedirect(c.path, a):
		v.add(Finding{"folder-before-route", Error, where, c.what + " leads to a folder: the server redirects to " + a.header.Get("Location"),
			"the document root has a folder named like the route, which Apache takes first", "rename the folder, or the route"})
	case isListing(a):
		v.listed(c.path)
	case a.status == http.StatusForbidden:
		v.forbidden(where, c.what)
	case a.status == http.StatusNotFound:
		v.missing(c, where, everywhere)
	default:
		v.add(Finding{"foreign-answer", Error, where, "something else answers instead of the program: " + description(a),
			"the domain leads to another host or folder, the host shows a page of its own (parked, suspended, under construction), or another site's rules stand first",
			"panel: Domains, the document root of the site; compare the address of the host (DNS) with that of " + v.base.Hostname()})
	}
}

// missing reports a 404 of the server itself.
func (v *visit) missing(c call, where string, everywhere bool) {
	if everywhere {
		where = v.at(c.path)
	}
	if folder := v.folderBefore(c.path); folder != "" {
		v.add(Finding{"folder-before-route", Error, where, "the server does not know " + c.what + ": " + folder + " is a folder of the document root",
			"an .htaccess in the folder has RewriteEngine On, which suspends the rules above it, or Apache takes the folder first",
			"rename the folder or the route; or write into the .htaccess of the folder: RewriteOptions Inherit"})
		return
	}
	if v.proven > 0 {
		v.add(Finding{"route-missing", Error, where, "the server does not know " + c.what + ", although programs answer other routes",
			"the program of the route is missing, or a file or a folder of that name stands before it", "run cgigen doctor DIR on the host: it names the file"})
		return
	}
	v.add(Finding{"route-missing", Error, where, "the server does not know " + c.what + ": 404",
		"the rules have no effect: .htaccess is missing, in another folder, or ignored (AllowOverride None), or the site lies below another path",
		"upload .htaccess (show hidden files); package with the right --base; if the host ignores .htaccess: cgigen package --layout cgi-bin, or ask for AllowOverride All"})
}

// folderBefore is the address of a folder that the server has in place of the
// beginning of a path, "" if there is none: Apache redirects to it.
func (v *visit) folderBefore(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, v.base.Path), "/"), "/")
	folder := v.base.Path + "/" + first
	if first == "" || folder == v.programFolder() || !isFolderRedirect(folder, v.get(folder)) {
		return ""
	}
	return folder + "/"
}

// description is what is to be seen of an answer.
func description(a answer) string {
	if to := a.header.Get("Location"); to != "" {
		return fmt.Sprintf("status %d, to %s", a.status, to)
	}
	return fmt.Sprintf("status %d%s", a.status, about(a))
}

// about names the page of an answer by its title.
func about(a answer) string {
	text := title(a.body)
	if len(text) == 0 {
		return ""
	}
	return fmt.Sprintf(", the page %q", text[:min(len(text), 80)])
}

func realm(a answer) string {
	if said := a.header.Get("Www-Authenticate"); said != "" {
		return " (" + said + ")"
	}
	return ""
}

// isFolderRedirect reports whether an answer is that of mod_dir for a folder
// without a slash behind its name.
func isFolderRedirect(path string, a answer) bool {
	to := a.header.Get("Location")
	return a.status == http.StatusMovedPermanently && !strings.HasSuffix(path, "/") && strings.HasSuffix(to, path+"/")
}

// Signs of pages that a host or a service shows to those who may be robots.
func challenges() []string {
	return []string{"slowaes", "tonumbers(", "/cdn-cgi/challenge-platform/", "cf-chl-", "cf_chl_", "sucuri_cloudproxy_js", "_incapsula_resource",
		"imunify360", "/.well-known/captcha", "sgcaptcha", "ddos-guard", "awswafcookiedomainlist", "recaptcha/api.js"}
}

// isChallenge reports whether an answer is a check whether the client is a browser:
// known ones, and short pages whose script sets a cookie and loads the page again.
func isChallenge(a answer) bool {
	if a.header.Get("Cf-Mitigated") != "" || a.header.Get("Sg-Captcha") != "" {
		return true
	}
	page := a.body[:min(len(a.body), 64<<10)]
	if !isScript(page) {
		return false
	}
	lower := bytes.ToLower(page)
	if slices.ContainsFunc(challenges(), func(sign string) bool { return bytes.Contains(lower, []byte(sign)) }) {
		return true
	}
	reloads := bytes.Contains(page, []byte("location.reload")) || bytes.Contains(page, []byte("location.href")) || bytes.Contains(page, []byte("location.replace"))
	return len(page) < 8<<10 && bytes.Contains(page, []byte("document.cookie")) && reloads
}

func isWordPress(a answer) bool {
	return bytes.Contains(a.body, []byte("/wp-content/")) || bytes.Contains(a.body, []byte("/wp-includes/")) ||
		strings.Contains(a.header.Get("Link"), "/wp-json/") || a.header.Get("X-Pingback") != "" || strings.EqualFold(a.header.Get("X-Redirect-By"), "WordPress")
}
