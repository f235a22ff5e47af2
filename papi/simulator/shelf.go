package simulator

import "strings"

// shelf holds the account's properties, or its includes, in order of creation.
type shelf struct {
	all   []*property
	ids   map[string]*property // by the bare id in lower case
	names map[string]*property
}

func newShelf() shelf {
	return shelf{ids: map[string]*property{}, names: map[string]*property{}}
}

func (s *shelf) add(p *property) {
	s.all = append(s.all, p)
	s.ids[strings.ToLower(p.id)], s.names[p.name] = p, p
}

// has reports whether the id or the name is taken.
func (s *shelf) has(id, name string) bool {
	return s.ids[strings.ToLower(id)] != nil || s.names[name] != nil
}

func (s *shelf) remove(p *property) {
	delete(s.ids, strings.ToLower(p.id))
	delete(s.names, p.name)
	kept := s.all[:0:0]
	for _, other := range s.all {
		if other != p {
			kept = append(kept, other)
		}
	}
	s.all = kept
}

// belongsTo records contracts and groups of the account, which remain when the last property of one is deleted.
func (s *Simulator) belongsTo(pairs []Pair) {
	for _, pair := range pairs {
		if !s.known[pair] {
			s.known[pair] = true
			s.pairs = append(s.pairs, pair)
		}
	}
}
