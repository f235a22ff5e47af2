package simulator

import "time"

// earlier is the state of an activation before a change.
type earlier struct {
	until     time.Time
	status    Status
	state     string
	updated   time.Time
	cancelled bool
}

// changes saves the activation's state; call it right before changing it.
func (a *Activation) changes(at time.Time) {
	a.past = append(a.past, earlier{at, a.Status, a.State, a.Updated, a.Cancelled})
}

// asOf returns the activation as it was at t; nil if it did not exist.
func (a *Activation) asOf(t time.Time) *Activation {
	if a.Submitted.After(t) {
		return nil
	}
	old := a.clone()
	for _, p := range a.past {
		if p.until.After(t) {
			old.Status, old.State, old.Updated, old.Cancelled = p.status, p.state, p.updated, p.cancelled
			break
		}
	}
	return &old
}

// late returns the property as lists show it: as it was ListLag ago.
func (c *call) late(p *property) *property {
	if c.lag <= 0 {
		return p
	}
	then := c.sim.Add(-c.lag)
	old := *p
	old.activations, old.changes = nil, nil
	for _, a := range p.activations {
		if was := a.asOf(then); was != nil {
			old.activations = append(old.activations, was)
		}
	}
	for _, h := range p.changes {
		if was := h.asOf(then); was != nil {
			old.changes = append(old.changes, &HostnameActivation{*was, h.Add, h.Remove})
		}
	}
	return &old
}

// listing makes a server show the property with the lag of lists.
func listing(serve server) server {
	return func(s *Simulator, c *call, p *property) *answer { return serve(s, c, c.late(p)) }
}
