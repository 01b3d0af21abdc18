// Package manifest describes what a package of cgigen holds: MANIFEST.json,
// whose schema is docs/reference/manifest.schema.json.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// Name is the name of the manifest's file.
const Name = "MANIFEST.json"

// Path is where the manifest lay in packages before each site had a folder of its
// own in private. Such packages are on hosts still.
const Path = "private/" + Name

// PathOf is where the manifest of a site lies in a package.
func PathOf(site string) string { return "private/" + site + "/" + Name }

// Version is that of the schema.
const Version = 2

// A Manifest describes the content of a package, and the addresses of its programs. Paths are
// relative to the folder that the package was unpacked in, with slashes.
type Manifest struct {
	Version  int       `json:"version"`
	Module   string    `json:"module"` // module path of the site
	Site     string    `json:"site"`   // its short name
	Server   string    `json:"server"` // apache, lighttpd, nginx, caddy, container
	Layout   string    `json:"layout"` // subdir, cgi-bin, fcgid, multicall
	Base     string    `json:"base"`   // path that the site lies below; "" for the whole host
	Docroot  string    `json:"docroot"`
	Routes   []Route   `json:"routes"`
	Programs []Program `json:"programs"`
	Config   []Value   `json:"config"`
	Folders  []Folder  `json:"folders"`
	Files    []File    `json:"files"`  // all but the manifest and SHA256SUMS, sorted by path
	Blocks   []Block   `json:"blocks"` // sorted by path
}

// A Block is what a package puts into an .htaccess, between its markers. The rest
// of that file belongs to somebody else.
type Block struct {
	Path string `json:"path"` // of the .htaccess
	File string `json:"file"` // path of the file of the package that holds the block
}

// A Route is a row of the route table.
type Route struct {
	Pattern string `json:"pattern"` // net/http.ServeMux pattern
	Method  string `json:"method"`  // "" for any
	Host    string `json:"host"`    // "" for any
	Path    string `json:"path"`
	Program string `json:"program"`
}

// A Program is a compiled program for one target. The one that is in use has
// an address; programs for other targets have no address.
type Program struct {
	Name    string `json:"name"`
	Target  string `json:"target"` // as linux/amd64
	Path    string `json:"path"`
	Address string `json:"address"`         // path of its URL below the host; "" if it has no address
	Build   string `json:"build,omitempty"` // the hash of its inputs, which it answers Cgigen-Probe with; since version 2
}

// A Value is a configuration value that programs load.
type Value struct {
	Name     string   `json:"name"`
	Required bool     `json:"required"`       // there is no default
	With     []string `json:"with,omitempty"` // names whose values make this one required
	Secret   bool     `json:"secret"`
	File     bool     `json:"file"` // it is the path of a file
	Programs []string `json:"programs"`
}

// A Folder is a folder with its mode.
type Folder struct {
	Path string `json:"path"`
	Mode Mode   `json:"mode"`
}

// A File is a file with what it has to be.
type File struct {
	Path   string `json:"path"`
	Mode   Mode   `json:"mode"`
	Size   int64  `json:"size"`           // in bytes
	SHA256 string `json:"sha256"`         // in hexadecimal
	Link   string `json:"link,omitempty"` // path of the file that it is another name of
}

// A Mode holds permissions, and is written as chmod takes them: "0711".
type Mode fs.FileMode

// MarshalText writes a mode.
func (m Mode) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%04o", uint32(m)), nil }

// UnmarshalText reads a mode.
func (m *Mode) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 8, 12)
	if err != nil {
		return fmt.Errorf("mode %q is not of the form 0711", text)
	}
	*m = Mode(n)
	return nil
}

// Perm returns the mode as package io/fs has it.
func (m Mode) Perm() fs.FileMode { return fs.FileMode(m) & fs.ModePerm }

// Private is the folder of the site's settings and notes: private/NAME, or private
// in packages of before.
func (m *Manifest) Private() string {
	own := path.Dir(PathOf(m.Site))
	for _, f := range m.Files {
		if strings.HasPrefix(f.Path, own+"/") {
			return own
		}
	}
	return path.Dir(Path)
}

// File finds a file by its path.
func (m *Manifest) File(path string) (File, bool) {
	for _, f := range m.Files {
		if f.Path == path {
			return f, true
		}
	}
	return File{}, false
}

// Encode writes a manifest.
func (m *Manifest) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return nil, fmt.Errorf("encoding the manifest: %w", err)
	}
	return append(text, '\n'), nil
}

// Decode reads a manifest.
func Decode(text []byte) (*Manifest, error) {
	var m Manifest
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	if m.Version < 1 || m.Version > Version {
		return nil, fmt.Errorf("reading the manifest: unknown version %d; this cgigen reads versions 1 to %d", m.Version, Version)
	}
	return &m, check(&m)
}

// check refuses paths that lead out of the package.
func check(m *Manifest) error {
	paths := []string{}
	for _, f := range m.Files {
		paths = append(paths, f.Path)
		if f.Link != "" {
			paths = append(paths, f.Link)
		}
	}
	for _, f := range m.Folders {
		paths = append(paths, f.Path)
	}
	for _, b := range m.Blocks {
		paths = append(paths, b.Path, b.File)
	}
	if m.Docroot != "" {
		paths = append(paths, m.Docroot)
	}
	for _, name := range paths {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("reading the manifest: the path %q leads out of the package", name)
		}
	}
	for _, p := range m.Programs {
		if _, ok := m.File(p.Path); !ok {
			return fmt.Errorf("reading the manifest: the program %q is not among its files", p.Name)
		}
	}
	for _, b := range m.Blocks {
		if _, ok := m.File(b.File); !ok {
			return errors.New("reading the manifest: the block for " + b.Path + " is not among its files")
		}
	}
	return nil
}

// Find lists the paths of the manifests in a folder, sorted: one for each site that
// was unpacked there. Without any it is where one would be missing.
func Find(dir string) []string {
	var found []string
	folders, _ := os.ReadDir(filepath.Join(dir, path.Dir(Path))) // without the folder there is none
	for _, f := range folders {
		if name := PathOf(f.Name()); f.IsDir() && exists(dir, name) {
			found = append(found, name)
		}
	}
	if len(found) == 0 || exists(dir, Path) {
		found = append(found, Path)
	}
	return found
}

func exists(dir, name string) bool {
	info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// ReadFile reads the manifest that lies at a path below a folder.
func ReadFile(dir, name string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	return Decode(text)
}

// Read reads the first manifest of a folder.
func Read(dir string) (*Manifest, error) { return ReadFile(dir, Find(dir)[0]) }
