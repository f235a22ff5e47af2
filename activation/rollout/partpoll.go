package rollout

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/papi"
)

// dueParts returns the parts to poll now, and when the next is due.
func (l *loop) dueParts(now time.Time) (due []*part, next time.Time) {
	var still []*part
	for _, p := range l.parts {
		if len(l.open(p)) == 0 && !p.working {
			continue
		}
		still = append(still, p)
		switch {
		case p.working:
		case !p.due.After(now):
			due = append(due, p)
		case next.IsZero() || p.due.Before(next):
			next = p.due
		}
	}
	l.parts = still
	return due, next
}

// startPoll starts a poll of a part.
func (l *loop) startPoll(ctx context.Context, p *part) {
	l.mu.Lock()
	p.working = true
	l.mu.Unlock()
	l.running++
	go func() {
		l.pollPart(ctx, p)
		l.mu.Lock()
		p.working = false
		l.mu.Unlock()
		l.done <- []*entry{}
	}()
}

// pollPart finds out the state of a part: from the bulk request, or else from the lists of its items.
func (l *loop) pollPart(ctx context.Context, p *part) {
	l.askJob(ctx, p)
	l.mu.Lock()
	over := !l.clock.now().Before(l.quietOf(p))
	ask := l.toSearch(p, over)
	l.mu.Unlock()
	unread := l.search(ctx, ask)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.now()
	if over && p.lost && unread == 0 && !now.Before(l.quietOf(p)) {
		l.concluded(p)
	}
	p.looks++
	p.due = now.Add(min(firstStep+time.Duration(p.looks)*stepGrowth, time.Minute))
}

// quietOf is when nothing more of a part is expected.
func (l *loop) quietOf(p *part) time.Time {
	if p.seen.After(p.posted) {
		return l.quiet(p.seen)
	}
	return l.quiet(p.posted)
}

// toSearch returns the items of a part whose lists to read: all if PAPI has submitted some or the time is over,
// otherwise the first ones, which PAPI submits first.
func (l *loop) toSearch(p *part, over bool) []*entry {
	all := l.open(p)
	switch {
	case !p.lost:
		return p.told
	case over || p.taken:
		return all
	}
	return all[:min(len(all), probeSize)]
}

// search reads the lists of items, and returns how many could not be read.
func (l *loop) search(ctx context.Context, items []*entry) int {
	var wg sync.WaitGroup
	free := make(chan struct{}, maxWorkers)
	unread := 0
	for _, e := range items {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			list, err := l.runner.API.Activations(ctx, e.Ref())
			l.mu.Lock()
			defer l.mu.Unlock()
			if err != nil {
				unread++
				return
			}
			l.heard(list.Answer)
			l.learn(e, l.plan.stands(e.Item, list.Items, l.closed))
		})
	}
	wg.Wait()
	return unread
}

// askJob stores what the bulk request shows about its items.
func (l *loop) askJob(ctx context.Context, p *part) {
	if p.id == 0 || p.lost {
		return
	}
	job, err := l.runner.API.BulkActivation(ctx, p.id)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.now()
	if err != nil {
		problem, ok := errors.AsType[*papi.Error](err)
		switch {
		case !ok || problem.Class.Transient():
		case problem.Class == papi.ClassNotFound:
			p.lost = now.Sub(p.posted) >= time.Minute // it may not be visible yet
		default:
			p.lost = true
			l.stop(&trouble{outcome: OutcomeError, err: err})
		}
		return
	}
	l.heard(job.Answer)
	p.told = nil
	for _, e := range l.open(p) {
		l.task(e, p, job.Items)
	}
	if job.Status == papi.BulkComplete && len(l.open(p)) > 0 {
		p.lost, p.taken, p.seen = true, true, now // it will not be read again
	}
}

// task stores what a bulk request shows about one item.
func (l *loop) task(e *entry, p *part, rows []papi.BulkItemResult) {
	var refused, submitted, other bool
	for _, row := range rows {
		if !row.PropertyID.Equal(e.PropertyID) || row.Network != e.Network || row.PropertyVersion != e.Version {
			continue
		}
		if row.ActivationID != "" {
			l.carried(e, p, row)
			return
		}
		switch row.TaskStatus {
		case papi.TaskSubmissionError, papi.TaskInterrupted:
			refused = true
		case papi.TaskComplete, papi.TaskSubmitted:
			submitted = true
		case papi.TaskPending, papi.TaskInProgress:
			other = true
		default:
			other = true // unknown: it may still be submitted
		}
	}
	switch {
	case submitted:
		p.told = append(p.told, e)
	case refused && !other:
		e.part, e.state, e.single = nil, Waiting, true
	}
}

// carried records that a bulk request has submitted an item.
func (l *loop) carried(e *entry, p *part, row papi.BulkItemResult) {
	e.part, e.bulk, e.state = nil, p.id, Underway
	e.submitted, e.ours, e.marked = true, true, true
	e.attempt = max(e.attempt, l.closed+1)
	p.taken = true
	e.followed(l.clock.now(), &papi.Activation{
		ActivationID: row.ActivationID, ActivationType: papi.Activate, PropertyID: e.PropertyID, PropertyName: e.Name,
		PropertyVersion: e.Version, Network: e.Network, Note: row.Note,
	})
}
