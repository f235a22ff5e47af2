package rulediff

import "sort"

// alignment says which elements of two lists belong together.
type alignment struct {
	from  []int  // of each element of the second list: its index in the first; -1: it is new
	moved []bool // of each element of the second list: it has changed places with others
	gone  []int  // indexes in the first list of what is not in the second, ascending
}

// align pairs elements that are equal, and then those that have the same name, each in their order.
func align(from, to []item) alignment {
	a := alignment{from: make([]int, len(to)), moved: make([]bool, len(to))}
	taken := make([]bool, len(from))
	for i := range a.from {
		a.from[i] = -1
	}
	pair := func(key func(item) item) {
		queues := map[item][]int{}
		for i, one := range from {
			if !taken[i] {
				queues[key(one)] = append(queues[key(one)], i)
			}
		}
		for i, one := range to {
			if q := queues[key(one)]; a.from[i] < 0 && len(q) > 0 {
				a.from[i], taken[q[0]] = q[0], true
				queues[key(one)] = q[1:]
			}
		}
	}
	pair(func(one item) item { return one })
	pair(func(one item) item { return item{name: one.name} })
	for i, t := range taken {
		if !t {
			a.gone = append(a.gone, i)
		}
	}
	a.findMoved()
	return a
}

// findMoved marks as few elements as possible: all that are not in a longest rising sequence of old places.
func (a alignment) findMoved() {
	var tails []int                    // tails[n]: the element with which the best sequence of n+1 ends
	before := make([]int, len(a.from)) // the element before it in that sequence
	for i, old := range a.from {
		if old < 0 {
			continue
		}
		n := sort.Search(len(tails), func(n int) bool { return a.from[tails[n]] >= old })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
		a.moved[i] = true
	}
	if len(tails) == 0 {
		return
	}
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		a.moved[i] = false
	}
}
