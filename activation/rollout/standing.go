package rollout

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// State is the state of an item.
type State string

// The states of an item.
const (
	Waiting       State = "waiting"  // nothing was submitted
	Blocked       State = "blocked"  // another activation is in progress
	Underway      State = "underway" // an activation of the version is in progress, whoever submitted it
	Active        State = "active"
	Failed        State = "failed" // or cancelled
	Rejected      State = "rejected"
	Superseded    State = "superseded" // it was active and was replaced by another version
	Skipped       State = "skipped"    // it has failed on the previous network, or was left out
	Overdue       State = "overdue"    // in progress or blocked for too long
	Uncertain     State = "uncertain"  // the result of its submission is not known
	Returning     State = "returning"
	Returned      State = "rolled-back"
	ReturnFailed  State = "return-failed"
	NotReturnable State = "not-returnable" // nothing was active before
	Drifted       State = "drifted"        // the active version is neither the old nor the new one
)

// Further states of [Runner.Status].
const (
	Unknown  State = "unknown"    // its list could not be read
	Inactive State = "not-active" // the list of its group does not show the version; an activation may be in progress
)

// Settled reports whether the run does nothing more about the item.
func (s State) Settled() bool {
	switch s {
	case Waiting, Blocked, Underway, Returning, Unknown, Inactive:
		return false
	case Active, Failed, Rejected, Superseded, Skipped, Overdue, Uncertain, Returned, ReturnFailed, NotReturnable, Drifted:
		return true
	}
	return false
}

// Bad reports whether the state counts as a failure.
func (s State) Bad() bool {
	switch s {
	case Failed, Rejected, Superseded, Skipped, Overdue, Uncertain, Drifted:
		return true
	case Waiting, Blocked, Underway, Active, Returning, Returned, ReturnFailed, NotReturnable, Unknown, Inactive:
		return false
	}
	return false
}

// standing is the state of an item by its list of activations.
type standing struct {
	state State
	// about is the activation that the state is about; with Blocked it is the blocking one. It is nil with
	// Waiting, and may be nil with Active.
	about *papi.Activation
	ours  bool // about carries the plan's mark
	// attempt is the highest attempt in the plan's marks, backAttempt that in the marks of its rollbacks.
	attempt, backAttempt int
	scope                Scope // of the latest rollback, the widest of several
	restored             bool  // a rollback of the plan has submitted what is active
	// other is the mark of an unfinished other plan of this name, served the mark of what is active.
	other, served *Mark
	// version is the active version, staging the one active on staging; 0: none.
	version, staging int
	// part and request are the bulk request that has submitted the plan's latest activation, partAt when, by PAPI's
	// clock.
	part    Part
	request string
	partAt  time.Time
	// before is what was active before the plan's activation; 0: nothing.
	before int
	usual  time.Duration
}

// stands returns the state of an item by the activations of its property, in any order. Marks of attempts up to
// closed belong to a rollout that was rolled back.
func (p *Plan) stands(item Item, have []papi.Activation, closed int) standing {
	e := p.evidence(item, have, closed)
	s := standing{attempt: e.attempt, backAttempt: e.backAttempt, scope: e.scope, usual: usual(have, item.Network)}
	if other := activation.Latest(e.others, item.Network); other != nil {
		m, _ := ParseMark(other.Note) // it has one
		s.other = &m
	}
	now := activation.Active(have, item.Network)
	if now != nil {
		s.version = now.PropertyVersion
		if m, ok := ParseMark(now.Note); ok && m.Back && m.Name == p.Name && m.Digest == p.Digest {
			s.restored = true
		} else if ok && !m.Back && m.Name == p.Name && m.Digest != p.Digest {
			s.served = &m
		}
	}
	if there := activation.Active(have, papi.Staging); there != nil {
		s.staging = there.PropertyVersion
	}
	mine := activation.Latest(e.forward, item.Network)
	if mine != nil {
		s.before = before(have, *mine)
		if m, ok := ParseMark(mine.Note); ok && m.Part.has(item.Place) {
			s.part, s.request, s.partAt = m.Part, m.Request, submittedAt(*mine)
		}
	}
	if pending := activation.Pending(have, item.Network); len(pending) > 0 {
		s.state, s.about, s.ours = e.pending(item, pending)
		return s
	}
	back := activation.Latest(e.back, item.Network)
	switch {
	case back != nil && (mine == nil || newer(*back, *mine)):
		s.about = back
		switch {
		case served(*back):
			s.state = Returned
		case now != nil && mine != nil && now.ActivationID.Equal(mine.ActivationID):
			s.state, s.about, s.ours = ReturnFailed, mine, true
		default:
			s.state = ReturnFailed
		}
	case now != nil && now.PropertyVersion == item.Version:
		s.state, s.about, s.ours = Active, now, mine != nil && now.ActivationID.Equal(mine.ActivationID)
	case mine == nil:
		s.state = Waiting
	case served(*mine):
		s.state, s.about, s.ours = Superseded, mine, true
	default:
		s.state, s.about, s.ours = Failed, mine, true
	}
	return s
}

