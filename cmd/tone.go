package cmd

import (
	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// toneOfStatus is that of an activation. What is not known is in progress.
func toneOfStatus(s papi.Status) tone {
	if s == papi.StatusActive {
		return good
	}
	if s == papi.StatusFailed || s == papi.StatusAborted {
		return bad
	}
	if s == papi.StatusInactive || s == papi.StatusDeactivated || s == "" {
		return plain
	}
	return doubtful
}

// toneOfOutcome is that of a command.
func toneOfOutcome(o activation.Outcome) tone {
	switch o {
	case activation.OutcomeActive, activation.OutcomeAlreadyActive, activation.OutcomeDeactivated, activation.OutcomeAlreadyInactive,
		activation.OutcomeRolledBack, activation.OutcomeCancelled, activation.OutcomeAlreadyCancelled, activation.OutcomeOK:
		return good
	case activation.OutcomeSubmitted, activation.OutcomePlanned:
		return doubtful
	case activation.OutcomeFailed, activation.OutcomeAborted, activation.OutcomeSuperseded:
		return bad
	}
	return doubtful
}
