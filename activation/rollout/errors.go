package rollout

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// FailuresError reports that more items of a wave have failed than the plan tolerates.
type FailuresError struct {
	Wave      string
	Network   papi.Network
	Items     []string // with the result of each
	Tolerated int

	causes []error
}

// Error names the items.
func (e *FailuresError) Error() string {
	return fmt.Sprintf("%d failed in wave %s on %s, and %d are tolerated: %s", len(e.Items), e.Wave, e.Network, e.Tolerated, some(e.Items))
}

// Unwrap returns the error of each.
func (e *FailuresError) Unwrap() []error {
	return known(e.causes)
}

// CheckError reports checks that failed or could not be made.
type CheckError struct {
	Wave    string
	Network papi.Network
	Results []CheckResult // those that did not hold
}

// Error names the first one.
func (e *CheckError) Error() string {
	var all []string
	for _, r := range e.Results {
		all = append(all, fmt.Sprintf("%s of %s: %s", r.Check, r.Property, r.Detail))
	}
	return fmt.Sprintf("checks of wave %s on %s: %s", e.Wave, e.Network, some(all))
}

// DriftError reports items whose active version is neither the one at the time of the plan nor the wanted one.
type DriftError struct {
	Items []string

	cause error
}

// Error names the items.
func (e *DriftError) Error() string {
	text := "another version was activated since the plan was made, on " + some(e.Items)
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap returns the error of one of them.
func (e *DriftError) Unwrap() error { return e.cause }

// AnotherPlanError reports that another plan of the same name has not ended, or that a rollback found only
// versions of that other plan active.
type AnotherPlanError struct {
	Mark     Mark
	Property string
	Active   bool // a rollback found only versions of that plan active
}

// Error names the other plan.
func (e *AnotherPlanError) Error() string {
	if e.Active {
		return fmt.Sprintf("nothing was returned: what is active is of another plan of this rollout, %s/%s: see item %d of its %d, %s", e.Mark.Name, e.Mark.Digest, e.Mark.Place, e.Mark.Total, e.Property)
	}
	return fmt.Sprintf("another plan of this rollout, %s/%s, has not ended: see item %d of its %d, %s", e.Mark.Name, e.Mark.Digest, e.Mark.Place, e.Mark.Total, e.Property)
}

// ClosedError reports that the plan was rolled back.
type ClosedError struct{ Mark, Property string }

// Error names the plan and a property that shows it.
func (e *ClosedError) Error() string {
	return fmt.Sprintf("rollout %s was rolled back: see %s", e.Mark, e.Property)
}

// BudgetError reports that the remaining daily budget is too small.
type BudgetError struct {
	Need          Needs
	Left, Reserve int
	Until         time.Time
}

// Error has the numbers.
func (e *BudgetError) Error() string {
	s := fmt.Sprintf("%d activations are needed", e.Need.Activations)
	if e.Need.Returns > 0 {
		s += fmt.Sprintf(", and %d to go back", e.Need.Returns)
	}
	s += fmt.Sprintf("; %d are left today", e.Left)
	if e.Reserve > 0 {
		s += fmt.Sprintf(", of which %d are reserved for others", e.Reserve)
	}
	return s
}

// UncertainError lists items that may or may not have been submitted.
type UncertainError struct{ Items []string }

// Error names them.
func (e *UncertainError) Error() string {
	return "PAPI does not tell whether these were submitted: " + some(e.Items)
}

// NoWaveError reports that the plan has no wave of that name.
type NoWaveError struct {
	Wave string
	Plan *Plan
}

// Error lists the waves of the plan.
func (e *NoWaveError) Error() string {
	var names []string
	for _, w := range e.Plan.Waves {
		names = append(names, w.Name)
	}
	return fmt.Sprintf("there is no wave %s; the waves are %s", quoted(e.Wave), some(names))
}

// NoItemError reports that the plan does not have the property.
type NoItemError struct{ Property string }

// Error names it.
func (e *NoItemError) Error() string {
	return fmt.Sprintf("the plan has no property %s; name one by its id, or by its name as the plan has it", quoted(e.Property))
}

// AccountError reports credentials for another account than the plan's.
type AccountError struct{ Plan, Account papi.ID }

// Error names both.
func (e *AccountError) Error() string {
	return fmt.Sprintf("the plan is for account %s, and these credentials are for %s", e.Plan, e.Account)
}

var errHeld = errors.New("nothing more is submitted")

// some lists the first ones.
func some(all []string) string {
	const most = 10
	if more := len(all) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), more)
	}
	return strings.Join(all, ", ")
}
