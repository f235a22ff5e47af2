package rollout_test

import (
	"errors"
	"slices"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi/simulator"
)

// judge holds what a run says to what PAPI has.
func (s *story) judge(r *rollout.Result, err error, o rollout.Options) {
	bad := 0
	active := 0
	for _, w := range r.Waves {
		for _, item := range w.Items {
			s.judgeItem(r, item)
			if item.State.Bad() && !s.skips(string(item.PropertyID)) {
				bad++
			}
			if item.State == rollout.Active {
				active++
			}
		}
	}
	if r.Totals.Active != active {
		s.violate("totals say %d active of %d", r.Totals.Active, active)
	}
	switch r.Outcome { //nolint:exhaustive // the others come with an error
	case rollout.OutcomeRolledOut:
		if err != nil || bad > s.tolerate*len(r.Waves)*len(s.networks) || r.Totals.Waiting+r.Totals.Underway+r.Totals.Blocked > 0 {
			s.violate("rolled out with %+v: %v", r.Totals, err)
		}
	case rollout.OutcomeRolledBack:
		if err == nil {
			s.violate("rolled back without a reason")
		}
	case rollout.OutcomePaused:
		s.paused(r, o)
	case rollout.OutcomeLimited:
		if err == nil || s.account.ActivationsPerDay == 0 || o.OverBudget {
			s.violate("limited: %v", err)
		}
	default:
		if err == nil {
			s.violate("%s without an error", r.Outcome)
		}
	}
	s.lost(r)
	s.back(r, err)
	s.order2()
}

// paused looks whether a run that was to end after a wave did so.
func (s *story) paused(r *rollout.Result, o rollout.Options) {
	after := false
	for _, w := range r.Waves {
		for _, item := range w.Items {
			switch marked := s.marked(item); {
			case after && marked != nil:
				s.violate("%s of wave %s was submitted, and the run was to end after wave %s", item.Title(), w.Name, o.Through)
			case !after && !item.State.Settled():
				s.violate("the run ended after wave %s, and %s on %s is %s", o.Through, item.Title(), item.Network, item.State)
			}
		}
		after = after || w.Name == o.Through
	}
	if !after {
		s.violate("paused at %q", o.Through)
	}
}

// marked returns the activations of an item that carry its mark.
func (s *story) marked(item rollout.ItemResult) []simulator.Activation {
	var made []simulator.Activation
	for _, a := range s.sim.Activations(string(item.PropertyID)) {
		if m, ok := rollout.ParseMark(a.Note); ok && !s.before[a.ID] && !m.Back && a.Network == simulator.Network(item.Network) {
			made = append(made, a)
		}
	}
	return made
}

// order2 looks whether anything was submitted after the way back had begun.
func (s *story) order2() {
	var back, forward time.Time
	for i := range s.properties {
		for _, a := range s.sim.Activations(id(i)) {
			switch m, ok := rollout.ParseMark(a.Note); {
			case !ok:
			case m.Back && (back.IsZero() || a.Submitted.Before(back)):
				back = a.Submitted
			case !m.Back && a.Submitted.After(forward):
				forward = a.Submitted
			}
		}
	}
	if !back.IsZero() && forward.After(back) && !s.blind() && !s.twins { // the other one may not have seen it
		s.violate("an item was submitted at %s, and the first went back at %s", forward, back)
	}
}

// silent looks whether PAPI still submits anything after the end.
func (s *story) silent() {
	count := func() int {
		n := 0
		for i := range s.properties {
			for _, a := range s.sim.Activations(id(i)) {
				if _, ok := rollout.ParseMark(a.Note); ok {
					n++
				}
			}
		}
		return n
	}
	before := count()
	time.Sleep(time.Hour)
	if after := count(); after != before && !s.blind() {
		s.violate("%d were submitted after the end", after-before)
	}
}

func (s *story) judgeItem(r *rollout.Result, item rollout.ItemResult) {
	made := s.marked(item)
	var now *simulator.Activation
	for _, a := range s.sim.Activations(string(item.PropertyID)) {
		if a.Network == simulator.Network(item.Network) && a.Status == simulator.StatusActive {
			now = &a
		}
	}
	good := 0
	for _, a := range made {
		if a.Status != simulator.StatusFailed {
			good++
		}
	}
	// A bulk job of which nothing shows yet may have an item that fails, which the job of the next process then submits again.
	if good > 1 || len(made) > 1 && !s.retries && !s.blind() && !s.unrecalled(made) {
		s.violate("%s on %s was activated %d times", item.Title(), item.Network, len(made))
	}
	foreign := s.foreign[string(item.PropertyID)]
	switch item.State { //nolint:exhaustive // the others claim nothing about PAPI
	case rollout.Active:
		// Who has stopped for another reason may not have seen yet what the other one has returned.
		late := s.twins && r.Outcome != rollout.OutcomeRolledOut && time.Since(s.inactiveSince(item.Item)) <= seenLate
		if (now == nil || now.Version != item.Version) && !foreign && !s.blind() && !late {
			s.violate("%s on %s is said to be active, and PAPI has %+v", item.Title(), item.Network, now)
		}
	case rollout.Returned:
		if now != nil && now.Version == item.Version && !foreign {
			s.violate("%s on %s is said to be returned, and PAPI has %+v", item.Title(), item.Network, now)
		}
	case rollout.Failed:
		if len(made) == 0 || made[0].Status != simulator.StatusFailed && !foreign {
			s.violate("%s on %s is said to have failed, and PAPI has %+v", item.Title(), item.Network, made)
		}
	case rollout.Waiting, rollout.Skipped:
		excused := s.blind() || r.Outcome == rollout.OutcomeRolledBack || r.Outcome == rollout.OutcomeError || r.Returns ||
			s.twins && r.Outcome != rollout.OutcomeRolledOut // who has stopped has not looked what the other one did since
		if len(made) > 0 && made[0].Status != simulator.StatusInactive && !excused {
			s.violate("%s on %s is said to be %s, and PAPI has %+v", item.Title(), item.Network, item.State, made)
		}
	}
}

