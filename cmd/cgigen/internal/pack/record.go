package pack

import (
	"path"
	"slices"
	"strings"
)

// A record is INSTALLED, which lists what a site has on a host, for its update and
// its removal: install.sh reads and writes it, too. Each line is a word and a path:
//
//	file PATH   a file of the package
//	block PATH  an .htaccess that has the site's block
//	made PATH   a folder or an .htaccess that was not there before
//	option NAME what install.sh was told, to do the same again
type record struct{ lines []string }

func decodeRecord(text []byte) record {
	var r record
	for line := range strings.Lines(string(text)) {
		r.lines = append(r.lines, strings.TrimSuffix(line, "\n"))
	}
	return r
}

func (r *record) add(kind, name string) {
	if !r.has(kind, name) {
		r.lines = append(r.lines, kind+" "+name)
	}
}

func (r *record) has(kind, name string) bool { return slices.Contains(r.lines, kind+" "+name) }

func (r record) encode() []byte {
	slices.Sort(r.lines)
	return []byte(strings.Join(r.lines, "\n") + "\n")
}

func (w *folder) recordPath() string { return path.Join("private", w.Site, "INSTALLED") }

// newRecord is what the site has when the package is written.
func (w *folder) newRecord() record {
	var r record
	for _, line := range w.record.lines {
		if kind, name, _ := strings.Cut(line, " "); kind == "option" || kind == "made" && isThere(w.root, name) {
			r.add(kind, name)
		}
	}
	for _, f := range w.Files {
		r.add("file", f.Path)
	}
	for _, b := range w.Blocks {
		r.add("block", b.Path)
	}
	return r
}
