package simulator

import (
	"net/http"
	"slices"
	"strings"
)

type wireEdge struct {
	EdgeHostnameID     string    `json:"edgeHostnameId"`
	EdgeHostnameDomain string    `json:"edgeHostnameDomain"`
	ProductID          string    `json:"productId"`
	DomainPrefix       string    `json:"domainPrefix"`
	DomainSuffix       string    `json:"domainSuffix"`
	Secure             bool      `json:"secure"`
	IPVersionBehavior  string    `json:"ipVersionBehavior"`
	UseCases           []useCase `json:"useCases,omitempty"`
}

type edgeList struct {
	owner

	EdgeHostnames items[wireEdge] `json:"edgeHostnames"`
}

func (c *call) edgeAnswer(pair Pair, list []wireEdge) *answer {
	return jsonAnswer(http.StatusOK, edgeList{c.ownerOf(pair), items[wireEdge]{list}})
}

func (c *call) wireEdge(place int, e *edgeHostname) wireEdge {
	w := wireEdge{
		EdgeHostnameID: c.id("ehn_", edgeIDOf(place)), EdgeHostnameDomain: e.domain, ProductID: c.id("prd_", e.product),
		Secure: e.secure, IPVersionBehavior: e.behavior, UseCases: e.useCases,
	}
	w.DomainPrefix, w.DomainSuffix = e.parts()
	return w
}

// of reports whether the edge hostname can be used with the contract and group.
func (e *edgeHostname) of(pair Pair) bool { return e.pair == Pair{} || e.pair == pair }

func (s *Simulator) listEdges(c *call, pair Pair) *answer {
	list := []wireEdge{}
	for i, e := range s.edges.all {
		if e != nil && e.of(pair) {
			list = append(list, c.wireEdge(i, e))
		}
	}
	a := c.edgeAnswer(pair, list)
	a.limit("X-Limit-Edgehostnames-Per-Contract", edgesPerContract, len(list))
	return a
}

func (s *Simulator) showEdge(c *call, pair Pair) *answer {
	i, ok := s.edgePlace(c.named("edge"))
	if !ok || !s.edges.all[i].of(pair) {
		return c.notFound("edge hostname " + c.named("edge") + " in this contract and group")
	}
	return c.edgeAnswer(pair, []wireEdge{c.wireEdge(i, s.edges.all[i])})
}

// createEdge creates an edge hostname, which is usable at once.
func (s *Simulator) createEdge(c *call, pair Pair) *answer {
	var wanted edgeCreation
	if a := c.decode(&wanted); a != nil {
		return a
	}
	product, a := c.product(wanted.ProductID)
	if a != nil {
		return a
	}
	if a := c.checkEdge(&wanted); a != nil {
		return a
	}
	domain := wanted.domain()
	if s.edgeIndex(domain) >= 0 {
		return c.problem(http.StatusBadRequest, "edge-hostname/already-exists", "Edge hostname exists",
			"There is an edge hostname `"+domain+"` already.")
	}
	place := s.edges.add(&edgeHostname{
		domain: domain, suffix: wanted.DomainSuffix, product: product, behavior: wanted.IPVersionBehavior,
		secure: wanted.Secure || wanted.DomainSuffix == enhancedTLS, useCases: wanted.UseCases, pair: pair,
	})
	reply := c.made("edgeHostnameLink", "edgehostnames/"+c.id("ehn_", edgeIDOf(place)), pair)
	reply.limit("X-Limit-Edgehostnames-Per-Contract", edgesPerContract, len(s.edges.all))
	return reply
}

func (c *call) checkEdge(wanted *edgeCreation) *answer {
	suffixes := map[string]string{"": wanted.DomainSuffix, "ENHANCED_TLS": enhancedTLS, "STANDARD_TLS": standardTLS, "SHARED_CERT": sharedTLS}
	suffix, known := suffixes[wanted.SecureNetwork]
	switch {
	case wanted.DomainPrefix == "" || strings.ContainsAny(wanted.DomainPrefix, "/ :"):
		return c.schemaInvalid("#/domainPrefix", "The first part of a domain name is required.")
	case !slices.Contains([]string{enhancedTLS, standardTLS, sharedTLS}, wanted.DomainSuffix):
		return c.schemaInvalid("#/domainSuffix", "The value must be edgekey.net, edgesuite.net or akamaized.net.")
	case !slices.Contains([]string{ipv4, ipv6, ipv6Fast}, wanted.IPVersionBehavior):
		return c.schemaInvalid("#/ipVersionBehavior", "The value must be IPV4, IPV6_COMPLIANCE or IPV6_PERFORMANCE.")
	case !known:
		return c.schemaInvalid("#/secureNetwork", "The value must be ENHANCED_TLS, STANDARD_TLS or SHARED_CERT.")
	case suffix != wanted.DomainSuffix:
		return c.schemaInvalid("#/domainSuffix", "With this secureNetwork it must be "+suffix+".")
	case wanted.SecureNetwork == "ENHANCED_TLS" && wanted.CertEnrollmentID == 0 && wanted.SlotNumber == 0:
		return c.schemaInvalid("#/certEnrollmentId", "With this secureNetwork it is required.")
	}
	return nil
}
