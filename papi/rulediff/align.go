package rulediff

import (
	"crypto/sha256"
	"sort"
)

// alignment says which elements of two lists correspond.
type alignment struct {
	from  []int  // per element of the second list: its index in the first; -1 if it is new
	moved []bool // per element of the second list: whether it changed places with others
	gone  []int  // indexes of elements of the first list that the second lacks, ascending
}

// align pairs equal elements first, then those of the same name, both in order, and last those of the same
// substance, which are renamed rules. It skips a substance that occurs more than once on a side.
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
	pair(func(one item) string { return one.raw }) // which includes the name
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

// findRenamed pairs the remaining elements of the same substance, if it occurs once on each side: with several,
// which one became which is unknown.
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

// findMoved marks as few elements as possible: all that are not in a longest increasing subsequence of old
// indexes.
func (a alignment) findMoved() {
	var tails []int                    // tails[n]: the element that ends the best subsequence of length n+1
	before := make([]int, len(a.from)) // its predecessor in that subsequence
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
