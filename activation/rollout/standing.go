package rollout

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// State is how far an item is.
type State string

// The states of an item.
const (
	Waiting       State = "waiting"  // nothing was submitted
	Blocked       State = "blocked"  // another activation is in the way
	Underway      State = "underway" // on its way, whoever submitted it
	Active        State = "active"
	Failed        State = "failed" // or cancelled
	Rejected      State = "rejected"
	Superseded    State = "superseded" // it was active, and another version has taken its place
	Skipped       State = "skipped"    // it has failed on the network before, or was left out
	Overdue       State = "overdue"    // it is on its way, or was blocked, for too long
	Uncertain     State = "uncertain"  // PAPI does not tell what became of its submission
	Returning     State = "returning"
	Returned      State = "rolled-back"
	ReturnFailed  State = "return-failed"
	NotReturnable State = "not-returnable" // nothing was active before
	Drifted       State = "drifted"        // what is active there is neither the old nor the new version
)

// The states that [Runner.Status] has beside those.
const (
	Unknown  State = "unknown"    // its list could not be read
	Inactive State = "not-active" // the list of its group does not show the version; it may be on its way
)

// Settled reports whether nothing more will be done about an item.
func (s State) Settled() bool {
	switch s {
	case Waiting, Blocked, Underway, Returning, Unknown, Inactive:
		return false
	case Active, Failed, Rejected, Superseded, Skipped, Overdue, Uncertain, Returned, ReturnFailed, NotReturnable, Drifted:
		return true
	}
	return false
}

// Bad reports whether an item in this state counts as a failure.
func (s State) Bad() bool {
	switch s {
	case Failed, Rejected, Superseded, Skipped, Overdue, Uncertain, Drifted:
		return true
	case Waiting, Blocked, Underway, Active, Returning, Returned, ReturnFailed, NotReturnable, Unknown, Inactive:
		return false
	}
	return false
}

// standing is what a list tells of an item.
type standing struct {
	state State
	// about is the activation that the state is about; with Blocked the one that is in
	// the way. It is nil with Waiting, and may be with Active.
	about *papi.Activation
	ours  bool // about carries the plan's mark
	// attempt is the highest of the plan's marks, backAttempt that of its returns.
	attempt, backAttempt int
	scope                Scope // of the latest return, the widest of several
	restored             bool  // what is active was submitted by a return of the plan
	// other is the mark of another plan of this name that has not ended here, served that of what is active.
	other, served *Mark
	// version is what is active, staging what is active there; 0: nothing.
	version, staging int
	// part is the bulk request that has submitted the plan's latest activation, at a time of PAPI's.
	part   Part
	partAt time.Time
	// before is what was active before the plan's activation; 0: nothing was.
	before int
	usual  time.Duration
}

// stands works out how an item stands, from the list of its property's activations
// in any order. Marks of attempts up to closed are of a rollout that was returned.
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
	if first := activation.Latest(e.forward, item.Network); first != nil {
		s.before = before(have, *first)
		if m, ok := ParseMark(first.Note); ok && m.Part.has(item.Place) {
			s.part, s.partAt = m.Part, submittedAt(*first)
		}
	}
	if pending := activation.Pending(have, item.Network); len(pending) > 0 {
		s.state, s.about, s.ours = e.pending(item, pending)
		return s
	}
	mine := activation.Latest(e.forward, item.Network)
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

// evidence is what carries a mark.
type evidence struct {
	forward, back        []papi.Activation // of this plan, of attempts after closed
	attempt, backAttempt int               // the highest, of any
	scope                Scope
	others               []papi.Activation // of other plans of this name, that have not ended
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

// pending says how an item stands while something is in progress, the latest first.
func (e evidence) pending(item Item, pending []papi.Activation) (State, *papi.Activation, bool) {
	has := func(all []papi.Activation, one papi.Activation) bool {
		return slices.ContainsFunc(all, func(a papi.Activation) bool { return a.ActivationID.Equal(one.ActivationID) })
	}
	for i, a := range pending { // whatever else is in progress, what is ours is to be known
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

// activates reports whether an activation puts its version on the network. One of a type
// that is not known does not, whatever else it does.
func activates(a papi.Activation) bool {
	return a.ActivationType == papi.Activate || a.ActivationType == ""
}

// undoing reports whether an activation is on its way back.
func undoing(a papi.Activation) bool {
	return a.Status == papi.StatusPendingCancellation || a.Status == papi.StatusPendingDeactivation && a.ActivationType != papi.Deactivate
}

// served reports whether an activation that has ended was on its network.
func served(a papi.Activation) bool {
	return a.Status == papi.StatusActive || a.Status == papi.StatusInactive || a.Status == papi.StatusDeactivated
}

// newer reports whether a was submitted after b.
func newer(a, b papi.Activation) bool {
	latest := activation.Latest([]papi.Activation{a, b}, a.Network)
	return latest != nil && latest.ActivationID.Equal(a.ActivationID) && !a.ActivationID.Equal(b.ActivationID)
}

// before returns the version that was active before an activation: what PAPI names
// for its fallback, or else the latest that has served before it.
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

// submittedAt is when an activation was submitted, or what comes nearest to it.
func submittedAt(a papi.Activation) time.Time {
	if a.SubmitDate.IsZero() {
		return a.UpdateDate
	}
	return a.SubmitDate
}

// steadyAt is when an activation was there, by PAPI's dates; the zero time where they
// do not tell.
func steadyAt(a papi.Activation) time.Time {
	if f := a.FallbackInfo; f != nil && !f.SteadyStateTime.IsZero() {
		return f.SteadyStateTime
	}
	return a.UpdateDate
}
