package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

// The edge hostnames API is another API of the gateway. The Terraform provider uses it to delete edge hostnames
// and to change their TTL.

// defaultTTL is the TTL of an edge hostname's DNS record, in seconds.
const defaultTTL = 21600

// detailedEdge is an edge hostname in that API. Its ids have no prefixes.
type detailedEdge struct {
	EdgeHostnameID    int    `json:"edgeHostnameId"`
	RecordName        string `json:"recordName"`
	DNSZone           string `json:"dnsZone"`
	SecurityType      string `json:"securityType"`
	UseDefaultTTL     bool   `json:"useDefaultTtl"`
	UseDefaultMap     bool   `json:"useDefaultMap"`
	TTL               int    `json:"ttl"`
	IPVersionBehavior string `json:"ipVersionBehavior"`
	ProductID         string `json:"productId"`
	Comments          string `json:"comments"`
}

func detailOf(place int, e *edgeHostname) detailedEdge {
	d := detailedEdge{
		EdgeHostnameID: firstEdge + place, SecurityType: "STANDARD_TLS", UseDefaultTTL: e.ttl == 0, UseDefaultMap: true,
		TTL: defaultTTL, IPVersionBehavior: e.behavior, ProductID: e.product,
	}
	d.RecordName, d.DNSZone = e.parts()
	if e.secure {
		d.SecurityType = "ENHANCED_TLS"
	}
	if e.ttl > 0 {
		d.TTL = e.ttl
	}
	return d
}

func (s *Simulator) detailEdge(c *call) *answer {
	place, ok := s.edgePlace(c.named("edge"))
	if !ok {
		return c.notFound("edge hostname " + c.named("edge"))
	}
	return jsonAnswer(http.StatusOK, detailOf(place, s.edges.all[place]))
}

// edgeChange is a change of an edge hostname, which takes effect at once.
type edgeChange struct {
	Action        string         `json:"action"`
	ChangeID      int            `json:"changeId"`
	Status        string         `json:"status"`
	StatusMessage string         `json:"statusMessage"`
	SubmitDate    string         `json:"submitDate"`
	Submitter     string         `json:"submitter"`
	EdgeHostnames []detailedEdge `json:"edgeHostnames"`
}

func (s *Simulator) edgeChanged(c *call, action string, place int) *answer {
	done := edgeChange{
		Action: action, ChangeID: len(s.edgeChanges) + 1, Status: "SUCCEEDED", StatusMessage: "Done.", SubmitDate: c.stamp(c.sim),
		Submitter: apiUser, EdgeHostnames: []detailedEdge{detailOf(place, s.edges.all[place])},
	}
	s.edgeChanges = append(s.edgeChanges, done)
	return jsonAnswer(http.StatusAccepted, done)
}

func (s *Simulator) showEdgeChange(c *call) *answer {
	id, err := strconv.Atoi(c.named("job"))
	if err != nil || id < 1 || id > len(s.edgeChanges) {
		return c.notFound("change request " + c.named("job"))
	}
	return jsonAnswer(http.StatusOK, s.edgeChanges[id-1])
}

// onEdge serves requests for the edge hostname of a record and a zone.
func onEdge(serve func(*Simulator, *call, int) *answer) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		domain := c.named("record") + "." + c.named("zone")
		place := s.edgeIndex(domain)
		if place < 0 {
			return c.notFound("edge hostname " + domain)
		}
		return serve(s, c, place)
	}
}

// deleteEdge refuses to delete an edge hostname in use. Its id is not reused.
func (s *Simulator) deleteEdge(c *call, place int) *answer {
	domain := s.edges.all[place].domain
	by := func(h Hostname) bool { return h.edge() == domain }
	for _, p := range s.properties.all {
		p.advance(c.sim)
		if slices.ContainsFunc(p.serving(Staging), by) || slices.ContainsFunc(p.serving(Production), by) {
			return c.problem(http.StatusConflict, "edge-hostname/in-use", "Edge hostname in use", "The property "+p.name+" serves hostnames by it.")
		}
	}
	reply := s.edgeChanged(c, "DELETE", place)
	s.edges.remove(place)
	return reply
}

// editEdge accepts a JSON Patch of the two members that can be changed.
func (s *Simulator) editEdge(c *call, place int) *answer {
	var operations []struct {
		Op, Path, Value string
	}
	if a := c.decode(&operations); a != nil {
		return a
	}
	e := *s.edges.all[place]
	for _, o := range operations {
		ttl, err := strconv.Atoi(o.Value)
		switch {
		case o.Op == "replace" && o.Path == "/ttl" && err == nil && ttl >= 0:
			e.ttl = ttl
		case o.Op == "replace" && o.Path == "/ipVersionBehavior":
			e.behavior = o.Value
			if o.Value == "IPV6_IPV4_DUALSTACK" { // PAPI's name for it
				e.behavior = ipv6
			}
		default:
			return c.schemaInvalid("#/", "Only /ttl and /ipVersionBehavior can be replaced.")
		}
	}
	*s.edges.all[place] = e
	return s.edgeChanged(c, "EDIT", place)
}
