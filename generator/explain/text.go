package explain

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Text explains the program in words: what is made, when and from what, and
// what is cleaned up.
func (p Program) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, from %s\n", p.Title(), strings.Join(p.Packages, ", "))
	p.configuration(&b)
	p.section(&b, "before the first byte, in this order", func(s Step) bool { return s.Kind != "config" && s.When == "start" })
	p.section(&b, "at the first use, if at all", func(s Step) bool { return s.When == "first use" })
	p.section(&b, "as it is, for each request", func(s Step) bool { return s.When == "request" })
	p.routes(&b)
	if cleanups := p.cleanups(); len(cleanups) > 0 {
		fmt.Fprintf(&b, "\ncleaned up in the end, as far as made\n    %s\n", strings.Join(cleanups, ", then "))
	}
	return b.String()
}

// configuration lists the structs and their values.
func (p Program) configuration(b *strings.Builder) {
	for _, s := range p.Steps {
		if s.Kind != "config" {
			continue
		}
		fmt.Fprintf(b, "\nconfiguration %s  %s:%d\n", s.Function, s.File, s.Line)
		table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
		for _, c := range s.Config {
			what := oneLine(c.Default)
			switch {
			case c.Required:
				what = "(required)"
			case c.Default == "":
				what = "(empty)"
			}
			fmt.Fprintf(table, "    %s\t%s\n", c.Name, what)
		}
		table.Flush()
	}
}

// oneLine quotes what would leave its line, or the cell of its table.
func oneLine(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.TrimSpace(text) != text {
		return strconv.Quote(text)
	}
	return text
}

func (p Program) section(b *strings.Builder, title string, belongs func(Step) bool) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, s := range p.Steps {
		if !belongs(s) {
			continue
		}
		if title != "" {
			fmt.Fprintf(b, "\n%s\n", title)
			title = ""
		}
		fmt.Fprintf(table, "    %s\t%s\t%s:%d\n", s.title(), p.details(s), s.File, s.Line)
	}
	table.Flush()
}

// title is the function, and for what a provider makes, its type.
func (s Step) title() string {
	if s.Kind == "provider" {
		return s.Function + "  " + s.Type
	}
	return s.Function
}

func (p Program) details(s Step) string {
	var parts []string
	if s.Context {
		parts = append(parts, "context")
	}
	if s.Logger {
		parts = append(parts, "logger")
	}
	for _, u := range s.Uses {
		name := p.Steps[u.Step].Function
		if u.Lazy {
			name = "lazy " + name
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return ""
	}
	return "from " + strings.Join(parts, ", ")
}

func (p Program) routes(b *strings.Builder) {
	fmt.Fprint(b, "\nroutes\n")
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, r := range p.Routes {
		chain := strings.Join(append(r.Middleware, p.Steps[r.Handler].Function), " > ")
		if r.Strip != "" {
			chain += " without " + r.Strip
		}
		fmt.Fprintf(table, "    %s\t%s\t%s:%d\n", r.Pattern, chain, r.File, r.Line)
	}
	table.Flush()
}

// cleanups gives the functions with a clean-up, the last one first.
func (p Program) cleanups() []string {
	var names []string
	for i := len(p.Steps) - 1; i >= 0; i-- {
		if p.Steps[i].Cleanup {
			names = append(names, p.Steps[i].Function)
		}
	}
	return names
}
