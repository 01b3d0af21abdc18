package explain

import (
	"fmt"
	"html"
	"strings"
)

// SVG draws the program: routes on the left, what they are made from to the
// right of them. What is made at its first use is dashed. It needs no other
// program, and follows a reader's dark or light colours.
func (p Program) SVG() string {
	nodes, edges := p.graph()
	l := newLayout(nodes, edges)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" role="img">`+"\n", l.width, l.height)
	fmt.Fprintf(&b, "<title>%s</title>\n%s", html.EscapeString("what "+p.Name+" is wired from"), style)
	fmt.Fprintf(&b, `<text class="head" x="%d" y="20">%s</text>`+"\n", margin, html.EscapeString(p.Name))
	for i, e := range edges {
		l.drawEdge(&b, l.paths[i], e.lazy)
	}
	for _, s := range l.spots {
		if s.node >= 0 {
			drawNode(&b, s, nodes[s.node])
		}
	}
	return b.String() + "</svg>\n"
}

const style = `<style>
svg { background: #fff; font: 12px ui-monospace, "DejaVu Sans Mono", monospace }
rect { fill: #fff; stroke: #57606a; rx: 5 }
text { fill: #1f2328 } .more { fill: #57606a } .head { font-weight: bold; font-size: 14px }
path { fill: none; stroke: #8c959f } path.lazy, rect.lazy { stroke-dasharray: 5 3 }
.route { fill: #ddf4ff; stroke: #0969da } .handler { fill: #dafbe1; stroke: #1a7f37 }
.middleware { fill: #fbefff; stroke: #8250df } .config { fill: #fff8c5; stroke: #9a6700 }
@media (prefers-color-scheme: dark) {
svg { background: #0d1117 } rect { fill: #161b22 } text { fill: #e6edf3 } .more { fill: #9198a1 }
.route { fill: #121d2f } .handler { fill: #12261e } .middleware { fill: #1f1730 } .config { fill: #272115 }
}
</style>
`

// drawEdge draws a smooth line through the spots of an edge: straight through
// bends, curved between columns.
func (l *layout) drawEdge(b *strings.Builder, path []int, lazy bool) {
	first := l.spots[path[0]]
	x, y := first.x+first.width, first.middle()
	fmt.Fprintf(b, `<path%s d="M%.1f %.1f`, class(lazy), x, y)
	for _, i := range path[1:] {
		s := l.spots[i]
		half := (s.x - x) / 2
		fmt.Fprintf(b, ` C%.1f %.1f %.1f %.1f %.1f %.1f`, x+half, y, s.x-half, s.middle(), s.x, s.middle())
		if x, y = s.x, s.middle(); s.node < 0 {
			x += s.width
			fmt.Fprintf(b, ` H%.1f`, x)
		}
	}
	b.WriteString("\"/>\n")
}

func class(lazy bool) string {
	if lazy {
		return ` class="lazy"`
	}
	return ""
}

func drawNode(b *strings.Builder, s spot, n node) {
	classes := n.kind
	if n.lazy {
		classes += " lazy"
	}
	fmt.Fprintf(b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`+"\n", classes, s.x, s.y, s.width, s.height)
	for i, line := range n.lines {
		more := ""
		if i > 0 {
			more = ` class="more"`
		}
		fmt.Fprintf(b, `<text%s x="%.1f" y="%.1f">%s</text>`+"\n", more, s.x+padding, s.y+float64((i+1)*lineHeight), html.EscapeString(line))
	}
}
