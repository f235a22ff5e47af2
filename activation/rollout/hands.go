package rollout

import (
	"context"
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Submitter has items submitted by other processes. What it returns is only a hint: whether an item is active,
// has failed, or was never submitted is decided by what PAPI shows.
type Submitter interface {
	// Submit has an item submitted for the given attempt, and returns the activation that PAPI has accepted,
	// according to the other process. It is empty if nobody reports one: the run then looks itself, and submits
	// if needed. If ctx ends, nobody may begin to submit the item any more when Submit returns.
	Submit(ctx context.Context, item Item, attempt int) papi.ID
}

// handOut gives ready items to the Submitter.
func (l *loop) handOut(ctx context.Context, items []*entry) {
	if l.hands == nil {
		l.hands, l.recall = context.WithCancel(ctx)
	}
	for _, e := range items {
		if e.working || e.alone { // only this goroutine changes these
			continue
		}
		l.mu.Lock()
		e.working = true
		attempt, turn := l.closed+1, e.turn
		e.turn = nil
		l.mu.Unlock()
		l.out++
		go func() {
			if turn != nil {
				turn.Leave() // of a bulk request that came to nothing; the other process takes its own
			}
			id := l.runner.Submitter.Submit(l.hands, e.Item, attempt)
			l.mu.Lock()
			if e.handed = id.Valid(); e.handed {
				l.handedOver(e, id)
			} else {
				e.alone, e.known = true, false
			}
			l.mu.Unlock()
			l.back <- e
		}()
	}
}

// returnedHand records that the Submitter has returned.
func (l *loop) returnedHand(e *entry) {
	l.out--
	l.mu.Lock()
	defer l.mu.Unlock()
	e.working = false
}

// handedOver assumes that PAPI has accepted an item, until a list or the activation itself tells.
func (l *loop) handedOver(e *entry, id papi.ID) {
	e.submitted, e.ours, e.marked = true, true, true
	l.touched[e.Stage] = true
	e.attempt = max(e.attempt, l.closed+1)
	e.state, e.err, e.blocker = Underway, nil, nil
	if e.usual == 0 { // this run has not read its list
		e.usual = l.typical(e.Network)
	}
	e.followed(l.clock.now(), &papi.Activation{
		ActivationID: id, ActivationType: papi.Activate, PropertyID: e.PropertyID, PropertyName: e.Name,
		PropertyVersion: e.Version, Network: e.Network,
	})
}

// typical is the usual duration on a network: of this run's finished items, or else by their lists.
func (b *board) typical(network papi.Network) time.Duration {
	var seen, told []time.Duration
	for _, e := range b.entries {
		if e.Network != network || e.back {
			continue
		}
		if took := e.arrived.Sub(e.since); e.state == Active && e.submitted && !e.since.IsZero() && took > 0 {
			seen = append(seen, took)
		}
		if e.usual > 0 {
			told = append(told, e.usual)
		}
	}
	for _, all := range [][]time.Duration{seen, told} {
		if len(all) > 0 {
			slices.Sort(all)
			return all[len(all)/2]
		}
	}
	return usual(nil, network)
}

// believed reports whether PAPI confirms what was reported about an item.
func (l *loop) believed(e *entry, a papi.Activation) bool {
	if a.Network != e.Network || a.PropertyVersion != e.Version || !activates(a) {
		return false
	}
	m, ok := ParseMark(a.Note)
	return activation.InProgress(a) || ok && m.Name == l.plan.Name && m.Digest == l.plan.Digest && !m.Back && m.Attempt > l.closed
}

// doubted makes the run look itself at an item whose report was wrong.
func (l *loop) doubted(e *entry) {
	e.handed, e.alone, e.submitted, e.ours, e.known = false, true, false, false, false
	e.state, e.act = Waiting, nil
}

// missing doubts the report about an item if PAPI does not know the activation for longer than its answers may
// lag.
func (l *loop) missing(e *entry) {
	const lag = time.Minute
	if e.handed && e.onTheWay() && e.act != nil && e.act.Status == "" && l.clock.now().Sub(e.since) > lag+l.options.Lag {
		l.doubted(e)
	}
}

// unsettled are items that others may have submitted without reporting it. They have to be looked at before the
// run ends.
func (b *board) unsettled() []*entry {
	if b.downs > maxDowns {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(b.entries), func(e *entry) bool { return !e.alone || e.known || e.state != Waiting })
}

// Submission is an item of a plan that is submitted on behalf of the process that leads the rollout.
type Submission struct {
	Place   int // place of the item
	Attempt int
	// Again means that somebody may have submitted it already. Then it is looked at before its turn is taken: whoever
	// died while submitting it keeps that turn for as long as a submission may take.
	Again bool
	// Permit is called right before the submission, with the turn taken. An error prevents it.
	Permit func() error
}

// Submit looks at one item of a plan, and submits it if its list says that it has to be. The result's state is
// Underway, or Active, if PAPI has accepted it, now or earlier. An error says why the item could not be judged. Options.Observe is
// ignored.
func (r *Runner) Submit(ctx context.Context, p *Plan, s Submission, o Options) (*ItemResult, error) {
	o.Observe = nil // one item has no waves to tell of
	l := &loop{board: &board{plan: p, options: o, clock: newClock(o.Speed), stages: p.Stages()}, runner: r}
	l.engine = r.engine(o)
	l.touched, l.closed, l.permission = make([]bool, len(l.stages)), s.Attempt-1, s.Permit
	item, total := p.item(s.Place)
	e := &entry{Item: item, state: Waiting}
	l.total = total
	if s.Again {
		l.look(ctx, e)
	}
	if !s.Again || e.state != Active && !e.onTheWay() {
		e = &entry{Item: item, state: Waiting}
		l.submit(ctx, e)
	}
	result := e.result()
	if ctx.Err() != nil && e.state == Waiting {
		return &result, context.Cause(ctx)
	}
	return &result, l.cause()
}

// item returns the item with that place, and the number of items.
func (p *Plan) item(place int) (item Item, total int) {
	for i, s := range p.Stages() {
		if at := place - 1 - s.First; at >= 0 && at < s.Count {
			item = Item{Pinned: p.Waves[s.Wave].Properties[at], Network: s.Network, Place: place, Stage: i}
		}
		total += s.Count
	}
	return item, total
}

// Item returns the item with that place; false if there is none.
func (p *Plan) Item(place int) (Item, bool) {
	item, _ := p.item(place)
	return item, item.Place == place && place > 0
}
