package rollout

import "slices"

// afford stops the run if the daily budget is smaller than what it may need. The budget is known only before
// the first submission.
func (b *board) afford() {
	if b.budget == nil || b.budget.Remaining == nil || b.options.OverBudget {
		return
	}
	if slices.Contains(b.touched, true) || !b.budget.Reset.IsZero() && b.clock.now().After(b.budget.Reset) {
		return
	}
	need := b.Needs()
	if left := *b.budget.Remaining - b.plan.Reserve; need.All() > left {
		b.stop(&trouble{outcome: OutcomeLimited, err: &BudgetError{Need: need, Left: *b.budget.Remaining, Reserve: b.plan.Reserve, Until: b.budget.Reset}})
	}
}

// Needs is the number of activations that a rollout needs.
type Needs struct{ Activations, Returns int }

// All is the sum.
func (n Needs) All() int { return n.Activations + n.Returns }

// Needs counts the activations that are left to submit, and those that a rollback could need.
func (b *board) Needs() Needs {
	var n Needs
	perWave := map[int]int{}
	for _, e := range b.entries[:b.stages[b.last()-1].First+b.stages[b.last()-1].Count] {
		if e.state == Waiting || e.state == Blocked {
			n.Activations++
		}
		if e.state == Waiting || e.state == Blocked || e.ours || e.onTheWay() {
			perWave[b.stages[e.Stage].Wave]++
		}
	}
	for _, count := range perWave {
		switch b.plan.OnFailure {
		case Rollback:
			n.Returns += count
		case RollbackWave:
			n.Returns = max(n.Returns, count)
		case Stop:
		}
	}
	return n
}