// unrecalled reports whether one of two has submitted an item that failed while the bulk request of the other one, which
// nothing showed yet and which cannot be recalled, had not come to it.
func (s *story) unrecalled(made []simulator.Activation) bool {
	return s.twins && slices.ContainsFunc(made, func(a simulator.Activation) bool {
		m, ok := rollout.ParseMark(a.Note)
		return ok && m.Part != (rollout.Part{})
	})
}

// lost looks for activations of the rollout that a result does not account for.
func (s *story) lost(r *rollout.Result) {
	stopped := s.twins && s.killed.Load() > 0 && r.Outcome != rollout.OutcomeRolledOut // and does not know of the one that died
	if r.Outcome == rollout.OutcomeError || s.blind() || stopped {
		return
	}
	for _, w := range r.Waves {
		for _, item := range w.Items {
			for _, a := range s.sim.Activations(string(item.PropertyID)) {
				running := a.Status == simulator.StatusPending || a.Status == simulator.StatusNew
				if _, ok := rollout.ParseMark(a.Note); ok && a.Network == simulator.Network(item.Network) && running && item.State != rollout.Overdue {
					s.violate("%s: %s on %s, %s, still goes on: %s", r.Outcome, item.Title(), item.Network, item.State, a.Note)
				}
			}
		}
	}
}

// back looks whether what has to go back has gone back, and nothing else.
func (s *story) back(r *rollout.Result, err error) {
	failures, isFailures := errors.AsType[*rollout.FailuresError](err)
	for i, w := range r.Waves {
		failed := isFailures && failures.Wave == w.Name
		for _, item := range w.Items {
			wants := isFailures && (s.onFailure == rollout.Rollback || s.onFailure == rollout.RollbackWave && failed) && r.Outcome == rollout.OutcomeRolledBack
			if wants && item.State == rollout.Active && item.Ours {
				s.violate("%s of wave %d on %s has not gone back", item.Title(), i+1, item.Network)
			}
			if item.State == rollout.Returned && s.onFailure == rollout.Stop {
				s.violate("%s on %s has gone back, and was not to", item.Title(), item.Network)
			}
		}
	}
	if isFailures && s.onFailure != rollout.Stop && r.Outcome == rollout.OutcomeFailed {
		s.violate("failed, and nothing went back: %v", err)
	}
}

// order holds a submission to the waves: all items of the stages before have ended, and no
// more of them have failed than are tolerated.
func (s *story) order(p *rollout.Plan, m rollout.Mark, property, network string) {
	items := p.Items()
	item := items[m.Place-1]
	if string(item.PropertyID) != property || string(item.Network) != network {
		s.violate("the mark %s is not that of %s on %s", m, property, network)
	}
	stages := p.Stages()
	failed := map[int]map[string]bool{}
	for _, earlier := range items[:m.Place-1] {
		if earlier.Stage >= item.Stage || s.touched(earlier) || s.skips(string(earlier.PropertyID)) {
			continue
		}
		status := s.statusOf(earlier)
		wave := stages[earlier.Stage].Wave
		switch status { //nolint:exhaustive // the others are on their way
		case simulator.StatusActive:
		case simulator.StatusInactive:
			if since := s.inactiveSince(earlier); !s.twins || time.Since(since) > seenLate {
				s.violate("%s of stage %d was submitted while %s of stage %d has been INACTIVE since %s", property, item.Stage+1, earlier.Title(), earlier.Stage+1, since)
			}
		case simulator.StatusFailed, "":
			failed[wave] = with(failed[wave], earlier)
		default:
			if s.twins && s.tolerate > 0 { // what one of them has tolerated as a failure, the other one may submit since
				failed[wave] = with(failed[wave], earlier)
				continue
			}
			s.violate("%s of stage %d was submitted while %s of stage %d is %s", property, item.Stage+1, earlier.Title(), earlier.Stage+1, status)
		}
	}
	for wave, all := range failed {
		if len(all) > s.tolerate {
			s.violate("%s of stage %d was submitted although %d of wave %d are not active", property, item.Stage+1, len(all), wave+1)
		}
	}
}

func with(properties map[string]bool, i rollout.Item) map[string]bool {
	if properties == nil {
		properties = map[string]bool{}
	}
	properties[string(i.PropertyID)] = true
	return properties
}

func (s *story) touched(i rollout.Item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.foreign[string(i.PropertyID)]
}

// seenLate is how late one of two sees what the other one has returned: five minutes, and what its requests take.
const seenLate = 6 * time.Minute

// inactiveSince is when an item was taken off its network.
func (s *story) inactiveSince(i rollout.Item) time.Time {
	var last time.Time
	for _, a := range s.sim.Activations(string(i.PropertyID)) {
		if a.Network == simulator.Network(i.Network) && a.Version == i.Version && a.Updated.After(last) {
			last = a.Updated
		}
	}
	return last
}

// statusOf is how an item is at PAPI; empty where it was not submitted.
func (s *story) statusOf(i rollout.Item) simulator.Status {
	var status simulator.Status
	for _, a := range s.sim.Activations(string(i.PropertyID)) {
		if a.Network == simulator.Network(i.Network) && a.Version == i.Version {
			status = a.Status
		}
	}
	return status
}
