package main

import (
	"cmp"
	"maps"
	"slices"
)

// node is a box, or a place in a layer where the line to a box further down passes. All lines to
// one box pass at the same place.
type node struct {
	name  string  // "" where a line passes
	below []*node // in the next layer, what lines lead to
	above []*node // in the layer before
	x     int     // the column of its centre
	ports []int   // the columns where its lines begin, in the order of below
}

const (
	padding = 2 // from the name to the end of its box, on each side
	apart   = 2 // columns between lines that begin at one box
)

// half is how many columns the node takes on each side of its centre.
func (n *node) half() int {
	if n.name == "" {
		return 0
	}
	return max(len(n.name)/2+padding, (len(n.below)-1)*apart/2+1)
}

// weight is how strongly the node holds on to its place: where a line passes, it should be straight.
func (n *node) weight() float64 {
	const line = 8
	if n.name == "" {
		return line
	}
	return 1
}

// layers sorts the packages into layers, so that all arrows lead down.
func layers(g graph) [][]*node {
	depth := map[string]int{} // from the bottom
	var measure func(string) int
	measure = func(name string) int {
		if _, known := depth[name]; !known {
			deepest := -1
			for _, to := range g[name] {
				deepest = max(deepest, measure(to))
			}
			depth[name] = deepest + 1
		}
		return depth[name]
	}
	top := 0
	for name := range g {
		top = max(top, measure(name))
	}
	all := make([][]*node, top+1)
	at := make([]map[string]*node, top+1) // by the name of the box that lines lead to
	for i := range at {
		at[i] = map[string]*node{}
	}
	names := slices.Sorted(maps.Keys(g))
	for _, name := range names {
		layer := top - depth[name]
		n := &node{name: name}
		at[layer][name] = n
		all[layer] = append(all[layer], n)
	}
	for _, name := range names {
		for _, to := range g[name] {
			from := at[top-depth[name]][name]
			for layer := top - depth[name] + 1; layer <= top-depth[to]; layer++ {
				next := at[layer][to]
				if next == nil {
					next = &node{}
					at[layer][to] = next
					all[layer] = append(all[layer], next)
				}
				if !slices.Contains(from.below, next) {
					from.below, next.above = append(from.below, next), append(next.above, from)
				}
				from = next
			}
		}
	}
	return all
}

const sweeps = 12 // down and up again; nothing changes after a few

// arrange orders the nodes of each layer so that few lines cross.
func arrange(all [][]*node) {
	best, fewest := clone(all), crossings(all)
	for i := range sweeps {
		for l := range all {
			if i%2 == 1 {
				l = len(all) - 1 - l
			}
			index := positions(all)
			near := func(n *node) float64 {
				neighbours := n.above
				if i%2 == 1 {
					neighbours = n.below
				}
				return mean(n, neighbours, float64(index[n]), func(o *node) float64 { return float64(index[o]) })
			}
			slices.SortStableFunc(all[l], func(a, b *node) int { return cmp.Compare(near(a), near(b)) })
			swap(all, l)
		}
		if n := crossings(all); n < fewest {
			best, fewest = clone(all), n
		}
	}
	copy(all, best)
}

// swap exchanges neighbours of a layer as long as that saves crossings.
func swap(all [][]*node, l int) {
	layer := all[l]
	for fewest, again := crossings(all), true; again; {
		again = false
		for i := 1; i < len(layer); i++ {
			layer[i-1], layer[i] = layer[i], layer[i-1]
			if n := crossings(all); n < fewest {
				fewest, again = n, true
				continue
			}
			layer[i-1], layer[i] = layer[i], layer[i-1]
		}
	}
}

func clone(all [][]*node) [][]*node {
	result := make([][]*node, len(all))
	for i, layer := range all {
		result[i] = slices.Clone(layer)
	}
	return result
}

func positions(all [][]*node) map[*node]int {
	index := map[*node]int{}
	for _, layer := range all {
		for i, n := range layer {
			index[n] = i
		}
	}
	return index
}

// crossings counts the pairs of lines that cross.
func crossings(all [][]*node) int {
	index, count := positions(all), 0
	for _, layer := range all {
		for i, left := range layer {
			for _, right := range layer[i+1:] {
				for _, a := range left.below {
					for _, b := range right.below {
						if index[a] > index[b] {
							count++
						}
					}
				}
			}
		}
	}
	return count
}

// mean is the weighted mean of values of the neighbours, or else another value.
func mean(n *node, neighbours []*node, none float64, of func(*node) float64) float64 {
	sum, weights := 0.0, 0.0
	for _, o := range neighbours {
		w := n.weight() * o.weight()
		sum, weights = sum+w*of(o), weights+w
	}
	if weights == 0 {
		return none
	}
	return sum / weights
}

// place gives each node its column: near what it is connected with, and at least gap columns from
// its neighbours.
func place(all [][]*node, gap int) {
	for _, layer := range all {
		for _, n := range layer {
			n.x = 0
		}
	}
	for i := range sweeps {
		for l := range all {
			if i%2 == 1 {
				l = len(all) - 1 - l
			}
			spread(all[l], gap, func(n *node) float64 {
				return mean(n, slices.Concat(n.above, n.below), float64(n.x), func(o *node) float64 { return float64(o.x) })
			})
		}
	}
	left := 0
	for _, layer := range all {
		for _, n := range layer {
			left = min(left, n.x-n.half())
		}
	}
	for _, layer := range all {
		for _, n := range layer {
			n.x -= left
		}
	}
	for _, layer := range all {
		for _, n := range layer {
			n.connect()
		}
	}
}

// block is a run of nodes without room between them.
type block struct {
	sum, weight float64
	count       int
}

func (b block) mean() float64 { return b.sum / b.weight }

// spread moves the nodes of a layer as near to where they want to be as their widths allow: it
// finds the least squares by pooling neighbours that are in each other's way.
func spread(layer []*node, gap int, wanted func(*node) float64) {
	offsets := make([]int, len(layer))
	var blocks []block
	for i, n := range layer {
		if i > 0 {
			offsets[i] = offsets[i-1] + layer[i-1].half() + gap + 1 + n.half()
		}
		last := block{n.weight() * (wanted(n) - float64(offsets[i])), n.weight(), 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].mean() > last.mean() {
			before := blocks[len(blocks)-1]
			blocks, last = blocks[:len(blocks)-1], block{before.sum + last.sum, before.weight + last.weight, before.count + last.count}
		}
		blocks = append(blocks, last)
	}
	i := 0
	for _, b := range blocks {
		for range b.count {
			layer[i].x = int(b.mean()+1e6) - 1e6 + offsets[i] // rounded down, also below zero
			i++
		}
	}
}

// connect decides where the lines of a node begin: side by side, in the order of where they lead.
func (n *node) connect() {
	slices.SortStableFunc(n.below, func(a, b *node) int { return cmp.Compare(a.x, b.x) })
	n.ports = nil
	for i := range n.below {
		n.ports = append(n.ports, n.x-(len(n.below)-1)*apart/2+i*apart)
	}
}
