package pack

import (
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/rules"
	"github.com/cgigen/cgigen/generator/model"
)

// Runs reports whether programs for an operating system can be run by a server
// as the package has them: by their names, with Unix modes, or on sockets.
func Runs(server, system string) bool {
	if server == "container" {
		return system == "linux" || system == "freebsd"
	}
	return slices.Contains([]string{"darwin", "dragonfly", "freebsd", "linux", "netbsd", "openbsd"}, system)
}

// Taken returns the path that the layout of a site keeps to itself, without
// slashes, and the layout that keeps another one; "" if every path is free. On
// Apache the programs' folder lies within the site, and its rules refuse all but
// programs.
func Taken(server, layout, site string) (folder, other string) {
	if server != "apache" {
		return "", ""
	}
	b := arrangement{Options: Options{Server: server, Layout: layout}, site: site}
	if layout == "cgi-bin" {
		return b.folder(), "subdir"
	}
	return b.folder(), "cgi-bin"
}

// Hidden lists the routes whose every address lies in that folder.
func Hidden(m *model.Model, folder string) []model.Route {
	var hidden []model.Route
	for _, p := range m.Programs {
		for _, r := range p.Routes {
			if folder != "" && rules.Head(r.Path) == folder {
				hidden = append(hidden, r)
			}
		}
	}
	return hidden
}

// archives are endings by which somebody means an archive of another kind.
var archives = []string{".rar", ".7z", ".tar", ".gz", ".bz2", ".xz", ".zst", ".lz", ".lz4", ".lzma", ".z", ".tbz", ".tbz2", ".txz", ".tzst", ".jar", ".cpio", ".iso"}

// OtherArchive returns the ending of a name if it is that of an archive format
// which cgigen does not write; otherwise "".
func OtherArchive(name string) string {
	if Format(name) != "folder" {
		return ""
	}
	lower := strings.ToLower(name)
	if Format(lower) != "folder" { // .ZIP: a folder of that name is not meant either
		return name[strings.LastIndexByte(name, '.'):]
	}
	for _, ending := range archives {
		if strings.HasSuffix(lower, ending) {
			if strings.HasSuffix(strings.TrimSuffix(lower, ending), ".tar") {
				ending = ".tar" + ending
			}
			return ending
		}
	}
	return ""
}
