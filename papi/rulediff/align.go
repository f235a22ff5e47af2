package rulediff

import (
	"crypto/sha256"
	"sort"
)

// alignment says which elements of two lists belong together.
type alignment struct {
	from  []int  // of each element of the second list: its index in the first; -1: it is new
	moved []bool // of each element of the second list: it has changed places with others
	gone  []int  // indexes in the first list of what is not in the second, ascending
}

// align pairs elements that are equal, then those that have the same name, each in their order, and last those that have
// the same substance, where there is only one of it on each side: rules that were renamed.
func align(from, to []item) alignment {
	a := alignment{from: make([]int, len(to)), moved: make([]bool, len(to))}
	taken := make([]bool, len(from))
	for i := range a.from {
		a.from[i] = -1
	}
	pair := func(key func(item) string) {
		queues := map[string][]int{}
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
	pair(func(one item) string { return one.raw }) // which has the name
	pair(func(one item) string { return one.name })
	a.findRenamed(from, to, taken)
	for i, t := range taken {
		if !t {
			a.gone = append(a.gone, i)
		}
	}
	a.findMoved()
	return a
}

// findRenamed pairs what is left and has the same substance, if only one has it on each side: of several, nobody could
// tell which has become which.
func (a alignment) findRenamed(from, to []item, taken []bool) {
	type sides struct{ from, to []int }
	alike := map[[sha256.Size]byte]*sides{}
	of := func(one item) *sides {
		sum, ok := one.substance()
		if !ok {
			return &sides{}
		}
		if alike[sum] == nil {
			alike[sum] = &sides{}
		}
		return alike[sum]
	}
	for i, one := range from {
		if !taken[i] {
			s := of(one)
			s.from = append(s.from, i)
		}
	}
	for i, one := range to {
		if a.from[i] < 0 {
			s := of(one)
			s.to = append(s.to, i)
		}
	}
	for _, s := range alike {
		if len(s.from) == 1 && len(s.to) == 1 {
			a.from[s.to[0]], taken[s.from[0]] = s.from[0], true
		}
	}
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
