package pack

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/htaccess"
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
	return b.addBlocks()
}

// modeOf returns the mode of a file that is not a program. The web server reads
// none of them where it lies: what is copied or merged elsewhere is closed, so that
// it is not sent even where the package was unpacked into a document root.
func modeOf(name string) fs.FileMode {
	if isClosed(name) {
		return secretMode
	}
	return publicMode
}

func isClosed(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return first == "private" || first == "server"
}

// apacheFiles are beside the rules: for hosts that allow less, and for a server of
// one's own.
func (b *arrangement) apacheFiles() []serverFile {
	folder := b.private("server")
	files := []serverFile{
		{b.private(".htaccess"), "apache/private.htaccess", b.way(), "full"},
		{path.Join(folder, "apache-vhost.conf"), "apache/vhost.conf", "cgi", ""},
	}
	return append(files, b.socketFiles(folder, "apache-vhost-", ".conf", "apache/vhost.conf")...)
}

// way is how Apache reaches the programs.
func (b *arrangement) way() string {
	if b.Layout == "fcgid" {
		return "fastcgi"
	}
	return "cgi"
}

// addBlocks adds what Apache reads in folders that others may have files in: the
// rules that select programs, and those for the programs' folder. The host
// configures its own cgi-bin, and may refuse every directive of ours there.
func (b *arrangement) addBlocks() error {
	if b.Server != "apache" {
		return nil
	}
	if err := b.addBlock(b.siteFolder(), "apache/docroot.htaccess", "htaccess/site.txt"); err != nil {
		return err
	}
	b.blocks[0].Site = true
	if b.Layout == "cgi-bin" {
		return nil
	}
	if err := b.addBlock(b.programs(), "apache/programs.htaccess", "htaccess/programs.txt"); err != nil {
		return err
	}
	fewer, err := b.hosting(b.way(), "fileinfo").Render("apache/programs.htaccess")
	b.addFile(b.private(fewerRights), secretMode, htaccess.Wrap(b.site, fewer))
	return err
}

// fewerRights is the block for the programs' folder on hosts that allow less.
const fewerRights = "htaccess/programs-fileinfo.txt"

// addBlock adds the block for the .htaccess of a folder, and a file with it: a
// person can paste that, and install.sh merges it.
func (b *arrangement) addBlock(folder, template, file string) error {
	text, err := b.hosting(b.way(), "full").Render(template)
	if err != nil {
		return err
	}
	block := Block{
		Path: path.Join(folder, ".htaccess"), Data: htaccess.Wrap(b.site, text),
		File: b.private(file),
	}
	b.blocks = append(b.blocks, block)
	b.addFile(block.File, secretMode, block.Data)
	return nil
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
