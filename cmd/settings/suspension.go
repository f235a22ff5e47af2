package settings

import (
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Bounds within which a suspension makes sense.
const (
	maxSuspension       = 24 * time.Hour
	maxSuspensionFactor = 100
)

// checkSuspension finds settings of the suspension that make no sense.
func (g *Flags) checkSuspension() error {
	switch initial, maximum := time.Duration(g.suspendInitial), time.Duration(g.suspendMaximum); {
	case !(g.suspendFactor >= 1) || g.suspendFactor > maxSuspensionFactor:
		return catalogue.Usagef("--suspend-factor %v is not between 1 and %d", g.suspendFactor, maxSuspensionFactor)
	case maximum > maxSuspension:
		return catalogue.Usagef("--suspend-maximum %s is longer than %s", term.Duration(maximum), term.Duration(maxSuspension))
	case initial > maximum:
		return catalogue.Usagef("--suspend-initial %s is longer than --suspend-maximum %s", term.Duration(initial), term.Duration(maximum))
	}
	return nil
}

// Suspension says for how long a PAPI that is down is left alone.
func (g *Flags) Suspension() papi.Suspension {
	return papi.Suspension{
		Initial: time.Duration(g.suspendInitial), Factor: g.suspendFactor, Maximum: time.Duration(g.suspendMaximum),
	}
}
