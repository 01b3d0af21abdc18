package pack

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A serverFile is a file that a template makes.
type serverFile struct {
	path, template string
	way, strength  string
}

// addServerFiles adds the rules for the server, and those that a host may need
// instead of them.
func (b *arrangement) addServerFiles() error {
	files := b.apacheFiles()
	if b.Server != "apache" {
		files = b.ownServerFiles()
	}
	for _, f := range files {
		data, err := b.hosting(f.way, f.strength).Render(f.template)
		if err != nil {
			return err
		}
		b.addFile(f.path, modeOf(f.path), data)
	}
	return nil
}

// modeOf returns the mode of a file that is not a program. The web server reads
// .htaccess files alone: what root copies elsewhere is closed, so that it is not
// sent even where the package was unpacked into a document root. The rules for hosts
// that allow less are copied as they are, so that the server can read the copy.
func modeOf(name string) fs.FileMode {
	if isClosed(name) && path.Base(name) != "programs-fileinfo.htaccess" {
		return secretMode
	}
	return publicMode
}

func isClosed(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return first == "private" || first == "server"
}

// apacheFiles are the .htaccess files; beside them, for hosts that allow less,
// and for a server of one's own.
func (b *arrangement) apacheFiles() []serverFile {
	way := "cgi"
	if b.Layout == "fcgid" {
		way = "fastcgi"
	}
	files := []serverFile{
		{path.Join(b.siteFolder(), ".htaccess"), "apache/docroot.htaccess", way, "full"},
		{"private/.htaccess", "apache/private.htaccess", way, "full"},
		{"private/server/apache-vhost.conf", "apache/vhost.conf", "cgi", ""},
		{"private/server/programs-fileinfo.htaccess", "apache/programs.htaccess", way, "fileinfo"},
	}
	if b.Layout != "cgi-bin" { // the host configures its own cgi-bin, and may refuse every directive of ours
		files = append(files, serverFile{path.Join(b.programs(), ".htaccess"), "apache/programs.htaccess", way, "full"})
	}
	return append(files, b.socketFiles("private/server", "apache-vhost-", ".conf", "apache/vhost.conf")...)
}

func (b *arrangement) ownServerFiles() []serverFile {
	switch b.Server {
	case "lighttpd":
		return b.waysOf("lighttpd-", ".conf", "lighttpd/lighttpd.conf", "cgi", "fastcgi", "scgi")
	case "nginx":
		return append(b.waysOf("nginx-", ".conf", "nginx/nginx.conf", "cgi", "fastcgi", "scgi"),
			b.ways("openbsd-httpd-", ".conf", "openbsd/httpd.conf", "cgi", "fastcgi")...)
	case "caddy":
		return b.waysOf("Caddyfile-", "", "caddy/Caddyfile", "cgi", "fastcgi")
	}
	return nil
}

// waysOf returns a file for each way in which the programs can be reached.
func (b *arrangement) waysOf(prefix, suffix, template string, ways ...string) []serverFile {
	return append(b.units("server"), b.ways(prefix, suffix, template, ways...)...)
}

func (b *arrangement) ways(prefix, suffix, template string, ways ...string) []serverFile {
	var files []serverFile
	for _, way := range ways {
		if slices.Contains(b.Gateways, way) {
			files = append(files, serverFile{"server/" + prefix + way + suffix, template, way, ""})
		}
	}
	return files
}

// socketFiles are for programs that run all the time.
func (b *arrangement) socketFiles(folder, prefix, suffix, template string) []serverFile {
	files := b.units(folder)
	for _, way := range []string{"fastcgi", "scgi"} {
		if slices.Contains(b.Gateways, way) {
			files = append(files, serverFile{path.Join(folder, prefix+way+suffix), template, way, ""})
		}
	}
	return files
}

// units start such programs at the first request.
func (b *arrangement) units(folder string) []serverFile {
	if !slices.Contains(b.Gateways, "fastcgi") && !slices.Contains(b.Gateways, "scgi") {
		return nil
	}
	return []serverFile{
		{path.Join(folder, "systemd", b.site+"@.socket"), "systemd/site.socket", "fastcgi", ""},
		{path.Join(folder, "systemd", b.site+"@.service"), "systemd/site.service", "fastcgi", ""},
	}
}
