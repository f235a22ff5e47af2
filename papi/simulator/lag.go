package simulator

import "time"

// earlier is what an activation was until a change.
type earlier struct {
	until     time.Time
	status    Status
	state     string
	updated   time.Time
	cancelled bool
}

// changes keeps what the activation is now, right before it becomes something else.
func (a *Activation) changes(at time.Time) {
	a.past = append(a.past, earlier{at, a.Status, a.State, a.Updated, a.Cancelled})
}

// asOf returns the activation as it was; nil when there was none yet.
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

// late is what a list shows of the property: how it was some time ago, with ListLag.
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

// listing makes a server that shows things as late as lists are.
func listing(serve server) server {
	return func(s *Simulator, c *call, p *property) *answer { return serve(s, c, c.late(p)) }
}
