package simulator

import (
	"cmp"
	"strconv"
	"strings"
)

// firstEdge is the id of the edge hostname at index 0.
const firstEdge = 3001

// edgeHostname is what a hostname's CNAME record leads to.
type edgeHostname struct {
	domain, product, behavior string
	suffix                    string // empty: the domain from its last but one dot on
	secure                    bool
	useCases                  []useCase
	pair                      Pair // zero: usable with all contracts and groups
	ttl                       int  // in seconds; 0: the default
}

// edges are the edge hostnames. An index, plus firstEdge, is the id.
type edges struct {
	all    []*edgeHostname // nil for a deleted one
	places map[string]int  // index by domain in lower case
}

func newEdges() edges { return edges{places: map[string]int{}} }

func (e *edges) add(edge *edgeHostname) int {
	e.all = append(e.all, edge)
	e.places[strings.ToLower(edge.domain)] = len(e.all) - 1
	return len(e.all) - 1
}

func (e *edges) remove(place int) {
	delete(e.places, strings.ToLower(e.all[place].domain))
	e.all[place] = nil
}

// parts returns the two parts that the domain was created from.
func (e *edgeHostname) parts() (prefix, suffix string) {
	suffix = e.suffix
	if suffix == "" {
		labels := strings.Split(e.domain, ".")
		suffix = strings.Join(labels[max(0, len(labels)-2):], ".")
	}
	return strings.TrimSuffix(strings.TrimSuffix(e.domain, suffix), "."), suffix
}

// edgeID returns the id of an edge hostname, and creates it if necessary.
func (s *Simulator) edgeID(name string) string {
	i := s.edgeIndex(name)
	if i < 0 {
		i = s.edges.add(&edgeHostname{
			domain: name, product: productID, behavior: ipv4, secure: strings.HasSuffix(name, "."+enhancedTLS),
		})
	}
	return edgeIDOf(i)
}

func edgeIDOf(place int) string { return strconv.Itoa(firstEdge + place) }

func (s *Simulator) edgeIndex(name string) int {
	if i, ok := s.edges.places[strings.ToLower(name)]; ok {
		return i
	}
	return -1
}

// edgeByID returns the name of an edge hostname by its bare id.
func (s *Simulator) edgeByID(id string) (name string, ok bool) {
	i, ok := s.edgePlace(id)
	if !ok {
		return "", false
	}
	return s.edges.all[i].domain, true
}

func (s *Simulator) edgePlace(id string) (int, bool) {
	n, err := strconv.Atoi(id)
	if err != nil || n < firstEdge || n-firstEdge >= len(s.edges.all) || s.edges.all[n-firstEdge] == nil {
		return 0, false
	}
	return n - firstEdge, true
}

func (s *Simulator) registerEdges(hostnames []Hostname) {
	for _, h := range hostnames {
		s.edgeID(h.edge())
	}
}

// EdgeHostnameID returns the id of an edge hostname, with its prefix; empty if there is none of that name.
func (s *Simulator) EdgeHostnameID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.edgeIndex(name) < 0 {
		return ""
	}
	return "ehn_" + s.edgeID(name)
}

// Values of an edge hostname's members.
const (
	ipv4, ipv6       = "IPV4", "IPV6_COMPLIANCE"
	ipv6Fast         = "IPV6_PERFORMANCE"
	enhancedTLS      = "edgekey.net"
	standardTLS      = "edgesuite.net"
	sharedTLS        = "akamaized.net"
	edgesPerContract = 1000
)

type useCase struct {
	Option  string `json:"option"`
	Type    string `json:"type"`
	UseCase string `json:"useCase"`
}

// edgeCreation is the body of a POST of an edge hostname.
type edgeCreation struct {
	ProductID         string    `json:"productId"`
	DomainPrefix      string    `json:"domainPrefix"`
	DomainSuffix      string    `json:"domainSuffix"`
	Secure            bool      `json:"secure"`
	SecureNetwork     string    `json:"secureNetwork"`
	SlotNumber        int       `json:"slotNumber"`
	IPVersionBehavior string    `json:"ipVersionBehavior"`
	CertEnrollmentID  int       `json:"certEnrollmentId"`
	UseCases          []useCase `json:"useCases"`
}

// domain joins prefix and suffix.
func (e *edgeCreation) domain() string {
	return strings.TrimSuffix(e.DomainPrefix, ".") + "." + cmp.Or(e.DomainSuffix, standardTLS)
}
