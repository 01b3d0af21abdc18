package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/htaccess"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
)

// checkBlocks looks at the .htaccess files that hold rules of the site among those
// of others.
func (t *tree) checkBlocks() {
	for _, b := range t.manifest.Blocks {
		info, err := os.Lstat(t.path(b.Path))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			t.missingRules(b.Path, t.mergeAgain(b))
		case err != nil:
			t.unreadable(b.Path, err)
		default:
			t.checkBlock(b, info)
		}
	}
}

// mergeAgain says how rules get to their place.
func (t *tree) mergeAgain(b manifest.Block) string {
	return "sh " + quote(t.path(t.setting("install.sh"))) + "   # or paste " + b.File + " into " + b.Path
}

func (t *tree) missingRules(name, remedy string) {
	t.add(Finding{"htaccess-missing", Error, name, "the rules are missing",
		"without rules the server does not find the programs, and may send them as files. FTP clients often hide and skip files that begin with a dot",
		remedy + ", and: chmod 644 " + quote(t.path(name))})
}

// checkBlock compares the block of an .htaccess with that of the package.
func (t *tree) checkBlock(b manifest.Block, info fs.FileInfo) {
	data, ok := t.readRules(b.Path, info)
	if !ok {
		return
	}
	again := t.mergeAgain(b)
	block, err := htaccess.Block(data, t.manifest.Site)
	ends := data
	if rest, _ := htaccess.Remove(data, t.manifest.Site); block != nil && len(rest) > 0 {
		ends = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) // the others' line ends are their choice
	}
	switch {
	case t.hasWrongEnds(b.Path, ends, again):
	case err != nil:
		t.add(Finding{"htaccess-changed", Warning, b.Path, "the lines of the site have no clear beginning and end: " + err.Error(),
			"the change may have exposed a file or blocked a route", "mend the two lines around them, and: " + again})
	case block == nil:
		t.missingRules(b.Path, again)
	case htaccess.IsBehindWordPress(data, t.manifest.Site):
		t.add(Finding{"htaccess-behind-wordpress", Error, b.Path, "the rules of the site stand after those of WordPress",
			"the last rule of WordPress takes every address that is no file, so that no program is called", again})
	case !t.isBlock(b, block):
		t.add(Finding{"htaccess-changed", Warning, b.Path, "the rules are not those of the package",
			"the change may have exposed a file or blocked a route", again + "; if you want the change, package again"})
	}
}

// isBlock reports whether a block is that of the package, or the one for hosts
// that allow less.
func (t *tree) isBlock(b manifest.Block, block []byte) bool {
	return slices.ContainsFunc(t.manifest.Files, func(f manifest.File) bool {
		return (f.Path == b.File || path.Base(f.Path) == "programs-fileinfo.txt") && sameContent(f, block)
	})
}

// readRules reads an .htaccess after a look at who may read and write it.
func (t *tree) readRules(name string, info fs.FileInfo) (data []byte, ok bool) {
	perm := info.Mode().Perm()
	chmod := "chmod 644 " + quote(t.path(name)) + "\npanel: file manager, permissions of the file, 644"
	if !t.may(info, 4) {
		t.add(Finding{"htaccess-unreadable", Error, name, fmt.Sprintf("the server may not read the rules (mode %04o)", perm),
			"Apache answers 403 for everything in the folder and below", chmod})
	}
	if perm&0o022 != 0 {
		t.add(Finding{"htaccess-writable", Warning, name, fmt.Sprintf("others may write to the rules (mode %04o)", perm),
			"other customers of the host could redirect visitors", chmod})
	}
	data, err := t.read(name, maxSettings)
	if err != nil {
		t.unreadable(name, err)
	}
	return data, err == nil
}

// hasWrongEnds reports a byte order mark, and line ends that an editor or an upload
// has changed.
func (t *tree) hasWrongEnds(name string, data []byte, again string) bool {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		t.add(Finding{"htaccess-bom", Error, name, "the rules begin with a byte order mark, which some Windows editors write",
			"Apache reads the mark as a directive, and answers 500 for everything in the folder and below (error log: Invalid command)", again})
	case bytes.Contains(data, []byte("\r\n")):
		t.add(Finding{"htaccess-crlf", Warning, name, "the rules have Windows line ends (CRLF)",
			"the upload or an editor changed them; servers other than Apache that read .htaccess take the CR as a part of the last word, so that no rule matches", again})
	case bytes.ContainsRune(data, '\r'):
		t.add(Finding{"htaccess-crlf", Error, name, "the rules have the line ends of old Macs (CR), so that they are a single line",
			"the server reads the line as a comment, and does not find the programs", again})
	default:
		return false
	}
	return true
}

// checkWholeRules looks at an .htaccess that is a file of the package.
func (t *tree) checkWholeRules(f manifest.File, info fs.FileInfo) {
	data, ok := t.readRules(f.Path, info)
	again := "upload " + f.Path + " again, in binary mode; in an editor choose UTF-8 without BOM, and Unix line ends (LF)"
	if !ok || sameContent(f, data) || t.isVariant(data) || t.isMerged(f, data) || t.hasWrongEnds(f.Path, data, again) {
		return
	}
	t.add(Finding{"htaccess-changed", Warning, f.Path, "the rules are not those of the package",
		"the change may have exposed a file or blocked a route", "upload " + f.Path + " again; if you want the change, package again"})
}

// isVariant reports whether the rules are those that the package has for hosts
// that allow less.
func (t *tree) isVariant(data []byte) bool {
	variant, ok := fileInfoRules(t.manifest)
	return ok && sameContent(variant, data)
}
