package runner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// lead is one term of leading a rollout.
type lead struct {
	*lease

	run     *run
	account *Account
	job     *Job // as of taking the lead
	plan    *rollout.Plan
	term    uint64

	telling sync.Mutex    // guards what follows
	last    rollout.Event // the last report of progress
	spent   bool          // something was submitted; Replan has been used
}

// leads takes the lead of an account's rollouts that nobody leads.
func (u *run) leads(ctx context.Context, a *Account) {
	var all sync.WaitGroup
	defer all.Wait()
	seen := map[string]sight{}
	var mu sync.Mutex
	leading := map[string]bool{}
	for {
		begun := time.Now()
		jobs, unreadable, err := Jobs(ctx, u.Store, a.ID)
		if err != nil && ctx.Err() == nil {
			u.storeGone(ctx, err)
		} else if err == nil {
			u.storeBack()
		}
		for _, err := range unreadable {
			u.say(err.Error(), "%v", err)
		}
		for _, j := range jobs {
			key := jobKey(j.AccountID, j.Name)
			mu.Lock()
			busy := leading[key]
			mu.Unlock()
			if busy || j.State != Running || !seen[key].dead(j, begun) && j.Lead != nil {
				seen[key] = seen[key].next(j)
				continue
			}
			l := u.take(ctx, a, j)
			if l == nil {
				continue
			}
			mu.Lock()
			leading[key] = true
			mu.Unlock()
			all.Go(func() {
				l.lead(ctx)
				mu.Lock()
				defer mu.Unlock()
				delete(leading, key)
			})
		}
		if coordinator.Sleep(ctx, u.around()) != nil {
			return
		}
	}
}

// refused reports whether this runner cannot run the rollout.
func (u *run) refused(j *Job) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.barred[refusal(j)]
}

// refuseJob reports, once, that this runner cannot run a rollout.
func (u *run) refuseJob(j *Job, format string, args ...any) {
	key := refusal(j)
	u.mu.Lock()
	u.barred[key] = true
	u.mu.Unlock()
	u.say(key, "rollout %s "+format, append([]any{j.Mark()}, args...)...)
}

// refusal is the key of the message about such a rollout.
func refusal(j *Job) string { return "refused " + jobKey(j.AccountID, j.Name) + " " + j.Plan }

// take takes the lead of a rollout; nil if somebody else has it, or this runner cannot run it.
func (u *run) take(ctx context.Context, a *Account, j *Job) *lead {
	p, err := u.plan(ctx, j)
	if lost := (*PlanError)(nil); errors.As(err, &lost) {
		u.refuseJob(j, "is not led: %v", err)
		return nil
	}
	if err != nil {
		u.storeGone(ctx, err)
		return nil
	}
	if !u.Commands && runsCommands(p) && !j.Options.SkipChecks {
		u.refuseJob(j, "has checks that run commands, and this runner does not run any without --allow-commands")
		return nil
	}
	held, now, err := takeLease(ctx, u.Store, j, u.lease(), u.Holder)
	if err != nil {
		if gone := (*coordinator.GoneError)(nil); errors.As(err, &gone) {
			u.storeGone(ctx, err)
		}
		return nil
	}
	u.mu.Lock()
	delete(u.said, refusal(j)) // its plan may have been missing before
	delete(u.barred, refusal(j))
	u.mu.Unlock()
	return &lead{lease: held, run: u, account: a, plan: p, job: now, term: now.Term}
}

func runsCommands(p *rollout.Plan) bool {
	for _, c := range p.Checks {
		if len(c.Command) > 0 {
			return true
		}
	}
	return false
}

