package explain

import (
	"cmp"
	"slices"
)

// Sizes of the picture, in pixels.
const (
	charWidth  = 7.4 // of the font, at most
	lineHeight = 17
	padding    = 9
	rowGap     = 14
	columnGap  = 70
	margin     = 20
	headHeight = 34
)

// A spot is a node in its place, or a bend of an edge that crosses a column.
type spot struct {
	node          int // -1 for a bend
	layer         int
	x, y          float64 // top left corner
	width, height float64
	left, right   []int // spots that edges lead to, in the columns beside it
}

func (s spot) middle() float64 { return s.y + s.height/2 }

// A layout is a layered drawing (Sugiyama, Tagawa and Toda 1981): everything
// stands in a column left of all that it needs; edges across columns bend in
// each; the order within the columns follows the neighbours, so that few edges
// cross. It is drawn here, since the maintained libraries that draw graphs bring
// Graphviz in WebAssembly, and eight modules into the go.mod of every user.
type layout struct {
	spots         []spot
	columns       [][]int // spots, from top to bottom
	paths         [][]int // the spots of each edge
	width, height float64
}

func newLayout(nodes []node, edges []edge) *layout {
	l := &layout{}
	for i, layer := range layers(len(nodes), edges) {
		width := 0
		for _, line := range nodes[i].lines {
			width = max(width, len([]rune(line)))
		}
		l.add(spot{
			node: i, layer: layer,
			width: float64(width)*charWidth + 2*padding, height: float64(len(nodes[i].lines)*lineHeight + padding),
		})
	}
	for _, e := range edges {
		l.connect(e)
	}
	l.order()
	l.place()
	return l
}

// layers returns the column of each node: the longest way from a node that
// nothing needs. There are no cycles, as the wiring has none.
func layers(n int, edges []edge) []int {
	layer := make([]int, n)
	for changed := true; changed; {
		changed = false
		for _, e := range edges {
			if layer[e.to] <= layer[e.from] {
				layer[e.to], changed = layer[e.from]+1, true
			}
		}
	}
	return layer
}

func (l *layout) add(s spot) int {
	for len(l.columns) <= s.layer {
		l.columns = append(l.columns, nil)
	}
	l.columns[s.layer] = append(l.columns[s.layer], len(l.spots))
	l.spots = append(l.spots, s)
	return len(l.spots) - 1
}

// connect leads an edge through a bend in every column between its ends.
func (l *layout) connect(e edge) {
	path := []int{e.from}
	for layer := l.spots[e.from].layer + 1; layer < l.spots[e.to].layer; layer++ {
		path = append(path, l.add(spot{node: -1, layer: layer}))
	}
	path = append(path, e.to)
	for i := range len(path) - 1 {
		a, b := path[i], path[i+1]
		l.spots[a].right = append(l.spots[a].right, b)
		l.spots[b].left = append(l.spots[b].left, a)
	}
	l.paths = append(l.paths, path)
}

// order sorts the columns by the average place of the neighbours, to and fro.
func (l *layout) order() {
	rank := make([]float64, len(l.spots))
	for sweep := range 12 {
		for c := range l.columns {
			column := l.columns[c]
			neighbours := func(s int) []int { return l.spots[s].left }
			if sweep%2 == 1 {
				column = l.columns[len(l.columns)-1-c]
				neighbours = func(s int) []int { return l.spots[s].right }
			}
			weight := map[int]float64{}
			for i, s := range column {
				weight[s] = float64(i)
				if near := neighbours(s); len(near) > 0 {
					weight[s] = average(near, rank)
				}
			}
			slices.SortStableFunc(column, func(a, b int) int { return cmp.Compare(weight[a], weight[b]) })
			for i, s := range column {
				rank[s] = (float64(i) + 0.5) / float64(len(column))
			}
		}
	}
}

func average(spots []int, value []float64) float64 {
	sum := 0.0
	for _, s := range spots {
		sum += value[s]
	}
	return sum / float64(len(spots))
}

// place returns the spots their coordinates: columns as wide as their widest
// box, and boxes near the middle of their neighbours without overlapping.
func (l *layout) place() {
	x := float64(margin)
	for _, column := range l.columns {
		width, y := 0.0, float64(headHeight)
		for _, s := range column {
			width = max(width, l.spots[s].width)
			l.spots[s].x, l.spots[s].y = x, y
			y += l.spots[s].height + rowGap
		}
		for _, s := range column {
			if l.spots[s].node < 0 {
				l.spots[s].width = width
			}
		}
		x += width + columnGap
	}
	l.width = x - columnGap + margin
	for range 30 {
		for _, column := range l.columns {
			l.settle(column)
		}
	}
	l.trim()
}

// settle moves each spot of a column towards its neighbours, and then apart
// from the ones above and below it, half of the way each.
func (l *layout) settle(column []int) {
	for _, s := range column {
		near := slices.Concat(l.spots[s].left, l.spots[s].right)
		if len(near) == 0 {
			continue
		}
		sum := 0.0
		for _, n := range near {
			sum += l.spots[n].middle()
		}
		l.spots[s].y += 0.5 * (sum/float64(len(near)) - l.spots[s].middle())
	}
	for range 2 * len(column) {
		for i := range len(column) - 1 {
			a, b := &l.spots[column[i]], &l.spots[column[i+1]]
			if overlap := a.y + a.height + rowGap - b.y; overlap > 0 {
				a.y -= overlap / 2
				b.y += overlap / 2
			}
		}
	}
	for i := range len(column) - 1 { // what is left after all those halves
		a, b := &l.spots[column[i]], &l.spots[column[i+1]]
		b.y = max(b.y, a.y+a.height+rowGap)
	}
}

// trim moves the whole to the upper margin.
func (l *layout) trim() {
	top := l.spots[0].y
	for _, s := range l.spots {
		top = min(top, s.y)
	}
	for i := range l.spots {
		l.spots[i].y += headHeight - top
		l.height = max(l.height, l.spots[i].y+l.spots[i].height+margin)
	}
}
