package simulator

import (
	"net/http"
	"slices"
)

// listChanges lists the changes of a bucket, newest first, including cancelled ones.
func (s *Simulator) listChanges(c *call, p *property) *answer {
	all := []wireChange{}
	for _, h := range p.changes {
		all = append(all, s.wireChange(c, p, h, false))
	}
	slices.Reverse(all)
	cut, a := page(c, c.link(p, "/hostname-activations")+"&", all)
	if a != nil {
		return a
	}
	return jsonAnswer(http.StatusOK, changeList{owner: c.owner(p), HostnameActivations: cut})
}

// pollChange counts the look first, because a look may trigger a step.
func (s *Simulator) pollChange(c *call, p *property) *answer {
	h, a := c.changeAsked(p)
	if a != nil {
		return a
	}
	h.Looks++
	p.advance(c.sim)
	reply := s.changeAnswer(c, p, h)
	if h.Status == StatusPending && s.retryAfter != "" {
		reply.header.Set("Retry-After", s.retryAfter)
	}
	return reply
}

// cancelChange refuses a change that is on its way to the network, and one that is no longer pending.
func (s *Simulator) cancelChange(c *call, p *property) *answer {
	h, a := c.changeAsked(p)
	switch {
	case a != nil:
		return a
	case h.Status == StatusPendingCancellation:
	case h.queued():
		h.cancel(c.sim, s.slowCancel)
	case h.Status.running():
		return c.problem(http.StatusBadRequest, "hostname-activation/cancellation-failed", "Error canceling Activation",
			"cancellation_failed.error.activation.toofar")
	default:
		return c.unprocessable("hostname-activation/unprocessable-status", "Activation Unprocessable",
			"The activation is not pending any more.", "Activation "+h.ID, "Status "+string(h.Status))
	}
	return s.changeAnswer(c, p, h)
}

// changeAsked returns the change that the path names. Unlike most requests, these must name contract and group.
func (c *call) changeAsked(p *property) (*HostnameActivation, *answer) {
	if contract, group := c.asked(); contract == "" || group == "" {
		return nil, c.badRequest("The contractId and groupId parameters are required.")
	}
	h := p.change(c.named("activation"))
	if h == nil {
		return nil, c.notFound("hostname activation " + c.named("activation"))
	}
	return h, nil
}

func (s *Simulator) changeAnswer(c *call, p *property, h *HostnameActivation) *answer {
	return jsonAnswer(http.StatusOK, changeAnswer{
		owner: c.owner(p), HostnameActivations: items[wireChange]{[]wireChange{s.wireChange(c, p, h, c.query.Get("includeHostnames") == "true")}},
	})
}

func (s *Simulator) wireChange(c *call, p *property, h *HostnameActivation, hostnames bool) wireChange {
	w := wireChange{
		HostnameActivationID: c.id("atv_", bareID("atv_", h.ID)), ActivationType: h.Type,
		PropertyID: c.id("prp_", p.id), PropertyName: p.name, Network: h.Network, Status: h.Status,
		SubmitDate: c.stamp(h.Submitted), UpdateDate: c.stamp(h.Updated), Note: h.Note, NotifyEmails: h.NotifyEmails,
	}
	if w.Status == StatusNew { // a status that these do not have
		w.Status = StatusPending
	}
	if w.NotifyEmails == nil {
		w.NotifyEmails = []string{}
	}
	if hostnames {
		list := items[wireHostname]{[]wireHostname{}}
		for _, added := range h.Add {
			row := s.wireHostname(c, added, true)
			row.Action = "ADD"
			list.Items = append(list.Items, row)
		}
		w.Hostnames = &list
	}
	return w
}