// renew renews the lease and reports progress until the context ends. It ends the run if this process no longer
// leads.
func (l *lead) renew(ctx context.Context, end context.CancelCauseFunc) {
	told := rollout.Event{}
	for {
		if coordinator.Sleep(ctx, l.run.around()) != nil {
			return
		}
		l.telling.Lock()
		now, spent := l.last, l.spent
		l.telling.Unlock()
		news := now.Totals != told.Totals || now.Wave != told.Wave || now.Network != told.Network
		if !news && !l.due() {
			if err := l.see(ctx); err != nil {
				end(err)
				return
			}
			continue
		}
		err := l.change(ctx, func(j *Job) {
			j.Wave, j.Network, j.Totals = now.Wave, now.Network, now.Totals
			if spent {
				j.Options.RetryFailed, j.Options.Replan = false, false
			}
		})
		switch gone := (*coordinator.GoneError)(nil); {
		case err == nil:
			told = now
		case ctx.Err() != nil:
			return
		case !errors.As(err, &gone):
			end(err)
			return
		case !l.holds():
			end(errLeaseOver)
			return
		default:
			l.run.storeGone(ctx, err)
		}
	}
}

// lead runs the rollout.
func (l *lead) lead(parent context.Context) {
	ctx, end := context.WithCancelCause(parent)
	defer end(nil)
	h := &hands{lead: l, waiting: map[int]chan papi.ID{}, stage: -1, opening: make(chan struct{}, 1)}
	deaf, err := l.run.Work.Listen(ctx, topicOf(l.job), h.heard)
	if err != nil {
		l.run.storeGone(ctx, err)
		l.leave()
		return
	}
	defer deaf()
	l.run.say("", "leads rollout %s, handed in by %s", l.job.Mark(), l.job.By)
	renewing, stop := context.WithCancel(ctx)
	var aside sync.WaitGroup
	aside.Go(func() { l.renew(renewing, end) })
	aside.Go(func() { l.keepPlan(renewing) })
	engine := l.run.engine(l.account)
	engine.Turns = l.account.Turns // items wait in line while the run goes on
	engine.Submitter, engine.Permit = h, func() error { return l.permit(ctx) }
	options := l.job.Options.over(l.account.Options)
	options.Observe = l.observe
	result, err := engine.Apply(ctx, l.plan, options)
	l.ended(parent, ctx, result, err)
	stop()
	aside.Wait()
}

func (l *lead) observe(ev rollout.Event) {
	l.telling.Lock()
	if ev.Kind == rollout.EventItem {
		l.spent = l.spent || ev.Item.Submitted
	} else {
		l.last = ev
	}
	l.telling.Unlock()
	if l.account.Observe != nil {
		l.account.Observe(l.job, ev)
	}
}

// ended records in the job how the rollout has ended; one that continues is left to other runners.
func (l *lead) ended(parent, ctx context.Context, result *rollout.Result, err error) {
	if cause := context.Cause(ctx); ctx.Err() != nil {
		if parent.Err() == nil {
			l.run.say("", "does not lead rollout %s any more: %v", l.job.Mark(), cause)
		}
		l.leave()
		return
	}
	end := End{Outcome: result.Outcome, At: time.Now().UTC()}
	if err != nil {
		end.Error = cut(err.Error())
		if l.account.Code != nil {
			end.Code = l.account.Code(end.Outcome, err)
		}
	}
	led := Led{Job: l.job, Plan: l.plan, Result: result, End: end, Err: err}
	written := false
	for !written { // the lead is kept until this is recorded
		changed := l.change(parent, func(j *Job) {
			j.State, j.End, j.Lead, j.Closed, j.Totals = Ended, &end, nil, true, result.Totals
			led.Job = j
		})
		written = changed == nil
		if gone := (*coordinator.GoneError)(nil); !errors.As(changed, &gone) || coordinator.Sleep(parent, storeGone) != nil {
			break
		}
	}
	text := fmt.Sprintf("rollout %s: %s", l.job.Mark(), end.Outcome)
	if err != nil {
		text += ": " + end.Error
	}
	l.run.say("", "%s", text)
	if written && l.account.Ended != nil {
		l.account.Ended(led)
	}
	l.run.mu.Lock()
	defer l.run.mu.Unlock()
	l.run.report.Led = append(l.run.report.Led, led)
}
