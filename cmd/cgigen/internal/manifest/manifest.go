// Package manifest describes what a package of cgigen holds: MANIFEST.json,
// whose schema is docs/reference/manifest.schema.json.
package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// Path is where the manifest lies in a package.
const Path = "private/MANIFEST.json"

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
	Files    []File    `json:"files"` // all but the manifest and SHA256SUMS, sorted by path
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
	if m.Docroot != "" {
		paths = append(paths, m.Docroot)
	}
	for _, path := range paths {
		if !filepath.IsLocal(filepath.FromSlash(path)) {
			return fmt.Errorf("reading the manifest: the path %q leads out of the package", path)
		}
	}
	for _, p := range m.Programs {
		if _, ok := m.File(p.Path); !ok {
			return fmt.Errorf("reading the manifest: the program %q is not among its files", p.Name)
		}
	}
	return nil
}

// Read reads the manifest of a package in a folder.
func Read(dir string) (*Manifest, error) {
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(Path)))
	if err != nil {
		return nil, fmt.Errorf("reading the manifest: %w", err)
	}
	return Decode(text)
}
