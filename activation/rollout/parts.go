package rollout

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// settleLists waits until the lists show what was accepted before the run.
func (l *loop) settleLists(ctx context.Context) error {
	if l.options.Lag <= 0 {
		return nil
	}
	timer := time.NewTimer(l.clock.real(l.options.Lag))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// startAll starts a part.
func (l *loop) startAll(ctx context.Context, items []*entry) {
	l.mu.Lock()
	for _, e := range items {
		e.working = true
	}
	l.mu.Unlock()
	l.running++
	go func() {
		l.submitPart(ctx, items)
		l.done <- items
	}()
}

// submitPart looks at several items at once, and submits those that may be submitted in one bulk request.
func (l *loop) submitPart(ctx context.Context, items []*entry) {
	turns := l.takeTurns(items)
	defer turns.leave()
	if items = turns.first(items); len(items) == 0 {
		return // others are ahead of all of them
	}
	reserved, release, err := l.runner.API.Reserve(ctx, len(items)+1)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.unread(items[0], err)
		return
	}
	defer release()
	looked := l.lookAtAll(reserved, items, turns)
	last := turns.permit(ctx, items, looked)
	var p *part
	var request papi.BulkActivationRequest
	var oldest time.Time
	if l.permitted() {
		p, request, oldest = l.newPart(items, looked)
	}
	if p == nil {
		turns.told(ctx)
		return
	}
	sending := papi.SendBy(reserved, l.sendBy(oldest))
	if !last.IsZero() {
		sending = papi.SendBy(sending, last)
	}
	created, err := l.runner.API.CreateBulkActivation(sending, request)
	l.mu.Lock()
	l.posted(p, created, err)
	l.mu.Unlock()
	turns.told(ctx)
}

// lookAtAll reads the lists of items, and returns for each that may be submitted when its list was requested.
func (l *loop) lookAtAll(ctx context.Context, items []*entry, turns *turns) []time.Time {
	looked := make([]time.Time, len(items))
	var wg sync.WaitGroup
	free := make(chan struct{}, maxWorkers)
	for i, e := range items {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			if !turns.look(ctx, e) {
				return
			}
			begun := time.Now()
			list, err := l.runner.API.Activations(ctx, e.Ref())
			l.mu.Lock()
			defer l.mu.Unlock()
			if err != nil {
				l.unread(e, err)
				return
			}
			l.downs = 0
			l.answered(l.clock.since(begun))
			l.heard(list.Answer)
			l.verify(list.AccountID)
			s := l.plan.stands(e.Item, list.Items, l.closed)
			l.learn(e, s)
			err = l.permits(e, s)
			rejected, isRejected := errors.AsType[*activation.RejectedError](err)
			switch {
			case isRejected && e.state == Waiting:
				e.settle(Rejected, nil, rejected)
			case err == nil && e.state == Waiting && !l.goesAlone(e):
				looked[i] = l.lookedAt(begun)
				turns.show(e, list)
			}
		})
	}
	wg.Wait()
	return looked
}

// newPart makes the request for the items whose looks are not too old; nil if there are none, or nothing may be
// submitted any more.
func (l *loop) newPart(items []*entry, looked []time.Time) (*part, papi.BulkActivationRequest, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var chosen []*entry
	var oldest time.Time
	for i, e := range items {
		if looked[i].IsZero() || l.trouble != nil || l.expected(e) || l.clock.since(looked[i]) > lookAge-l.latency {
			continue
		}
		chosen = append(chosen, e)
		if oldest.IsZero() || looked[i].Before(oldest) {
			oldest = looked[i]
		}
	}
	o := l.options.Request
	request := papi.BulkActivationRequest{Defaults: papi.BulkDefaults{
		AcknowledgeAllWarnings: true, UseFastFallback: o.UseFastFallback, FastPush: o.FastPush, NotifyEmails: l.plan.Notify,
	}}
	if len(chosen) == 0 {
		return nil, request, oldest
	}
	p := &part{Part: Part{First: chosen[0].Place, Last: chosen[0].Place}, request: newRequest()}
	for _, e := range chosen {
		p.First, p.Last = min(p.First, e.Place), max(p.Last, e.Place)
	}
	for _, e := range chosen {
		e.part, e.elsewhere = p, false
		m := l.mark(e)
		m.Part, m.Request = p.Part, p.request
		request.Items = append(request.Items, papi.BulkActivationItem{
			PropertyID: e.PropertyID, PropertyVersion: e.Version, Network: e.Network, Note: m.In(l.plan.Note),
		})
	}
	return p, request, oldest
}

// sendBy is the deadline for sending a submission that is based on a look.
func (l *loop) sendBy(looked time.Time) time.Time {
	const least = time.Second // in case the clock runs faster than the machine
	return looked.Add(max(l.clock.real(lookAge), least))
}

// posted stores the result of a bulk request.
func (l *loop) posted(p *part, created *papi.CreatedBulkActivation, err error) {
	now := l.clock.now()
	problem, answered := errors.AsType[*papi.Error](err)
	if answered && !problem.Uncertain() {
		items := l.open(p)
		for _, e := range items {
			e.part = nil
		}
		l.declined(items, problem)
		return
	}
	if err == nil {
		l.heard(created.Answer)
		p.id = created.ID
	}
	p.lost = p.id == 0
	for _, e := range l.open(p) {
		e.followed(now, nil)
		e.state, e.err = Underway, nil
		l.touched[e.Stage] = true
	}
	p.posted, p.due = now, now.Add(firstStep)
	l.parts = append(l.parts, p)
}

// burstStatus is the status of the page with which Akamai's firewall refuses a burst.
const burstStatus = 400

// declined handles a bulk request that PAPI has refused.
func (l *loop) declined(items []*entry, problem *papi.Error) {
	if problem.Class == papi.ClassRateLimited && problem.StatusCode == burstStatus {
		l.partMost = max(len(items)/2, 1) //nolint:mnd // half: it was refused as a burst
	}
	switch {
	case problem.Class == papi.ClassSuspended && problem.Wait() == 0: // too late: nothing was sent
	case problem.Class.Transient():
		l.unread(items[0], problem)
	case problem.Class == papi.ClassUnauthorized, problem.Class == papi.ClassClockSkew, problem.Class == papi.ClassTLS:
		l.stop(&trouble{outcome: OutcomeError, err: problem})
	case l.options.Submit == SubmitBulk && problem.Class != papi.ClassBudgetExhausted:
		l.stop(&trouble{outcome: OutcomeRejected, err: problem})
	default: // single requests will tell what is wrong with an item
		l.noBulk = l.noBulk || problem.Class != papi.ClassBudgetExhausted
		for _, e := range items {
			e.single = true
		}
	}
}
