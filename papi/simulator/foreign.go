package simulator

import (
	"encoding/json"
	"net/http"
)

// foreign implements Fault.Foreign: another user activates another version on the network that the request is
// for, unless an activation is in progress there.
func (s *Simulator) foreign(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.property(c.named("property"))
	if p == nil {
		p = s.include(c.named("include"))
	}
	var wanted struct {
		Network         Network `json:"network"`
		PropertyVersion int     `json:"propertyVersion"`
		IncludeVersion  int     `json:"includeVersion"`
	}
	if c.r.Method == http.MethodGet || p == nil || json.Unmarshal(c.body, &wanted) != nil {
		return
	}
	s.work(c.sim)
	p.advance(c.sim)
	if p.running(wanted.Network) != nil {
		return
	}
	if v := p.another(wanted.Network, max(wanted.PropertyVersion, wanted.IncludeVersion)); v != nil {
		s.begin(c, p, v, &submission{
			PropertyVersion: v.Number, Network: wanted.Network, ActivationType: Activate,
			Note: "Started by somebody else", NotifyEmails: []string{"other@example.com"},
		})
		p.advance(c.sim)
	}
}

// another returns the highest version other than the given one and the active one; nil if there is none.
func (p *property) another(network Network, than int) *Version {
	active := p.active(network)
	for i := len(p.versions) - 1; i >= 0; i-- {
		if v := &p.versions[i]; v.Number != than && (active == nil || active.Version != v.Number) {
			return v
		}
	}
	return nil
}
