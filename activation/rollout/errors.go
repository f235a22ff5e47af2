package rollout

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// FailuresError says that more items of a wave have failed than are tolerated.
type FailuresError struct {
	Wave      string
	Network   papi.Network
	Items     []string // with what became of each
	Tolerated int

	causes []error
}

// Error names the items.
func (e *FailuresError) Error() string {
	return fmt.Sprintf("%d failed in wave %s on %s, and %d are tolerated: %s", len(e.Items), e.Wave, e.Network, e.Tolerated, some(e.Items))
}

// Unwrap returns why each of them has failed.
func (e *FailuresError) Unwrap() []error {
	return known(e.causes)
}

// CheckError says that a check does not hold, or could not be made.
type CheckError struct {
	Wave    string
	Network papi.Network
	Results []CheckResult // that did not hold
}

// Error names the first one.
func (e *CheckError) Error() string {
	var all []string
	for _, r := range e.Results {
		all = append(all, fmt.Sprintf("%s of %s: %s", r.Check, r.Property, r.Detail))
	}
	return fmt.Sprintf("checks of wave %s on %s: %s", e.Wave, e.Network, some(all))
}

// DriftError says that what is active on items is neither what was active when the plan
// was made, nor what is wanted.
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

// Unwrap returns what is true of one of them.
func (e *DriftError) Unwrap() error { return e.cause }

// AnotherPlanError says that another plan of the same name is not finished, or that it is
// the one whose versions are active when a return finds none of its own.
type AnotherPlanError struct {
	Mark     Mark
	Property string
	Active   bool
}

// Error names the other plan.
func (e *AnotherPlanError) Error() string {
	if e.Active {
		return fmt.Sprintf("nothing was returned: what is active is of another plan of this rollout, %s/%s: see item %d of its %d, %s", e.Mark.Name, e.Mark.Digest, e.Mark.Place, e.Mark.Total, e.Property)
	}
	return fmt.Sprintf("another plan of this rollout, %s/%s, has not ended: see item %d of its %d, %s", e.Mark.Name, e.Mark.Digest, e.Mark.Place, e.Mark.Total, e.Property)
}

// ClosedError says that what the plan has activated was returned.
type ClosedError struct{ Mark, Property string }

// Error says so.
func (e *ClosedError) Error() string {
	return fmt.Sprintf("rollout %s was rolled back: see %s", e.Mark, e.Property)
}

// BudgetError says that the day has not enough activations left.
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

// UncertainError says of which items it is not known whether they were submitted.
type UncertainError struct{ Items []string }

// Error names them.
func (e *UncertainError) Error() string {
	return "PAPI does not tell whether these were submitted: " + some(e.Items)
}

// NoWaveError says that a plan has no such wave.
type NoWaveError struct {
	Wave string
	Plan *Plan
}

// Error names those that there are.
func (e *NoWaveError) Error() string {
	var names []string
	for _, w := range e.Plan.Waves {
		names = append(names, w.Name)
	}
	return fmt.Sprintf("there is no wave %s; the waves are %s", quoted(e.Wave), some(names))
}

// NoItemError says that a plan has no such property.
type NoItemError struct{ Property string }

// Error names it.
func (e *NoItemError) Error() string {
	return fmt.Sprintf("the plan has no property %s; name one by its id, or by its name as the plan has it", quoted(e.Property))
}

// AccountError says that the credentials are for another account than the plan's.
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
