// Package pack lays out what a site needs on a host: its programs, the rules
// for the web server, and the notes for a person. The same input gives the same
// bytes.
package pack

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/cgigen/cgigen/cmd/cgigen/internal/image"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/manifest"
	"github.com/cgigen/cgigen/cmd/cgigen/internal/rules"
	"github.com/cgigen/cgigen/generator/configdoc"
	"github.com/cgigen/cgigen/generator/model"
	"github.com/cgigen/cgigen/templates"
)

// Modes that hosts accept. A program needs no permission to be read, and without
// it no server can send the program as a file. suEXEC refuses files that others
// may write to.
const (
	programMode fs.FileMode = 0o711
	publicMode  fs.FileMode = 0o644
	secretMode  fs.FileMode = 0o600
	folderMode  fs.FileMode = 0o755
	privateMode fs.FileMode = 0o700
)

// Servers and Layouts are the values that Options take. The first layout of a
// server is its default.
func Servers() []string { return []string{"apache", "lighttpd", "nginx", "caddy", "container"} }

// Layouts returns the layouts that a server can have.
func Layouts(server string) []string {
	switch server {
	case "apache":
		return []string{"subdir", "cgi-bin", "fcgid", "multicall"}
	case "container":
		return []string{"image"}
	}
	return []string{"subdir", "multicall"}
}

// Options describe the package to lay out.
type Options struct {
	Server   string
	Layout   string
	Base     string // path that the site lies below: "" or /path
	Docroot  string // name of the document root
	Hostname string // domain, for servers of one's own
	Root     string // where the package lies on a server of one's own; "" is /srv/<site>
	Gateways []string
	Model    *model.Model
	Builds   []Build // for each target; the first is the one in use
	Time     time.Time
	TLS      bool // the site's packages use TLS themselves: an image needs certificates
	Cluster
}

// A Build is what was compiled for one target.
type Build struct {
	Target   string // as linux/amd64
	Programs []Program
}

// A Program is a compiled program. Build is the hash of its inputs.
type Program struct{ Name, Path, Build string }

// hash is that of the inputs of a program, or of the one that has all its names.
func (b Build) hash(name string) string {
	for _, p := range b.Programs {
		if p.Name == name {
			return p.Build
		}
	}
	return b.Programs[0].Build
}

// A Tree is a package before it is written.
type Tree struct {
	Site       string
	Folders    []Folder // sorted; a folder stands before what lies in it
	Files      []File   // sorted by path; the target of a link stands before it
	Blocks     []Block  // sorted by path
	Time       time.Time
	Image      *image.Image // of a package for containers, to push; otherwise nil
	docroot    string       // of a host where others' files lie, too; "" on a server of one's own
	catchesAll bool         // a route takes every address of the site's folder
}

// A Block is what the package has in an .htaccess, whose other lines are not ours.
type Block struct {
	Path string // of the .htaccess
	File string // path of the file that holds the block
	Data []byte
	Site bool // it selects programs; otherwise it is that of the programs' folder
}

// A Folder is made with its mode.
type Folder struct {
	Path string
	Mode fs.FileMode
}

// A File has its content, or the file that holds it, or the earlier file of
// the tree that it is another name of.
type File struct {
	Path   string
	Mode   fs.FileMode
	Data   []byte
	Source string
	Link   string
}

// New lays out a package.
func New(o Options) (*Tree, error) {
	if len(o.Builds) == 0 || len(o.Builds[0].Programs) == 0 {
		return nil, errors.New("there are no programs to package")
	}
	b := &arrangement{Options: o, site: siteName(o.Model)}
	if b.Root == "" {
		b.Root = "/srv/" + b.site
	}
	if err := b.arrange(); err != nil {
		return nil, err
	}
	t := &Tree{Site: b.site, Files: slices.Clone(b.files), Blocks: b.blocks, Time: o.Time, Image: b.made}
	if b.Server == "apache" {
		t.docroot, t.catchesAll = b.Docroot, b.hosting("cgi", "").CatchesAll()
	}
	t.addFolders(b.emptyFolders())
	if err := b.describe(t); err != nil {
		return nil, err
	}
	t.sort()
	return t, nil
}

