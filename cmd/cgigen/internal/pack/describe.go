package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/generator/model"
)

// describe adds the files that describe the package: the notes, the bill
// of materials, then the manifest of all these, and the sums of everything.
func (b *arrangement) describe(t *Tree) error {
	notes, err := b.installNotes()
	if err != nil {
		return err
	}
	bill, err := b.bill()
	if err != nil {
		return err
	}
	t.Files = append(t.Files, File{Path: b.private("INSTALL.md"), Mode: secretMode, Data: notes},
		File{Path: b.private("sbom.cdx.json"), Mode: secretMode, Data: bill})
	if err := b.addInstaller(t); err != nil {
		return err
	}
	t.sort()
	sums, err := sumAll(t.Files)
	if err != nil {
		return err
	}
	text, err := b.manifest(t, sums).Encode()
	if err != nil {
		return err
	}
	list := File{Path: manifest.PathOf(b.site), Mode: secretMode, Data: text}
	sums[list.Path] = sumOf(text)
	t.Files = append(t.Files, list)
	t.sort()
	t.Files = append(t.Files, File{Path: b.private("SHA256SUMS"), Mode: secretMode, Data: sumLines(t.Files, sums)})
	return nil
}

type sum struct {
	size   int64
	sha256 string
}

func sumOf(data []byte) sum {
	hash := sha256.Sum256(data)
	return sum{int64(len(data)), hex.EncodeToString(hash[:])}
}

func sumAll(files []File) (map[string]sum, error) {
	sums := map[string]sum{}
	for _, f := range files {
		if f.Link != "" {
			continue
		}
		content, err := f.open()
		if err != nil {
			return nil, err
		}
		hash := sha256.New()
		size, err := io.Copy(hash, content)
		content.Close()
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", f.Path, err)
		}
		sums[f.Path] = sum{size, hex.EncodeToString(hash.Sum(nil))}
	}
	return sums, nil
}

// open returns the content of a file that is not a link.
func (f File) open() (io.ReadCloser, error) {
	if f.Source == "" {
		return io.NopCloser(bytes.NewReader(f.Data)), nil
	}
	return os.Open(f.Source)
}

// sumLines are what sha256sum -c reads, in the folder of the package.
func sumLines(files []File, sums map[string]sum) []byte {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", fileRecord(f, sums).SHA256, f.Path)
	}
	return []byte(b.String())
}

func (b *arrangement) manifest(t *Tree, sums map[string]sum) *manifest.Manifest {
	m := &manifest.Manifest{
		Version: manifest.Version, Module: b.Model.Module.Path, Site: b.site, Server: b.Server, Layout: b.Layout,
		Base: b.Base, Docroot: b.siteDocroot(), Config: b.values(), Blocks: []manifest.Block{},
	}
	for _, r := range Routes(b.Model) {
		m.Routes = append(m.Routes, manifest.Route(r))
	}
	for _, f := range t.Folders {
		m.Folders = append(m.Folders, manifest.Folder{Path: f.Path, Mode: manifest.Mode(f.Mode)})
	}
	for _, f := range t.Files {
		m.Files = append(m.Files, fileRecord(f, sums))
	}
	for _, block := range t.Blocks {
		m.Blocks = append(m.Blocks, manifest.Block{Path: block.Path, File: block.File})
	}
	m.Programs = b.programRecords()
	return m
}

func (b *arrangement) programRecords() []manifest.Program {
	list := []manifest.Program{} // [] in JSON, not null
	for i, build := range b.Builds {
		for _, name := range b.names() {
			p := manifest.Program{Name: name, Target: build.Target, Path: b.programs() + "/" + name + b.suffix(), Address: b.address(name), Build: build.hash(name)}
			if i > 0 {
				p.Path = b.targetFolder(build) + "/" + name + b.suffix()
				p.Address = ""
			}
			if slices.ContainsFunc(b.files, func(f File) bool { return f.Path == p.Path }) {
				list = append(list, p)
			}
		}
	}
	return list
}

// values lists the configuration values of all programs by name.
func (b *arrangement) values() []manifest.Value {
	list := []manifest.Value{}
	for _, p := range b.Model.Programs {
		for _, step := range p.Steps {
			if step.Config == nil {
				continue
			}
			for _, f := range step.Config.Fields {
				list = addValue(list, f, step.Config.RequiredWith(f), p.Name)
			}
		}
	}
	slices.SortFunc(list, func(a, b manifest.Value) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func addValue(list []manifest.Value, f model.ConfigField, with []string, program string) []manifest.Value {
	needed := f.IsRequired()
	i := slices.IndexFunc(list, func(v manifest.Value) bool { return v.Name == f.Name })
	if i < 0 {
		return append(list, manifest.Value{Name: f.Name, Required: needed, With: with, Secret: f.Secret, File: f.File, Programs: []string{program}})
	}
	v := &list[i]
	v.Required, v.Secret = v.Required || needed, v.Secret || f.Secret
	for _, name := range with {
		if !slices.Contains(v.With, name) {
			v.With = append(v.With, name)
		}
	}
	if !slices.Contains(v.Programs, program) {
		v.Programs = append(v.Programs, program)
	}
	return list
}