// evidence is the activations that carry a mark.
type evidence struct {
	forward, back        []papi.Activation // of this plan, of attempts after closed
	attempt, backAttempt int               // the highest in any mark
	scope                Scope
	others               []papi.Activation // unfinished ones of other plans of this name
}

func (p *Plan) evidence(item Item, have []papi.Activation, closed int) evidence {
	var e evidence
	newest := activation.Latest(have, item.Network)
	for _, a := range have {
		if a.Network != item.Network {
			continue
		}
		m, ok := ParseMark(a.Note)
		switch {
		case !ok || m.Name != p.Name:
		case m.Digest != p.Digest:
			failed := a.Status == papi.StatusFailed && newest.ActivationID.Equal(a.ActivationID) && a.PropertyVersion == item.Version
			if activation.InProgress(a) || failed {
				e.others = append(e.others, a)
			}
		case m.Back:
			if m.Attempt >= e.backAttempt {
				e.scope = wider(m.Scope, e.scope, m.Attempt == e.backAttempt)
				e.backAttempt = m.Attempt
			}
			if m.Attempt > closed {
				e.back = append(e.back, a)
			}
		case a.PropertyVersion == item.Version && activates(a):
			e.attempt = max(e.attempt, m.Attempt)
			if m.Attempt > closed {
				e.forward = append(e.forward, a)
			}
		}
	}
	return e
}

// pending returns the state of an item while activations are in progress, latest first.
func (e evidence) pending(item Item, pending []papi.Activation) (State, *papi.Activation, bool) {
	has := func(all []papi.Activation, one papi.Activation) bool {
		return slices.ContainsFunc(all, func(a papi.Activation) bool { return a.ActivationID.Equal(one.ActivationID) })
	}
	for i, a := range pending { // whatever else is in progress, the plan's own has to be followed
		switch {
		case has(e.back, a):
			return Returning, &pending[i], true
		case has(e.forward, a):
			return Underway, &pending[i], true
		}
	}
	for i, a := range pending {
		if !activates(a) || a.PropertyVersion != item.Version || undoing(a) {
			return Blocked, &pending[i], false
		}
	}
	return Underway, &pending[0], false
}

// activates reports whether an activation puts its version on the network. An unknown type does not count.
func activates(a papi.Activation) bool {
	return a.ActivationType == papi.Activate || a.ActivationType == ""
}

// undoing reports whether an activation is being cancelled or undone.
func undoing(a papi.Activation) bool {
	return a.Status == papi.StatusPendingCancellation || a.Status == papi.StatusPendingDeactivation && a.ActivationType != papi.Deactivate
}

// served reports whether an activation that has ended was active.
func served(a papi.Activation) bool {
	return a.Status == papi.StatusActive || a.Status == papi.StatusInactive || a.Status == papi.StatusDeactivated
}

// newer reports whether a was submitted after b.
func newer(a, b papi.Activation) bool {
	latest := activation.Latest([]papi.Activation{a, b}, a.Network)
	return latest != nil && latest.ActivationID.Equal(a.ActivationID) && !a.ActivationID.Equal(b.ActivationID)
}

// before returns the version that was active before an activation: PAPI's fallback version, or else the latest
// one that was active before.
func before(have []papi.Activation, a papi.Activation) int {
	if f := a.FallbackInfo; f != nil && f.FallbackVersion > 0 && f.FallbackVersion != a.PropertyVersion {
		return f.FallbackVersion
	}
	var earlier []papi.Activation
	for _, o := range have {
		if o.Network == a.Network && served(o) && !o.ActivationID.Equal(a.ActivationID) && newer(a, o) {
			earlier = append(earlier, o)
		}
	}
	for len(earlier) > 0 {
		latest := activation.Latest(earlier, a.Network)
		if latest.ActivationType == papi.Deactivate {
			return 0
		}
		if latest.PropertyVersion != a.PropertyVersion {
			return latest.PropertyVersion
		}
		for i := range earlier {
			if earlier[i].ActivationID.Equal(latest.ActivationID) {
				earlier = append(earlier[:i], earlier[i+1:]...)
				break
			}
		}
	}
	return 0
}

// submittedAt is when an activation was submitted, or the best estimate.
func submittedAt(a papi.Activation) time.Time {
	if a.SubmitDate.IsZero() {
		return a.UpdateDate
	}
	return a.SubmitDate
}

// steadyAt is when an activation was active, by PAPI's dates; zero if they do not tell.
func steadyAt(a papi.Activation) time.Time {
	if f := a.FallbackInfo; f != nil && !f.SteadyStateTime.IsZero() {
		return f.SteadyStateTime
	}
	return a.UpdateDate
}
