package simulator

import (
	"slices"
	"strconv"
	"strings"
)

// firstEdge is the id of the first edge hostname.
const firstEdge = 3001

// edgeID returns the id of an edge hostname, which comes into being if it has to.
func (s *Simulator) edgeID(name string) string {
	i := s.edgeIndex(name)
	if i < 0 {
		i = len(s.edges)
		s.edges = append(s.edges, name)
	}
	return strconv.Itoa(firstEdge + i)
}

func (s *Simulator) edgeIndex(name string) int {
	return slices.IndexFunc(s.edges, func(edge string) bool { return strings.EqualFold(edge, name) })
}

// edgeByID returns the name of an edge hostname by its bare id.
func (s *Simulator) edgeByID(id string) (name string, ok bool) {
	n, err := strconv.Atoi(id)
	if err != nil || n < firstEdge || n-firstEdge >= len(s.edges) {
		return "", false
	}
	return s.edges[n-firstEdge], true
}

func (s *Simulator) registerEdges(hostnames []Hostname) {
	for _, h := range hostnames {
		s.edgeID(h.edge())
	}
}

// EdgeHostnameID returns the id of an edge hostname, with its prefix; it is empty when there is none of that name.
func (s *Simulator) EdgeHostnameID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.edgeIndex(name) < 0 {
		return ""
	}
	return "ehn_" + s.edgeID(name)
}
