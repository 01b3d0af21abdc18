package doctor

import (
	"bytes"
	"net"
	"net/http"
	"path"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// checkLeaks asks for every file of the package by each address that it could
// have, and for the names under which secrets are looked for.
func (v *visit) checkLeaks() {
	dir := v.manifest.Private()
	names := []string{"private/site.env", "site.env", ".env", "private/.env"}
	for _, name := range []string{"site.env", ".env", manifest.Name, "SHA256SUMS"} {
		names = append(names, path.Join(dir, name))
	}
	for _, f := range v.manifest.Files {
		names = append(names, f.Path)
	}
	asked := map[string]bool{}
	for _, name := range names {
		file, _ := v.manifest.File(name)
		for _, address := range v.addresses(name) {
			if !asked[address] {
				asked[address] = true
				v.checkLeak(address, file)
			}
		}
	}
}

// addresses are those that a file has if the package was unpacked into the
// document root, or is as it should be.
func (v *visit) addresses(name string) []string {
	list := []string{v.base.Path + "/" + name}
	if inside, ok := strings.CutPrefix(name, v.manifest.Docroot+"/"); ok {
		list = append(list, "/"+inside, v.base.Path+"/"+inside)
	}
	if base := path.Base(name); path.Dir(name) == v.manifest.Private() {
		list = append(list, v.base.Path+"/"+base)
	}
	return list
}

func (v *visit) checkLeak(address string, file manifest.File) {
	a := v.get(address)
	if a.err != nil || a.status != http.StatusOK {
		return
	}
	where := v.at(address)
	switch {
	case isProgram(a.body):
		v.programSent(where)
	case v.isSecret(a.body):
		v.add(Finding{"secret-sent", Error, where, "the server sends settings to everybody",
			"private/ lies in the document root, and no rule forbids the server to send it",
			"mv private beside the document root at once, chmod 700, and change every password that was in it"})
	case bytes.Equal(a.body, v.Manifest), file.SHA256 != "" && sameContent(file, a.body) && len(a.body) > 0:
		id, what := "package-sent", "a file of the package"
		if bytes.Equal(a.body, v.Manifest) {
			id, what = "manifest-sent", "the manifest"
		}
		v.add(Finding{id, Error, where, "the server sends " + what + " to everybody", "it describes the site to attackers",
			"move private/ and INSTALL.md beside the document root"})
	}
}

// isSecret reports whether a text holds lines of settings.
func (v *visit) isSecret(body []byte) bool {
	for line := range strings.Lines(string(body[:min(len(body), 64<<10)])) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "#")
		key, _, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		for _, value := range v.manifest.Config {
			if key == value.Name || key == value.Name+"_FILE" {
				return true
			}
		}
	}
	return false
}

// checkListings asks for folders.
func (v *visit) checkListings() {
	folders := []string{v.base.Path + "/private/", v.base.Path + "/" + v.manifest.Private() + "/"}
	for _, p := range v.manifest.Programs {
		if p.Address != "" {
			folders = append(folders, path.Dir(p.Address)+"/")
		}
	}
	for _, folder := range folders {
		a := v.get(folder)
		if a.err == nil && a.status == http.StatusOK && (bytes.Contains(a.body, []byte("Index of")) || bytes.Contains(a.body, []byte("Directory listing"))) {
			v.add(Finding{"folder-listed", Warning, v.at(folder), "the server lists the folder", "everybody sees the names of all files in it, including copies and probes",
				"add to the .htaccess in the folder: Options -Indexes\npanel: Indexes, the folder, No Indexing"})
		}
	}
}

// checkTLS looks at whether visitors are protected. On this machine alone
// nobody has to be.
func (v *visit) checkTLS() {
	host := v.base.Hostname()
	if ip := net.ParseIP(host); v.base.Scheme == "https" || host == "localhost" || ip != nil && ip.IsLoopback() {
		return
	}
	secure := *v
	base := *v.base
	base.Scheme, base.Host = "https", host
	secure.base = &base
	if a := secure.get(v.base.Path + "/"); a.err != nil {
		v.add(Finding{"tls-missing", Warning, v.at(""), "the site has no HTTPS: " + cause(a.err), "others on the network can read passwords, tokens and cookies",
			"panel: SSL/TLS (Let's Encrypt, AutoSSL), issue a certificate for " + host})
		return
	}
	if a := v.get(v.base.Path + "/"); a.status < 301 || a.status > 308 || !strings.HasPrefix(a.header.Get("Location"), "https://") {
		v.add(Finding{"tls-not-forced", Warning, v.at(""), "http:// does not redirect to https://", "visitors who type only the name are not protected",
			"panel: Domains, Force HTTPS Redirect"})
	}
}
