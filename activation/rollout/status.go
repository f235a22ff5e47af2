package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/propctl/propctl/papi"
)

// StatusOptions is what [Runner.Status] reads.
type StatusOptions struct {
	// Fast reads only the lists of the groups, which tell the active versions, but not what is in progress, has
	// failed or is blocked.
	Fast bool
	// Only and Skip name properties, by id or name.
	Only, Skip []string
	// Read is called after each list, one at a time; may be nil.
	Read func(read, all int)
}

// StatusCost is the number of requests that [Runner.Status] needs without retries. It sends none.
func (p *Plan) StatusCost(o StatusOptions) int {
	b := newBoard(p, Options{Only: o.Only, Skip: o.Skip})
	if o.Fast {
		groups, rest := b.groups()
		return len(groups) + len(rest)
	}
	return len(b.properties())
}

// Status determines the state of a plan from PAPI's lists alone. It submits nothing and runs no checks. The
// result's outcome is that of the rollout at the moment: [OutcomeOpen], [OutcomeRunning], or how it has ended.
// An item whose list could not be read is [Unknown], with an [*UnreadError]. With Fast an item whose version is
// not active is [Inactive].
func (r *Runner) Status(ctx context.Context, p *Plan, o StatusOptions) (*Result, error) {
	s := &inquiry{loop: newLoop(r, p, Options{Only: o.Only, Skip: o.Skip}), read: o.Read}
	return s.status(ctx, o.Fast)
}

// UnreadError reports lists that could not be read.
type UnreadError struct {
	Items []string
	cause error
}

// Error names the properties.
func (e *UnreadError) Error() string {
	return fmt.Sprintf("the activations of these could not be read: %s: %v", some(e.Items), e.cause)
}

// Unwrap returns the error of the first one.
func (e *UnreadError) Unwrap() error { return e.cause }

// properties returns the items grouped by property, in the order of their places.
func (b *board) properties() [][]*entry {
	var all [][]*entry
	at := map[papi.ID]int{}
	for _, e := range b.entries {
		if b.options.skips(e.Pinned) {
			continue
		}
		i, ok := at[e.PropertyID]
		if !ok {
			i = len(all)
			at[e.PropertyID] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], e)
	}
	return all
}

// groups returns the groups of the items, and the properties whose group is not known.
func (b *board) groups() (groups map[pair]bool, rest [][]*entry) {
	groups = map[pair]bool{}
	for _, items := range b.properties() {
		if first := items[0]; first.GroupID == "" || first.ContractID == "" {
			rest = append(rest, items)
		} else {
			groups[pair{first.ContractID, first.GroupID}] = true
		}
	}
	return groups, rest
}

// inquiry reads lists for a status.
type inquiry struct {
	*loop

	read   func(read, all int)
	replan bool // the question is what a run with Replan would find
	done   int
	unread []string
	cause  error
}

func (s *inquiry) status(ctx context.Context, fast bool) (*Result, error) {
	if err := s.named(); err != nil {
		return &Result{Outcome: OutcomeError, Plan: s.plan}, err
	}
	if fast {
		s.fast(ctx)
	} else {
		s.lists(ctx, s.properties())
	}
	result := &Result{Plan: s.plan, Needs: s.Needs(), Budget: s.budget}
	s.waveResults(result, s.surveyed())
	result.Outcome = s.overall(result)
	if other, ok := errors.AsType[*AnotherPlanError](s.loop.cause()); ok {
		result.Another = other
	}
	if ctx.Err() != nil {
		return result, context.Cause(ctx)
	}
	if wrong, ok := errors.AsType[*AccountError](s.loop.cause()); ok {
		return result, wrong
	}
	return result, s.err()
}

func (s *inquiry) err() error {
	if len(s.unread) == 0 {
		return nil
	}
	slices.Sort(s.unread)
	return &UnreadError{Items: slices.Compact(s.unread), cause: s.cause}
}

// lists reads the list of each property.
func (s *inquiry) lists(ctx context.Context, properties [][]*entry) {
	all := s.done + len(properties)
	have := make([][]*attempted, len(properties))
	var wg sync.WaitGroup
	free := make(chan struct{}, maxWorkers)
	for i, items := range properties {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			list, err := s.runner.API.Activations(ctx, items[0].Ref())
			s.mu.Lock()
			defer s.mu.Unlock()
			if err != nil {
				s.unknown(items, err)
			} else {
				s.heard(list.Answer)
				s.verify(list.AccountID)
				for _, e := range items {
					have[i] = append(have[i], s.plan.attempted(e, list.Items))
				}
			}
			s.told(all)
		})
	}
	wg.Wait()
	closed := closedBy(slices.Concat(have...), s.replan)
	s.closed = closed
	for _, a := range slices.Concat(have...) {
		s.learn(a.entry, a.with(closed))
	}
}

func (s *inquiry) told(all int) {
	s.done++
	if s.read != nil {
		s.read(s.done, all)
	}
}

func (s *inquiry) unknown(items []*entry, err error) {
	for _, e := range items {
		e.state, e.err = Unknown, err
		s.unread = append(s.unread, e.Title())
	}
	if s.cause == nil {
		s.cause = err
	}
}

// attempted is the state of an item for each number of closed attempts.
type attempted struct {
	*entry

	closed []int // ascending, from 0
	stands []standing
}

