package pack

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// refuseOlder refuses a folder with the site as a cgigen packed it that kept
// settings in private itself, and shows the commands that make way for the new
// package. Moving settings under programs that are being called is the owner's to
// decide.
func (w *folder) refuseOlder() error {
	text, err := w.root.ReadFile(manifest.Path)
	if err != nil {
		return nil
	}
	older, err := manifest.Decode(text)
	if err != nil {
		return fmt.Errorf("cannot replace the package in %s: %w: choose another folder, or empty it", w.root.Name(), err)
	}
	if older.Site != w.Site {
		return nil
	}
	return fmt.Errorf("cannot write the package: private holds the site %s as an earlier cgigen packed it\n\thint: move its settings and data, remove its old files, and package again:\n\t%s",
		w.Site, strings.Join(w.makeWay(older), "\n\t"))
}

// makeWay lists the commands.
func (w *folder) makeWay(older *manifest.Manifest) []string {
	at := func(name string) string { return quoteShell(path.Join(w.root.Name(), name)) }
	own := path.Join("private", w.Site)
	commands := []string{"mkdir -m 700 " + at(own)}
	entries, _ := fs.ReadDir(w.root.FS(), "private") // the manifest was read from it
	for _, e := range entries {
		name := path.Join("private", e.Name())
		if !w.isOf(older, name) {
			commands = append(commands, "mv "+at(name)+" "+at(own))
		}
	}
	for _, f := range older.Files {
		if isPlain(w.root, f.Path) {
			commands = append(commands, "rm "+at(f.Path))
		}
	}
	return append(commands, "rm -f "+at(manifest.Path)+" "+at("private/SHA256SUMS"))
}

// isOf reports whether a path in private is of the package, or of another site.
func (w *folder) isOf(older *manifest.Manifest, name string) bool {
	if name == manifest.Path || name == "private/SHA256SUMS" {
		return true
	}
	for _, f := range older.Files {
		if f.Path == name || strings.HasPrefix(f.Path, name+"/") {
			return true
		}
	}
	return isThere(w.root, path.Join(name, manifest.Name))
}

// quoteShell writes a path as one word of a shell.
func quoteShell(name string) string {
	if !strings.ContainsAny(name, " '\"$`\\*?[](){}<>|&;#!~\n\t") {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
