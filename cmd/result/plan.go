package result

import (
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Plan is the result of a dry run. Members are null if they do not apply to the action, were not asked for, or
// could not be read.
type Plan struct {
	Action  activation.Action       `json:"action"`
	Request *papi.ActivationRequest `json:"request"`
	// Active and Pending are the current state of the network.
	Active  *Activation   `json:"active"`
	Pending []*Activation `json:"pending"`
	// Errors and Warnings count the errors and warnings of the version's rule tree. PAPI refuses a version with
	// errors.
	Errors   *int `json:"errors"`
	Warnings *int `json:"warnings"`
	// Validation lists them, and Diff compares the rules with those of the active version.
	Validation *Validation `json:"validation"`
	Diff       *Diff       `json:"diff"`
	// Hostnames are the hostnames that the version adds to those of the active one, and those that it removes.
	Hostnames *HostnamesPlan `json:"hostnames"`
	// UsualSeconds is the usual duration of an activation on this network.
	UsualSeconds float64 `json:"usualSeconds"`
	// FastFallback says whether a fast fallback will be possible.
	FastFallback *bool `json:"fastFallback"`
	// Budget is the budget that PAPI last stated to this machine.
	Budget *Budget `json:"budget"`
}

// Return is how a rollback is done.
type Return struct {
	From      *int       `json:"from"`
	To        int        `json:"to"`
	Cancelled bool       `json:"cancelled"` // an activation in progress was cancelled and nothing else done
	Before    *int       `json:"before"`    // with Cancelled, what was active before it
	Fast      bool       `json:"fast"`
	Reason    string     `json:"reason"`
	Expires   *time.Time `json:"expires"` // end of the fast fallback; null if there is none
}
