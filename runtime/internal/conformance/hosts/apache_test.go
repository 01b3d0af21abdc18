//go:build unix

package hosts_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cgigen/cgigen/runtime/internal/conformance/servers"
)

// suexec runs the programs of a host as the user nobody.
const suexec = "SuexecUserGroup #65534 #65534\n"

// shared is the inside of a virtual host as providers set it up. That files
// which begin with .ht are not sent stands in every stock configuration.
func shared(docroot, directory string) string {
	return fmt.Sprintf("<FilesMatch \"^\\.ht\">\nRequire all denied\n</FilesMatch>\nDocumentRoot %q\n%s<Directory %q>\n%s\n</Directory>\n", docroot, suexec, docroot, directory)
}

// hostCharset is what some hosts add to every text that does not name its character set.
const hostCharset = "AddDefaultCharset iso-8859-1"

func modules(names string) servers.Options {
	return servers.Options{Modules: strings.Fields("suexec rewrite " + names), Config: hostCharset}
}

// The package as it is, and every route, on hosts that allow more or less.
func TestApache(t *testing.T) {
	t.Parallel()
	archive := archive(t, "--for", "apache")
	tests := []struct {
		name      string
		options   servers.Options
		directory string
		prepare   func(t *testing.T, dir string)
	}{
		{name: "AllowOverride All, mod_cgid", options: modules("cgid"), directory: "AllowOverride All"},
		{name: "AllowOverride All, mod_cgi", options: servers.Options{Prefork: true, Modules: modules("cgi").Modules}, directory: "AllowOverride All"},
		{name: "AllowOverride with the classes it needs", options: modules("cgid"), directory: "AllowOverride FileInfo Options=ExecCGI"},
		{name: "AllowOverride FileInfo", options: modules("cgid"), directory: "AllowOverride FileInfo\nOptions +ExecCGI", prepare: useFileInfo},
		{name: "limits that leave enough", options: modules("cgid"), directory: "AllowOverride All\nRLimitMEM 1073741824\nRLimitNPROC 500"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := home(t)
			upload(t, archive, dir, nobody)
			if test.prepare != nil {
				test.prepare(t, dir)
			}
			s := servers.Apache(t, test.options, shared(filepath.Join(dir, "public_html"), test.directory))
			callAll(t, place{addr: s.Addr(0), direct: "/cgi-testsite"})
			noFiles(t, s.Addr(0), dir, "public_html")
			same(t, "the doctor in the folder", ask(t, dir), nil)
			noFinding(t, s.Addr(0), dir, "")
		})
	}
}

// useFileInfo does what INSTALL.md says of hosts that refuse Options.
func useFileInfo(t *testing.T, dir string) {
	runInstaller(t, dir, nobody, "--fileinfo")
	runInstaller(t, dir, nobody) // which keeps to it
}

func TestApacheBelowAPath(t *testing.T) {
	t.Parallel()
	archive := archive(t, "--for", "apache", "--base", "/~alice/shop")
	dir := home(t)
	upload(t, archive, dir, nobody)
	s := servers.Apache(t, modules("cgid"), shared("/var/www/html", "")+
		fmt.Sprintf("Alias /~alice %[1]q\n<Directory %[1]q>\nAllowOverride All\n</Directory>\n", filepath.Join(dir, "public_html")))
	callAll(t, place{addr: s.Addr(0), base: "/~alice/shop", direct: "/~alice/shop/cgi-testsite"})
	same(t, "the doctor in the folder", ask(t, dir), nil)
	noFinding(t, s.Addr(0), dir, "/~alice/shop")
}

// Providers keep cgi-bin in the document root, or beside it. Passwords arrive
// where the site's .htaccess reaches it.
func TestApacheWithItsOwnCGIBin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, base, folder string
		noAuth             bool
	}{
		{name: "inside", folder: "public_html/cgi-bin"},
		{name: "inside, below a path", base: "/shop", folder: "public_html/cgi-bin", noAuth: true},
		{name: "beside", folder: "cgi-bin", noAuth: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			archive := archive(t, "--for", "apache", "--layout", "cgi-bin", "--base", test.base)
			dir := home(t)
			upload(t, archive, dir, nobody)
			if test.folder != "public_html/cgi-bin" {
				must(t, os.Rename(filepath.Join(dir, "public_html/cgi-bin"), filepath.Join(dir, test.folder)))
			}
			s := servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), "AllowOverride FileInfo")+
				fmt.Sprintf("ScriptAlias /cgi-bin/ %q\n", filepath.Join(dir, test.folder)+"/"))
			callAll(t, place{addr: s.Addr(0), base: test.base, direct: "/cgi-bin", noAuth: test.noAuth})
			noFinding(t, s.Addr(0), dir, test.base)
		})
	}
}

func TestApacheWithOneProgramUnderManyNames(t *testing.T) {
	t.Parallel()
	archive := archive(t, "--for", "apache", "--layout", "multicall")
	dir := home(t)
	upload(t, archive, dir, nobody)
	s := servers.Apache(t, modules("cgid"), shared(filepath.Join(dir, "public_html"), "AllowOverride All"))
	callAll(t, place{addr: s.Addr(0), direct: "/cgi-testsite"})
	same(t, "the doctor in the folder", ask(t, dir), nil)
	noFinding(t, s.Addr(0), dir, "")
}

func TestApacheWithFcgid(t *testing.T) {
	t.Parallel()
	if !hasGateway(t, "fastcgi") {
		return
	}
	archive := archive(t, "--for", "apache", "--layout", "fcgid")
	dir := home(t)
	upload(t, archive, dir, nobody)
	s := servers.Apache(t, modules("fcgid"), shared(filepath.Join(dir, "public_html"), "AllowOverride All"))
	callAll(t, place{addr: s.Addr(0), direct: "/cgi-testsite", suffix: ".fcgi"})
	noFiles(t, s.Addr(0), dir, "public_html")
	same(t, "the doctor in the folder", ask(t, dir), nil)
	noFinding(t, s.Addr(0), dir, "", "upload-limit") // that of mod_fcgid
}

// The virtual host of a server of one's own needs no .htaccess.
func TestApacheVirtualHost(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"", "/shop"} {
		t.Run("base "+base, func(t *testing.T) {
			archive, dir := archive(t, "--for", "apache", "--base", base), home(t)
			upload(t, archive, dir, nobody)
			s := servers.Apache(t, modules("cgid headers"), virtualHost(t, filepath.Join(dir, "private/testsite/server/apache-vhost.conf"), "testsite testsite", "#65534 #65534", "/srv/testsite", dir))
			callAll(t, place{addr: s.Addr(0), base: base, direct: base + "/cgi-testsite"})
			noFiles(t, s.Addr(0), dir, "public_html")
		})
	}
}

// virtualHost returns the inside of a <VirtualHost>, with words replaced.
func virtualHost(t *testing.T, file string, replace ...string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	_, inside, ok := strings.Cut(string(text), "<VirtualHost *:80>")
	inside, _, closed := strings.Cut(inside, "</VirtualHost>")
	if !ok || !closed {
		t.Fatalf("%s is not a virtual host", file)
	}
	return strings.NewReplacer(replace...).Replace(inside)
}