// An arrangement is a package in the making.
type arrangement struct {
	Options
	site   string
	files  []File
	blocks []Block
	made   *image.Image
	digest string // of made
}

// private is the path of a file in the site's folder of settings and notes.
func (b *arrangement) private(name string) string { return path.Join("private", b.site, name) }

// siteName is the name of the site whose programs are packed.
func siteName(m *model.Model) string { return m.SiteOf(m.Programs[0]).Name }

// arrange adds everything except the files that describe the package.
func (b *arrangement) arrange() error {
	if b.Server == "container" {
		return b.addContainer()
	}
	b.addPrograms()
	b.addFile(b.private(".env.example"), secretMode, b.envExample())
	b.addFile(b.private("CONFIGURATION.md"), secretMode, configdoc.ConfigReference(b.Model))
	return b.addServerFiles()
}

func (b *arrangement) addFile(name string, mode fs.FileMode, data []byte) {
	b.files = append(b.files, File{Path: name, Mode: mode, Data: data})
}

// folder is the last element of the programs' folder. Where sites of others may lie
// beside ours, it has the site's name.
func (b *arrangement) folder() string {
	switch {
	case b.Layout == "cgi-bin":
		return "cgi-bin"
	case b.Server == "apache":
		return "cgi-" + b.site
	}
	return "cgi"
}

// suffix is the suffix of the programs' files.
func (b *arrangement) suffix() string {
	if b.Layout == "fcgid" {
		return ".fcgi"
	}
	return ".cgi"
}

// siteFolder is the folder that the site's base stands for, below the document
// root. A first element that begins with a tilde is the document root of a user.
func (b *arrangement) siteFolder() string {
	base := strings.TrimPrefix(b.Base, "/")
	if strings.HasPrefix(base, "~") {
		_, base, _ = strings.Cut(base, "/")
	}
	return path.Join(b.Docroot, base)
}

// programs is the folder of the programs.
func (b *arrangement) programs() string {
	switch {
	case b.Server != "apache":
		return b.folder()
	case b.Layout == "cgi-bin":
		return path.Join(b.Docroot, "cgi-bin")
	}
	return path.Join(b.siteFolder(), b.folder())
}

// address is the path of a program's URL.
func (b *arrangement) address(name string) string {
	if b.Layout == "cgi-bin" {
		return "/cgi-bin/" + name + b.suffix()
	}
	return b.Base + "/" + b.folder() + "/" + name + b.suffix()
}

// addPrograms puts the programs of the first target where they are run, and
// those of others where a person finds them.
func (b *arrangement) addPrograms() {
	for i, build := range b.Builds {
		folder := b.programs()
		if i > 0 {
			folder = b.targetFolder(build)
		}
		if b.Layout == "multicall" {
			b.addMulticall(folder, build)
			continue
		}
		for _, p := range build.Programs {
			b.files = append(b.files, File{Path: path.Join(folder, p.Name+b.suffix()), Mode: programMode, Source: p.Path})
		}
	}
}

// targetFolder is where the programs of a target lie that is not in use.
func (b *arrangement) targetFolder(build Build) string {
	return b.private("targets/" + strings.ReplaceAll(build.Target, "/", "-"))
}

// addMulticall writes one program under the names of all.
func (b *arrangement) addMulticall(folder string, build Build) {
	first := ""
	for _, p := range b.Model.Programs {
		file := File{Path: path.Join(folder, p.Name+b.suffix()), Mode: programMode, Source: build.Programs[0].Path}
		if first == "" {
			first = file.Path
		} else {
			file.Source, file.Link = "", first
		}
		b.files = append(b.files, file)
	}
}

// names lists the programs.
func (b *arrangement) names() []string {
	var names []string
	for _, p := range b.Model.Programs {
		names = append(names, p.Name)
	}
	return names
}

