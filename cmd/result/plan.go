package result

import (
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Plan is what a dry run has found out. Members are null where they were not
// asked for, because they have no meaning for the action, or could not be read.
type Plan struct {
	Action  activation.Action       `json:"action"`
	Request *papi.ActivationRequest `json:"request"`
	// Active and Pending are what the network has now.
	Active  *Activation   `json:"active"`
	Pending []*Activation `json:"pending"`
	// Errors and Warnings count those of the version's rule tree. PAPI refuses a
	// version with errors.
	Errors   *int `json:"errors"`
	Warnings *int `json:"warnings"`
	// Validation is what they say, and Diff how the rules differ from those of the version that is active.
	Validation *Validation `json:"validation"`
	Diff       *Diff       `json:"diff"`
	// Hostnames are what the version has more, and less, than the active one.
	Hostnames *HostnamesPlan `json:"hostnames"`
	// UsualSeconds is how long an activation usually takes here.
	UsualSeconds float64 `json:"usualSeconds"`
	// FastFallback says whether it will be possible to return within seconds.
	FastFallback *bool `json:"fastFallback"`
	// Budget is what PAPI said of it last, to this machine.
	Budget *Budget `json:"budget"`
}

// Return is how a rollback goes back.
type Return struct {
	From      *int       `json:"from"`
	To        int        `json:"to"`
	Cancelled bool       `json:"cancelled"` // a release in progress is cancelled, and nothing else done
	Before    *int       `json:"before"`    // with Cancelled, what was active before To
	Fast      bool       `json:"fast"`
	Reason    string     `json:"reason"`
	Expires   *time.Time `json:"expires"` // until when it can be fast; null where it cannot
}
