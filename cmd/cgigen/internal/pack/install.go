package pack

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/templates"
)

// installNotes writes INSTALL.md with the site's own names.
func (b *arrangement) installNotes() ([]byte, error) {
	if b.Server == "apache" || b.Server == "container" {
		return b.notes().Render("install/" + b.Server + ".md")
	}
	return b.notes().Render("install/own.md")
}

// notes are what INSTALL.md and install.sh depend on.
func (b *arrangement) notes() templates.InstallNotes {
	notes := templates.InstallNotes{
		Hosting: b.hosting("cgi", ""), Server: b.Server, Layout: b.Layout,
		SiteFolder: b.siteFolder(), InPackage: b.programs(), Ways: b.usableWays(),
		NeedsBase: b.needsBase(), Example: b.Base + b.example(),
	}
	for _, block := range b.blocks {
		notes.Blocks = append(notes.Blocks, templates.HostingBlock{Path: block.Path, File: block.File})
	}
	for _, build := range b.Builds {
		notes.Targets = append(notes.Targets, build.Target)
	}
	for _, v := range b.values() {
		if v.Required {
			notes.Required = append(notes.Required, v.Name)
		}
	}
	if b.made != nil {
		notes.Digest, notes.Image = b.digest, b.repository()+"@"+b.digest
		notes.Data, notes.Pushed = b.Model.SiteOf(b.Model.Programs[0]).Data, b.Repository != ""
	}
	return notes
}

// addInstaller adds the script that puts a package beside the files of others.
func (b *arrangement) addInstaller(t *Tree) error {
	if t.docroot == "" {
		return nil
	}
	script, err := b.notes().Render("install/install.sh")
	t.Files = append(t.Files, File{Path: b.private("install.sh"), Mode: secretMode, Data: script})
	return err
}

// usableWays are the ways that both the programs and the server have.
func (b *arrangement) usableWays() []string {
	return slices.DeleteFunc(slices.Clone(b.Gateways), func(way string) bool {
		return way == "http" || way == "scgi" && b.Server == "caddy"
	})
}

// example returns an address of the site that a browser can open. It stands in
// shell commands and in Markdown, so that only what neither has a meaning for
// is not escaped.
func (b *arrangement) example() string {
	shortest := ""
	for _, r := range Routes(b.Model) {
		path, closed := strings.CutSuffix(r.Path, "{$}")
		if !closed {
			path, _, _ = strings.Cut(path, "{")
		}
		if (r.Method == "" || r.Method == "GET") && r.Host == "" && (shortest == "" || len(path) < len(shortest)) {
			shortest = path
		}
	}
	if shortest == "" {
		return "/"
	}
	return escapeAll(shortest)
}

// escapeAll escapes all but slashes and the unreserved characters of RFC 3986 in
// the path of a pattern, which may have escapes itself.
func escapeAll(path string) string {
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	return strings.NewReplacer("%2F", "/", "+", "%20").Replace(url.QueryEscape(path))
}
