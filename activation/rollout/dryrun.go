package rollout

import (
	"context"
	"fmt"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// DryRun reads all lists as [Runner.Status] does, and returns the error with which [Runner.Apply] would end
// before its first submission: another plan, a rollback, other versions, too many failures, too small a budget.
// An item that would be rejected without a submission is [Rejected] in the result. It submits nothing and runs
// no checks. The outcome is [OutcomeError] if not everything could be read.
func (r *Runner) DryRun(ctx context.Context, p *Plan, o Options) (*Result, error) {
	replan := o.Replan
	o.Replan = false // another plan is to be reported all the same
	s := &inquiry{loop: newLoop(r, p, o), replan: replan}
	result, err := s.status(ctx, false)
	if err != nil {
		result.Outcome = OutcomeError
		return result, err
	}
	s.requireStaging()
	refused := s.refusal(result.Another, replan)
	if refused == nil {
		refused = &trouble{outcome: result.Outcome}
	}
	result.Needs, result.Waves, result.Totals = s.Needs(), nil, Totals{}
	s.waveResults(result, s.surveyed())
	result.Outcome = refused.outcome
	return result, refused.err
}

// refusal is why a run would end before its first submission; nil if it would not.
func (b *board) refusal(another *AnotherPlanError, replan bool) *trouble {
	forward, back, last := b.latest()
	switch {
	case another != nil && !replan:
		return &trouble{outcome: OutcomeRejected, err: another}
	case back > b.closed && forward <= back:
		return &trouble{outcome: OutcomeRolledBack, err: &ClosedError{Mark: b.plan.Mark(), Property: last.Title()}}
	}
	b.trouble = nil // the other plan
	for b.stage = 0; b.stage < b.last() && b.trouble == nil; b.stage++ {
		b.skipFailed()
		b.judge()
	}
	if b.trouble == nil && b.Needs().Activations > 0 {
		b.afford()
	}
	return b.trouble
}

// requireStaging rejects items whose version is not active on staging and will not be by this plan.
func (b *board) requireStaging() {
	if !b.options.RequireStaging {
		return
	}
	before := map[papi.ID]bool{} // on staging, by this plan
	for _, e := range b.entries {
		switch {
		case e.Network == papi.Staging:
			before[e.PropertyID] = !e.state.Settled()
		case e.state == Waiting && !before[e.PropertyID]:
			if err := e.notOn(e.staging); err != nil {
				e.settle(Rejected, nil, err)
			}
		}
	}
}

// notOn returns an error if another version than the item's is active on staging; 0 means none is.
func (e *entry) notOn(staging int) error {
	if e.Network != papi.Production || staging == e.Version {
		return nil
	}
	there := "nothing is"
	if staging > 0 {
		there = fmt.Sprintf("version %d is", staging)
	}
	return &activation.RejectedError{Reason: fmt.Sprintf("version %d is not active on STAGING; %s", e.Version, there)}
}
