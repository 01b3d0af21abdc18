package templates

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page/page.html
var pageText string

// A Page is an answer of the local server itself, in place of a program.
type Page struct {
	Title  string
	Text   string // a paragraph; may be empty
	Output string // what a compiler or a program wrote; may be empty
	Routes []PageRoute
}

// A PageRoute is a row of the route table.
type PageRoute struct {
	Pattern string
	Program string
	Link    string // where a browser may go; "" if the pattern is not an address
}

// WriteHTML writes the page for a browser.
func (p Page) WriteHTML(w io.Writer) error {
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return fmt.Errorf("parsing the page: %w", err)
	}
	return page.Execute(w, p)
}

// WriteText writes the page for a terminal.
func (p Page) WriteText(w io.Writer) error {
	parts := []string{p.Title}
	for _, part := range []string{p.Text, p.Output, routeLines(p.Routes)} {
		if part != "" {
			parts = append(parts, strings.TrimRight(part, "\n"))
		}
	}
	_, err := io.WriteString(w, strings.Join(parts, "\n\n")+"\n")
	return err
}

func routeLines(routes []PageRoute) string {
	var b strings.Builder
	for _, r := range routes {
		fmt.Fprintf(&b, "%s\t%s\n", r.Pattern, r.Program)
	}
	return b.String()
}
