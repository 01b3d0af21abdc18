package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A node is a box of the picture: a route or a step.
type node struct {
	kind  string // of the step, or "route"
	lines []string
	lazy  bool
}

// An edge leads from what needs something to what it needs.
type edge struct {
	from, to int
	lazy     bool
}

// graph returns the picture of the program: routes, then what they need.
func (p Program) graph() (nodes []node, edges []edge) {
	for i, r := range p.Routes {
		nodes = append(nodes, node{kind: "route", lines: []string{r.Pattern}})
		chain := append(append([]int{}, r.Wraps...), r.Handler)
		for _, step := range chain {
			edges = append(edges, edge{from: i, to: len(p.Routes) + step})
		}
	}
	for i, s := range p.Steps {
		nodes = append(nodes, node{kind: s.Kind, lines: s.lines(), lazy: s.When == "first use"})
		for _, u := range s.Uses {
			edges = append(edges, edge{len(p.Routes) + i, len(p.Routes) + u.Step, u.Lazy})
		}
	}
	return nodes, edges
}

// lines are the words in the box of a step.
func (s Step) lines() []string {
	switch {
	case s.Kind == "config":
		return []string{s.Function, fmt.Sprintf("%d values", len(s.Config))}
	case s.When == "first use":
		return []string{s.Function, s.Type + ", at first use"}
	case s.Cleanup:
		return []string{s.Function, s.Type + ", cleaned up"}
	case s.Type != "" && s.Kind == "provider":
		return []string{s.Function, s.Type}
	}
	return []string{s.Function}
}

// Dot returns the picture in the language of Graphviz.
func (p Program) Dot() string {
	nodes, edges := p.graph()
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n\trankdir=LR\n\tnode [shape=box fontname=\"sans-serif\"]\n", quoteDot(p.Name))
	for i, n := range nodes {
		style := map[string]string{"route": " shape=plain", "config": " shape=note", "middleware": " shape=cds", "handler": " style=bold"}[n.kind]
		if n.lazy {
			style = " style=dashed"
		}
		fmt.Fprintf(&b, "\tn%d [label=%s%s]\n", i, quoteDot(strings.Join(n.lines, "\n")), style)
	}
	for _, e := range edges {
		style := ""
		if e.lazy {
			style = " [style=dashed]"
		}
		fmt.Fprintf(&b, "\tn%d -> n%d%s\n", e.from, e.to, style)
	}
	return b.String() + "}\n"
}

// quoteDot writes a text as a string of Graphviz, in which labels know escapes
// by backslashes and entities of HTML (graphviz.org, escString).
func quoteDot(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "&", "&amp;").Replace(text) + `"`
}

// quoteMermaid writes every sign by its number, but for those that have no
// meaning in Markdown, HTML and Mermaid: the three read a label one after another.
func quoteMermaid(text string) string {
	var b strings.Builder
	for _, c := range text {
		if c < utf8.RuneSelf && strings.ContainsRune("!\"#$%&'*:;<=>?@[\\]^_`{|}~", c) {
			fmt.Fprintf(&b, "#%d;", c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// Mermaid returns the picture in the language of Mermaid, which many hosts of
// repositories draw.
func (p Program) Mermaid() string {
	nodes, edges := p.graph()
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, n := range nodes {
		shape := map[string]string{"route": `n%d(["%s"])`, "config": `n%d[/"%s"/]`, "middleware": `n%d>"%s"]`}[n.kind]
		if shape == "" {
			shape = `n%d["%s"]`
		}
		escaped := make([]string, len(n.lines))
		for j, line := range n.lines {
			escaped[j] = quoteMermaid(line)
		}
		fmt.Fprintf(&b, "\t"+shape+"\n", i, strings.Join(escaped, "<br>"))
	}
	for _, e := range edges {
		arrow := "-->"
		if e.lazy {
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "\tn%d %s n%d\n", e.from, arrow, e.to)
	}
	return b.String()
}
