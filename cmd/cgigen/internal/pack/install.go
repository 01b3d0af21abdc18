package pack

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cgigen/cgigen/templates"
)

// installNotes writes INSTALL.md with the site's own names.
func (b *arrangement) installNotes() ([]byte, error) {
	notes := templates.InstallNotes{
		Hosting: b.hosting("cgi", ""), Server: b.Server, Layout: b.Layout,
		SiteFolder: b.siteFolder(), InPackage: b.programs(), Ways: b.usableWays(),
		NeedsBase: b.needsBase(), Example: b.Base + b.example(),
	}
	for _, build := range b.Builds {
		notes.Targets = append(notes.Targets, build.Target)
	}
	for _, v := range b.values() {
		if v.Required {
			notes.Required = append(notes.Required, v.Name)
		}
	}
	template := "install/own.md"
	if b.Server == "apache" || b.Server == "container" {
		template = "install/" + b.Server + ".md"
	}
	return notes.Render(template)
}

// usableWays are the ways that both the programs and the server have.
func (b *arrangement) usableWays() []string {
	return slices.DeleteFunc(slices.Clone(b.Gateways), func(way string) bool {
		return way == "http" || way == "scgi" && b.Server == "caddy"
	})
}

// example gives an address of the site that a browser can open.
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
	return (&url.URL{Path: shortest}).EscapedPath()
}
