package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"time"
)

// listActivations lists activations except cancelled ones, newest first. PAPI promises no order.
func (c *call) listActivations(p *property) *answer {
	list := make([]wireActivation, 0, len(p.activations))
	for _, a := range slices.Backward(p.activations) {
		if !a.Cancelled && !a.Validation.hides() {
			w := c.wireActivation(p, a)
			if p.includeType != "" {
				w.FailureCause = nil // the list of an include has none
			}
			list = append(list, w)
		}
	}
	return c.activationAnswer(p, list)
}

func (c *call) activationAnswer(p *property, list []wireActivation) *answer {
	return jsonAnswer(http.StatusOK, activationList{owner: c.owner(p), Activations: items[wireActivation]{list}})
}

// poll counts the look first, because a look may trigger a step.
func (s *Simulator) poll(c *call, p *property) *answer {
	a := p.activation(c.named("activation"))
	if a == nil {
		return c.notFound("activation " + c.named("activation"))
	}
	a.Looks++
	p.advance(c.sim)
	reply := c.activationAnswer(p, []wireActivation{c.wireActivation(p, a)})
	if a.Status == StatusPending && s.retryAfter != "" {
		reply.header.Set("Retry-After", s.retryAfter)
	}
	return reply
}

// cancel has three successful answers: 200 with ABORTED, 200 with PENDING_CANCELLATION, and 204 if the
// activation was cancelled before. Cancelling an include's activation always takes some time.
func (s *Simulator) cancel(c *call, p *property) *answer {
	a := p.activation(c.named("activation"))
	switch {
	case a == nil, a.Validation == ValidationReceived:
		return c.problem(http.StatusNotFound, "activation-cancellation/not-found", "Not Found", "There is no such activation to cancel.")
	case a.Status == StatusAborted:
		return newAnswer(http.StatusNoContent, "", nil)
	case a.Status == StatusPendingCancellation:
	case !a.queued():
		return c.unprocessable("activation-cancellation/unprocessable-status", "Activation can't be cancelled",
			"The activation is not pending any more, or already on its way to the network.", "Activation "+a.ID, "Status "+string(a.Status))
	default:
		slow := s.slowCancel
		if p.includeType != "" {
			slow = cmp.Or(slow, includeCancelTime)
		}
		a.cancel(c.sim, slow)
	}
	return c.activationAnswer(p, []wireActivation{c.wireActivation(p, a)})
}

// cancel makes the activation ABORTED at once, or after slow.
func (a *Activation) cancel(now time.Time, slow time.Duration) {
	if a.Validation != "" {
		a.Validation = ValidationPassed // during validation the activation would not be visible
	}
	a.changes(now)
	a.Updated = now
	if slow == 0 {
		a.Status, a.State, a.Steps, a.Cancelled = StatusAborted, StateSteady, nil, true
		return
	}
	a.Status, a.State = StatusPendingCancellation, StateCancelling
	end := Step{After: now.Sub(a.Submitted) + slow, Status: StatusAborted, State: StateSteady}
	if a.byLooks {
		end.After, end.Looks = 0, a.Looks+1
	}
	a.Steps = []Step{end}
}

// queued reports whether the activation can still be cancelled.
func (a *Activation) queued() bool {
	return a.Status == StatusNew || a.Status == StatusPending && (a.State == "" || a.State == StateReceived)
}

func (c *call) wireActivation(p *property, a *Activation) wireActivation {
	w := wireActivation{
		ActivationType: a.Type, Network: a.Network, Status: a.Status, FMAActivationState: a.State,
		SubmitDate: c.stamp(a.Submitted), UpdateDate: c.stamp(a.Updated),
		Note: a.Note, NotifyEmails: a.NotifyEmails,
	}
	if w.NotifyEmails == nil {
		w.NotifyEmails = []string{}
	}
	if p.includeType != "" {
		w.ActivationID = a.ID // the member that some clients read
		w.IncludeActivationID, w.IncludeID, w.IncludeName, w.IncludeVersion = a.ID, c.id("inc_", p.id), p.name, a.Version
	} else {
		w.ActivationID, w.PropertyID = c.id("atv_", bareID("atv_", a.ID)), c.id("prp_", p.id)
		w.PropertyName, w.PropertyVersion = p.name, a.Version
	}
	if f := a.Fallback; f != nil && p.includeType == "" {
		w.FallbackInfo = &wireFallback{
			CanFastFallback: f.Possible, FallbackVersion: f.Version, FastFallbackAttempted: f.Attempted,
			SteadyStateTime: c.clock.told(f.Steady).Unix(), FastFallbackExpirationTime: c.clock.told(f.expires()).Unix(),
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
