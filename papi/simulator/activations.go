package simulator

import (
	"net/http"
	"slices"
)

// listActivations lists what was not cancelled, the newest first. PAPI promises no order.
func (c *call) listActivations(p *property) *answer {
	list := []wireActivation{}
	for _, a := range p.activations {
		if !a.Cancelled {
			list = append(list, c.wireActivation(p, a))
		}
	}
	slices.Reverse(list)
	return c.activationAnswer(p, list)
}

func (c *call) activationAnswer(p *property, list []wireActivation) *answer {
	return jsonAnswer(http.StatusOK, activationList{owner: c.owner(p), Activations: items[wireActivation]{list}})
}

// poll counts as a look at the activation, before anything else.
func (s *Simulator) poll(c *call, p *property) *answer {
	a := p.activation(c.route.activation)
	if a == nil {
		return c.notFound("activation " + c.route.activation)
	}
	a.Looks++
	p.advance(c.sim)
	reply := c.activationAnswer(p, []wireActivation{c.wireActivation(p, a)})
	if a.Status == StatusPending && s.retryAfter != "" {
		reply.header.Set("Retry-After", s.retryAfter)
	}
	return reply
}

// cancel has three good answers: 200 with ABORTED, 200 with PENDING_CANCELLATION, and
// 204 for what is cancelled already.
func (s *Simulator) cancel(c *call, p *property) *answer {
	a := p.activation(c.route.activation)
	switch {
	case a == nil:
		return c.problem(http.StatusNotFound, "activation-cancellation/not-found", "Not Found", "There is no such activation to cancel.")
	case a.Status == StatusAborted:
		return newAnswer(http.StatusNoContent, "", nil)
	case a.Status == StatusPendingCancellation:
	case !a.queued():
		return c.unprocessable("activation-cancellation/unprocessable-status", "Activation can't be cancelled",
			"The activation is not pending any more, or already on its way to the network.", "Activation "+a.ID, "Status "+string(a.Status))
	case s.slowCancel > 0:
		a.Status, a.State, a.Updated = StatusPendingCancellation, StateCancelling, c.sim
		a.Steps = []Step{{After: c.sim.Sub(a.Submitted) + s.slowCancel, Status: StatusAborted, State: StateSteady}}
	default:
		a.Status, a.State, a.Updated = StatusAborted, StateSteady, c.sim
		a.Steps, a.Cancelled = nil, true
	}
	return c.activationAnswer(p, []wireActivation{c.wireActivation(p, a)})
}

// queued reports whether the activation can still be cancelled.
func (a *Activation) queued() bool {
	return a.Status == StatusNew || a.Status == StatusPending && (a.State == "" || a.State == StateReceived)
}

func (c *call) wireActivation(p *property, a *Activation) wireActivation {
	w := wireActivation{
		ActivationID: c.id("atv_", bareID("atv_", a.ID)), ActivationType: a.Type,
		PropertyID: c.id("prp_", p.id), PropertyName: p.name, PropertyVersion: a.Version,
		Network: a.Network, Status: a.Status, FMAActivationState: a.State,
		SubmitDate: stamp(a.Submitted), UpdateDate: stamp(a.Updated),
		Note: a.Note, NotifyEmails: a.NotifyEmails,
	}
	if w.NotifyEmails == nil {
		w.NotifyEmails = []string{}
	}
	if f := a.Fallback; f != nil {
		w.FallbackInfo = &wireFallback{
			CanFastFallback: f.Possible, FallbackVersion: f.Version, FastFallbackAttempted: f.Attempted,
			SteadyStateTime: f.Steady.Unix(), FastFallbackExpirationTime: f.expires().Unix(),
		}
	}
	if a.FailureCause != "" {
		w.FailureCause = &problem{
			Type: problemBase + "papi/v0/activation/errors", Title: "Activation failed",
			Detail: a.FailureCause, Status: http.StatusBadRequest,
		}
	}
	return w
}
