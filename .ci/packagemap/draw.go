package main

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// The directions in which a line leaves a cell.
const (
	up = 1 << iota
	down
	left
	right
)

// canvas is what is drawn: lines in some cells, runes in others.
type canvas struct {
	lines map[[2]int]int // row, column
	runes map[[2]int]rune
	row   int // where drawing goes on
}

// net is all lines from one layer to one node of the next: from their beginnings down to a common
// row, along it, and down to the node.
type net struct {
	from []int // columns
	to   int
	row  int
	node *node
}

func (n net) first() int { return min(slices.Min(n.from), n.to) }
func (n net) last() int  { return max(slices.Max(n.from), n.to) }

// straight tells that the net needs no row.
func (n net) straight() bool { return n.first() == n.last() }

const (
	narrow, wide = 2, 12 // columns between boxes, at least and at most
	most         = 7     // nets in a row of which all orders are tried
)

// picture draws the graph.
func picture(g graph) (string, error) {
	all := layers(reduced(g))
	arrange(all)
	for gap := narrow; gap <= wide; gap++ {
		place(all, gap)
		c := &canvas{lines: map[[2]int]int{}, runes: map[[2]int]rune{}}
		drawn := true
		for l, layer := range all {
			c.boxes(layer)
			if l+1 < len(all) {
				drawn = drawn && c.channel(nets(layer, all[l+1]))
			}
		}
		if drawn {
			return c.String(), nil
		}
	}
	return "", errors.New("no way found to draw this without lines on top of each other")
}

// boxes draws the nodes of a layer.
func (c *canvas) boxes(layer []*node) {
	const height = 3
	for _, n := range layer {
		if n.name == "" {
			c.vertical(n.x, c.row-1, c.row+height)
			continue
		}
		first, last := n.x-n.half(), n.x+n.half()
		c.horizontal(c.row, first, last)
		c.horizontal(c.row+2, first, last)
		c.vertical(first, c.row, c.row+2)
		c.vertical(last, c.row, c.row+2)
		start := n.x - len(n.name)/2
		for i, r := range n.name {
			c.runes[[2]int{c.row + 1, start + i}] = r
		}
		for _, port := range n.ports {
			c.lines[[2]int{c.row + 2, port}] |= down
		}
	}
	c.row += height
}

func (c *canvas) horizontal(row, from, to int) {
	for x := from; x < to; x++ {
		c.lines[[2]int{row, x}] |= right
		c.lines[[2]int{row, x + 1}] |= left
	}
}

func (c *canvas) vertical(x, from, to int) {
	for row := from; row < to; row++ {
		c.lines[[2]int{row, x}] |= down
		c.lines[[2]int{row + 1, x}] |= up
	}
}

// nets collects the lines between two layers.
func nets(upper, lower []*node) []net {
	var all []net
	for _, to := range lower {
		n := net{to: to.x, node: to}
		for _, from := range upper {
			if i := slices.Index(from.below, to); i >= 0 {
				n.from = append(n.from, from.ports[i])
			}
		}
		if len(n.from) > 0 {
			all = append(all, n)
		}
	}
	return all
}

// channel draws the lines between two layers. It returns false where lines would lie on each other.
func (c *canvas) channel(all []net) bool {
	best := order(all)
	if best == nil {
		return false
	}
	rows := 0
	for _, n := range best {
		if !n.straight() {
			rows = max(rows, n.row+1)
		}
	}
	end := c.row + rows
	for _, n := range best {
		track := c.row + n.row
		if !n.straight() {
			c.horizontal(track, n.first(), n.last())
		}
		for _, x := range n.from {
			c.vertical(x, c.row-1, track)
		}
		c.vertical(n.to, track, end)
		if n.straight() {
			c.vertical(n.to, c.row-1, end)
		}
		if n.node.name != "" {
			c.runes[[2]int{end, n.to}] = '▼'
		}
		c.bridge(best, n)
	}
	c.row = end + 1
	return true
}

// bridge leaves a vertical line whole where a net's row passes under it.
func (c *canvas) bridge(all []net, n net) {
	for _, other := range all {
		if other.node == n.node || n.straight() {
			continue
		}
		crossing := []int{}
		for _, x := range other.from {
			if other.straight() || other.row > n.row {
				crossing = append(crossing, x)
			}
		}
		if !other.straight() && other.row < n.row {
			crossing = append(crossing, other.to)
		}
		for _, x := range crossing {
			if n.first() < x && x < n.last() {
				c.runes[[2]int{c.row + n.row, x}] = '│'
			}
		}
	}
}

// order gives each net a row, so that few lines cross and few rows are needed. It returns nil where
// no order keeps lines from lying on each other.
func order(all []net) []net {
	var best []net
	least := 0
	try := func(tried []net) {
		placed, cost, ok := stack(tried)
		if ok && (best == nil || cost < least) {
			best, least = placed, cost
		}
	}
	straight := slices.DeleteFunc(slices.Clone(all), func(n net) bool { return !n.straight() })
	bent := slices.DeleteFunc(slices.Clone(all), net.straight)
	if len(bent) <= most {
		permute(bent, 0, func(p []net) { try(slices.Concat(straight, p)) })
		return best
	}
	for range bent { // rotations, forwards and backwards
		bent = append(bent[1:], bent[0])
		try(slices.Concat(straight, bent))
		back := slices.Clone(bent)
		slices.Reverse(back)
		try(slices.Concat(straight, back))
	}
	return best
}

func permute(all []net, i int, visit func([]net)) {
	if i >= len(all) {
		visit(all)
		return
	}
	for j := i; j < len(all); j++ {
		all[i], all[j] = all[j], all[i]
		permute(all, i+1, visit)
		all[i], all[j] = all[j], all[i]
	}
}

// stack puts each net below those before it that it overlaps.
func stack(all []net) (placed []net, cost int, ok bool) {
	const row, cross = 1, 4
	for _, n := range all {
		n.row = 0
		for _, before := range placed {
			overlaps := n.first() <= before.last()+1 && before.first() <= n.last()+1
			if !n.straight() && !before.straight() && overlaps {
				n.row = max(n.row, before.row+1)
			}
		}
		cost += row * n.row
		placed = append(placed, n)
	}
	for _, a := range placed {
		for _, b := range placed {
			if a.node == b.node {
				continue
			}
			// The lines of a that come from above end in its row, and the line of b that leads down begins in its own.
			if slices.Contains(a.from, b.to) && (a.row >= b.row || a.straight() || b.straight()) {
				return nil, 0, false
			}
			for _, x := range a.from {
				if !b.straight() && b.first() <= x && x <= b.last() && (a.straight() || a.row > b.row) {
					cost += cross
				}
			}
			if !a.straight() && !b.straight() && b.first() <= a.to && a.to <= b.last() && a.row < b.row {
				cost += cross
			}
		}
	}
	return placed, cost, true
}

// String returns the rows without blanks at their ends.
func (c *canvas) String() string {
	shapes := []rune(" ╵╷│╴┘┐┤╶└┌├─┴┬┼") // by directions
	cells := map[[2]int]rune{}
	for at, directions := range c.lines {
		cells[at] = shapes[directions]
	}
	maps.Copy(cells, c.runes)
	var b strings.Builder
	for row := range c.row {
		var line []rune
		for at, r := range cells {
			if at[0] == row {
				for len(line) <= at[1] {
					line = append(line, ' ')
				}
				line[at[1]] = r
			}
		}
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return b.String()
}
