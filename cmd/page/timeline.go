package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// A timeline is what a run has observed, as stretches of PAPI's time. It is only as exact as the polling: a
// change of status is observed at the next look.

// stretch is a period without a change, relative to the beginning of the run. One of length zero is the final
// state.
type stretch struct {
	what     phase
	text     string
	short    string // the same in one word, for labels
	from, to time.Duration
}

// phase is the kind of a stretch.
type phase int

const (
	phaseLooking phase = iota // nothing is known yet
	phaseBefore               // before this run, submitted by somebody else
	phaseQueued               // another activation is in the way
	phaseRetrying
	phaseReceived
	phaseLived
	phaseDeployed
	phaseDone
	phaseFailed
)

// timeline is the course of one network.
type timeline struct {
	network    papi.Network
	stretches  []stretch
	retries    []time.Duration
	from, to   time.Duration
	submitted  time.Duration // when the followed activation was submitted
	isFollowed bool          // there is an activation to follow
	usual      time.Duration // 0 if unknown
}

// longestBefore limits how much of the time before the run is drawn, so that room is left for the run.
const longestBefore = 3 * time.Hour

// timelines returns one for each network, in order.
func timelines(r *journal.Run) []*timeline {
	moments, requests, _ := r.Snapshot()
	speed := 1.0
	var all []*timeline
	since := func(at time.Time) time.Duration { return time.Duration(float64(at.Sub(r.Begun)) * speed) }
	for _, m := range moments {
		speed = m.Speed
		t := openTimeline(&all, m.Network)
		t.happened(m.Event, since(m.At))
	}
	if len(all) == 0 {
		return nil
	}
	if last := all[len(all)-1]; !last.isOver() {
		last.close(since(r.Ended()))
	}
	for _, q := range requests {
		if at := since(q.At); q.Retry {
			i := slices.IndexFunc(all, func(t *timeline) bool { return at <= t.to })
			t := all[max(i, 0)]
			t.retries = append(t.retries, at)
		}
	}
	for _, t := range all {
		slices.Sort(t.retries)
	}
	return all
}

// openTimeline returns the timeline of the network. A new one begins where the last one ended.
func openTimeline(all *[]*timeline, network papi.Network) *timeline {
	before := *all
	if len(before) == 0 {
		*all = []*timeline{{network: network}}
		return (*all)[0]
	}
	last := before[len(before)-1]
	if last.network == network || network == "" {
		return last
	}
	last.close(last.to)
	*all = append(before, &timeline{network: network, from: last.to, to: last.to})
	return (*all)[len(before)]
}

// happened extends the timeline to an event.
func (t *timeline) happened(ev activation.Event, at time.Duration) {
	at = max(at, t.to)
	if ev.Usual > 0 && ev.Kind != activation.EventQueued {
		t.usual = ev.Usual
	}
	if ev.Kind == activation.EventRetrying {
		t.retries = append(t.retries, at)
	}
	if len(t.stretches) == 0 {
		t.begin(ev, at)
	}
	if !t.isFollowed && ev.Activation != nil && ev.Kind != activation.EventQueued && ev.Kind != activation.EventRetrying {
		t.isFollowed, t.submitted = true, at-min(max(ev.Age, 0), longestBefore)
	}
	what, text, short := phaseOf(ev)
	if last := &t.stretches[len(t.stretches)-1]; last.what == what && last.text == text {
		t.to = at
		return
	}
	t.close(at)
	t.stretches = append(t.stretches, stretch{what, text, short, at, at})
}

// begin adds the stretch before the first event: the time until it, or the age of an adopted activation.
func (t *timeline) begin(ev activation.Event, at time.Duration) {
	if ev.Kind == activation.EventAdopted && ev.Age > 0 && ev.Age <= longestBefore && ev.Age > at-t.from {
		t.from = at - ev.Age
		t.stretches = []stretch{{phaseBefore, "before this run", "before this run", t.from, at}}
		return
	}
	t.stretches = []stretch{{phaseLooking, "looking", "looking", t.from, at}}
}

// close ends the last stretch.
func (t *timeline) close(at time.Duration) {
	t.to = max(at, t.to)
	if len(t.stretches) > 0 {
		t.stretches[len(t.stretches)-1].to = t.to
	}
}

// isOver reports whether the last stretch is final.
func (t *timeline) isOver() bool {
	return len(t.stretches) > 0 && t.stretches[len(t.stretches)-1].what >= phaseDone
}

// phaseOf returns the phase that an event begins.
func phaseOf(ev activation.Event) (what phase, text, short string) {
	a := ev.Activation
	switch {
	case ev.Kind == activation.EventQueued && a != nil:
		return phaseQueued, "waiting for " + result.IDOf(a) + noneIsEmpty(a.PropertyVersion), "waiting for " + result.IDOf(a)
	case ev.Ahead != nil:
		return phaseQueued, result.AheadText(ev.Ahead), "waiting in line"
	case a == nil:
		return phaseRetrying, "trying again", "trying again"
	}
	return phaseOfState(a), result.StateOf(a), cmp.Or(a.FMAActivationState, string(a.Status))
}

func phaseOfState(a *papi.Activation) phase {
	switch a.Status {
	case papi.StatusActive, papi.StatusDeactivated:
		return phaseDone
	case papi.StatusFailed, papi.StatusAborted, papi.StatusInactive:
		return phaseFailed
	case papi.StatusZone1, papi.StatusZone2:
		return phaseLived
	case papi.StatusZone3:
		return phaseDeployed
	case papi.StatusNew, papi.StatusPending, papi.StatusPendingDeactivation, papi.StatusPendingCancellation:
	}
	switch a.FMAActivationState {
	case "lived":
		return phaseLived
	case "deployed":
		return phaseDeployed
	}
	return phaseReceived
}

// noneIsEmpty returns the number of a version; "" for none.
func noneIsEmpty(version int) string {
	if version == 0 {
		return ""
	}
	return ", version " + term.VersionText(version)
}

// lasted is the total length of the stretches of a phase.
func (t *timeline) lasted(what phase) time.Duration {
	var sum time.Duration
	for _, s := range t.stretches {
		if s.what == what {
			sum += s.to - s.from
		}
	}
	return sum
}