// envExample returns the example settings. They include the base where programs
// cannot see it: in the host's own cgi-bin, which lies beside the site.
func (b *arrangement) envExample() []byte {
	text := configdoc.EnvExample(b.Model)
	if b.needsBase() {
		text = append(text, "\n# Path of the site below its host. Programs in cgi-bin cannot see it in requests.\nCGIGEN_BASE="+b.Base+"\n"...)
	}
	return text
}

func (b *arrangement) needsBase() bool { return b.Layout == "cgi-bin" && b.Base != "" }

// hosting returns the values that the server's rules depend on.
func (b *arrangement) hosting(way, strength string) templates.Hosting {
	return templates.Hosting{
		Module: b.Model.Module.Path, Site: b.site, Hostname: b.Hostname, Aliases: routeHosts(b.Model), User: accountName(b.site),
		Base: b.Base, Root: b.Root, Docroot: b.siteDocroot(), Private: b.private(""), Programs: b.Root + "/" + b.programs(),
		Folder: b.folder(), Suffix: b.suffix(), Way: way, Strength: strength, CGIBin: b.Layout == "cgi-bin",
		List: b.names(), Rules: hostingRules(b.Model, b.Base),
	}
}

// siteDocroot is the document root of servers of one's own.
func (b *arrangement) siteDocroot() string {
	if b.Server == "apache" {
		return b.Docroot
	}
	return "public"
}

// Routes returns the route table of a model.
func Routes(m *model.Model) []rules.Route {
	var routes []rules.Route
	for _, p := range m.Programs {
		for _, r := range p.Routes {
			routes = append(routes, rules.Route{Pattern: r.Pattern, Method: r.Method, Host: r.Host, Path: r.Path, Program: p.Name})
		}
	}
	return routes
}

// routeHosts lists the hosts that patterns name.
func routeHosts(m *model.Model) []string {
	var hosts []string
	for _, r := range Routes(m) {
		if r.Host != "" && !slices.Contains(hosts, r.Host) {
			hosts = append(hosts, r.Host)
		}
	}
	slices.Sort(hosts)
	return hosts
}

func hostingRules(m *model.Model, base string) []templates.HostingRule {
	var list []templates.HostingRule
	for _, r := range rules.From(Routes(m)) {
		list = append(list, templates.HostingRule{
			Program: r.Program, Patterns: r.Patterns, Methods: r.Methods, Host: r.Host,
			Path: r.Path(rules.Bytes), Full: r.Below(rules.Bytes, base), Runes: r.Below(rules.Runes, base), Lua: r.Lua(base), All: r.IsCatchAll(),
		})
	}
	return list
}

// emptyFolders are those that have to be there without a file in them.
func (b *arrangement) emptyFolders() []string {
	if b.Server == "apache" || b.Server == "container" {
		return nil
	}
	return []string{"public"}
}

// addFolders adds the folders that the files lie in.
func (t *Tree) addFolders(folders []string) {
	names := make([]string, 0, len(t.Files)+len(t.Blocks))
	for _, f := range t.Files {
		names = append(names, f.Path)
	}
	for _, b := range t.Blocks {
		names = append(names, b.Path)
	}
	for _, name := range names {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders = append(folders, dir)
		}
	}
	slices.Sort(folders)
	for _, dir := range slices.Compact(folders) {
		mode := folderMode
		if isClosed(dir) {
			mode = privateMode
		}
		t.Folders = append(t.Folders, Folder{dir, mode})
	}
}

func (t *Tree) sort() {
	slices.SortFunc(t.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
}

// fileRecord describes a file in the manifest.
func fileRecord(f File, sums map[string]sum) manifest.File {
	s := sums[f.Path]
	if f.Link != "" {
		s = sums[f.Link]
	}
	return manifest.File{Path: f.Path, Mode: manifest.Mode(f.Mode), Size: s.size, SHA256: s.sha256, Link: f.Link}
}
