package rollout

import (
	"errors"
	"fmt"
)

// trouble is why nothing more is submitted.
type trouble struct {
	outcome Outcome
	err     error
	stage   int
	// returns reports that it is a reason for a rollback.
	returns bool
	scope   Scope
}

// judge decides whether the stage has failed.
func (b *board) judge() {
	drifted := &DriftError{}
	stage := -1
	for _, e := range b.entries {
		if e.state != Drifted || e.Stage < b.stage || e.Stage >= b.last() || b.failedBefore(e) {
			continue
		}
		if drifted.Items = append(drifted.Items, e.Title()); stage < 0 {
			stage, drifted.cause = e.Stage, e.err
		}
	}
	failing := 0
	for failing < b.stage && b.failures(failing) <= b.tolerated() {
		failing++ // including later losses of earlier stages
	}
	failed := b.failures(failing)
	switch {
	case stage >= 0:
		b.stopAt(&trouble{outcome: OutcomeRejected, err: drifted}, stage)
	case failed > b.tolerated():
		b.stopAt(b.failed(failing, failed), failing)
	}
}

// stop records a reason to stop. The first one counts, unless it is an error that hides nothing.
func (b *board) stop(t *trouble) { b.stopAt(t, min(b.stage, len(b.stages)-1)) }

func (b *board) stopAt(t *trouble, stage int) {
	if b.trouble == nil {
		t.stage = stage
		b.trouble = t
	}
}

// failed is the trouble of a stage with too many failures.
func (b *board) failed(stage, n int) *trouble {
	t := &trouble{outcome: OutcomeFailed, returns: true}
	e := &FailuresError{Wave: b.wave(stage).Name, Network: b.stages[stage].Network, Tolerated: b.tolerated()}
	var uncertain, rejected, superseded, overdue int
	for _, entry := range b.of(stage) {
		if entry.state.Bad() && !b.options.skips(entry.Pinned) {
			e.Items = append(e.Items, fmt.Sprintf("%s (%s)", entry.Title(), entry.state))
			e.causes = append(e.causes, entry.err)
			switch entry.state { //nolint:exhaustive // the others have failed, as their names say
			case Uncertain:
				uncertain++
			case Rejected:
				rejected++
			case Superseded:
				superseded++
			case Overdue:
				overdue++
			}
		}
	}
	switch n {
	case uncertain:
		t.outcome, t.returns = OutcomeError, false
	case rejected:
		t.outcome = OutcomeRejected
	case superseded:
		t.outcome = OutcomeSuperseded
	case overdue:
		t.outcome = OutcomeTimedOut
	}
	t.err = e
	return t
}

// goesBack reports whether the trouble leads to a rollback.
func (b *board) goesBack() bool {
	if !b.trouble.returns || b.trouble.scope != "" {
		return b.trouble.scope != ""
	}
	switch b.plan.OnFailure {
	case RollbackWave:
		b.trouble.scope = ScopeWave
	case Rollback:
		b.trouble.scope = ScopeAll
	case Stop:
		return false
	}
	return true
}

var errOverdue = errors.New("it takes longer than any activation should")