func (p *Plan) attempted(e *entry, have []papi.Activation) *attempted {
	a := &attempted{entry: e, closed: []int{0}}
	for _, activation := range have {
		if m, ok := ParseMark(activation.Note); ok && m.Name == p.Name && m.Digest == p.Digest && activation.Network == e.Network {
			a.closed = append(a.closed, m.Attempt)
		}
	}
	slices.Sort(a.closed)
	a.closed = slices.Compact(a.closed)
	for _, closed := range a.closed {
		a.stands = append(a.stands, p.stands(e.Item, have, closed))
	}
	return a
}

// with returns the state of the item if attempts up to closed are closed.
func (a *attempted) with(closed int) standing {
	at, exact := slices.BinarySearch(a.closed, closed)
	if !exact {
		at--
	}
	return a.stands[at]
}

// closedBy returns the attempt up to which a plan is closed: it was rolled back, and another attempt has begun
// since, or would begin now by a run with Replan.
func closedBy(all []*attempted, replan bool) int {
	forward, back := 0, 0
	for _, a := range all {
		first := a.stands[0]
		forward, back = max(forward, first.attempt), max(back, first.backAttempt)
		replan = replan && (!first.ours || first.state != Underway && first.state != Returning)
	}
	if forward > back || replan {
		return back
	}
	return 0
}

// fast reads the lists of the groups, and those of properties without a group.
func (s *inquiry) fast(ctx context.Context) {
	groups, rest := s.groups()
	all := len(groups) + len(rest)
	shown := map[papi.ID]papi.Property{}
	failed := map[pair]error{}
	for g := range sorted(groups) {
		list, err := s.runner.API.Properties(ctx, papi.ListQuery{ContractID: g.contract, GroupID: g.group})
		if err != nil {
			failed[g] = err
		} else {
			s.heard(list.Answer)
			s.verify(accountOf(list))
			for _, p := range list.Items {
				shown[papi.ID(p.PropertyID.Bare())] = p
			}
		}
		s.told(all)
	}
	for _, items := range s.properties() {
		first := items[0]
		p, ok := shown[papi.ID(first.PropertyID.Bare())]
		switch err := failed[pair{first.ContractID, first.GroupID}]; {
		case ok:
			for _, e := range items {
				s.showsOnly(e, p)
			}
		case err != nil:
			s.unknown(items, err)
		case first.GroupID != "" && first.ContractID != "":
			s.unknown(items, errNotListed)
		}
	}
	s.lists(ctx, rest)
}

var errNotListed = errors.New("its group does not list it any more")

// showsOnly stores what the list of the group shows.
func (b *board) showsOnly(e *entry, p papi.Property) {
	e.on = activeOf(p, e.Network)
	e.state = Inactive
	if e.on == e.Version {
		e.state, e.shown = Active, true
		if e.Before() != e.Version { // by the rollout, as far as can be told
			e.attempt = b.closed + 1
		}
	}
}

func activeOf(p papi.Property, network papi.Network) int {
	if network == papi.Production {
		return p.ProductionVersion
	}
	return p.StagingVersion
}

// surveyed returns the states of the waves by the lists.
func (b *board) surveyed() func(wave int) WaveState {
	stageState := func(i int) WaveState {
		begun, active, returned, failed := false, 0, 0, b.failures(i)
		for _, e := range b.of(i) {
			begun = begun || b.marks(e) || e.onTheWay()
			switch {
			case e.state == Active, e.state == NotReturnable, e.state == ReturnFailed, b.options.skips(e.Pinned):
				active++
			case e.state == Returned:
				returned++
			}
		}
		switch {
		case failed > b.tolerated():
			return WaveFailed
		case returned > 0 && !slices.ContainsFunc(b.of(i), (*entry).onTheWay):
			return WaveReturned
		case active+failed == b.stages[i].Count && (len(b.wave(i).Checks) == 0 || b.markedAfter(i)):
			return WaveDone
		case active+failed == b.stages[i].Count:
			return WaveChecking
		case begun:
			return WaveRunning
		}
		return WaveOpen
	}
	return func(wave int) WaveState {
		state := WaveState("")
		for i, s := range b.stages {
			if s.Wave != wave {
				continue
			}
			switch next := stageState(i); {
			case next == WaveFailed || next == WaveReturned:
				return next
			case state == "", state == WaveDone && next != WaveOpen:
				state = next
			case state == WaveDone:
				state = WaveRunning // only on its first network
			}
		}
		return state
	}
}

// overall is the outcome of a rollout at the moment.
func (b *board) overall(r *Result) Outcome {
	forward, back, _ := b.latest()
	returning, begun := false, false
	for _, e := range b.entries {
		returning = returning || e.state == Returning
		begun = begun || b.marks(e) || e.onTheWay()
	}
	ended := !slices.ContainsFunc(r.Waves, func(w WaveResult) bool { return w.State != WaveDone && w.State != WaveChecking })
	failed := slices.ContainsFunc(r.Waves, func(w WaveResult) bool { return w.State == WaveFailed })
	switch {
	case back > b.closed && forward <= back && !returning:
		return OutcomeRolledBack
	case failed && !b.busy():
		return OutcomeFailed
	case ended && !b.busy():
		return OutcomeRolledOut
	case begun:
		return OutcomeRunning
	}
	return OutcomeOpen
}
