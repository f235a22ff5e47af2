package result

import (
	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// StatusTone is the tone of an activation's status. An unknown status counts as in progress.
func StatusTone[S ~string](status S) term.Tone {
	s := papi.Status(status)
	if s == papi.StatusActive {
		return term.Good
	}
	if s == papi.StatusFailed || s == papi.StatusAborted {
		return term.Bad
	}
	if s == papi.StatusInactive || s == papi.StatusDeactivated || s == "" {
		return term.Plain
	}
	return term.Doubtful
}

// OutcomeTone is the tone of a command's outcome.
func OutcomeTone(outcome string) term.Tone {
	if rollout.Outcome(outcome) == rollout.OutcomeRolledOut {
		return term.Good
	}
	switch activation.Outcome(outcome) {
	case activation.OutcomeActive, activation.OutcomeAlreadyActive, activation.OutcomeDeactivated, activation.OutcomeAlreadyInactive,
		activation.OutcomeRolledBack, activation.OutcomeCancelled, activation.OutcomeAlreadyCancelled, activation.OutcomeOK:
		return term.Good
	case activation.OutcomeSubmitted, activation.OutcomePlanned:
		return term.Doubtful
	case activation.OutcomeFailed, activation.OutcomeAborted, activation.OutcomeSuperseded:
		return term.Bad
	}
	return term.Doubtful
}
