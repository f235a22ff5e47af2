package cmd

import (
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// planView is what a dry run has found out. Members are null where they were not
// asked for, because they have no meaning for the action, or could not be read.
type planView struct {
	Action  activation.Action       `json:"action"`
	Request *papi.ActivationRequest `json:"request"`
	// Active and Pending are what the network has now.
	Active  *activationView   `json:"active"`
	Pending []*activationView `json:"pending"`
	// Errors and Warnings count those of the version's rule tree. PAPI refuses a
	// version with errors.
	Errors   *int `json:"errors"`
	Warnings *int `json:"warnings"`
	// Hostnames are what the version has more, and less, than the active one.
	Hostnames *hostnamesPlan `json:"hostnames"`
	// UsualSeconds is how long an activation usually takes here.
	UsualSeconds float64 `json:"usualSeconds"`
	// FastFallback says whether it will be possible to return within seconds.
	FastFallback *bool `json:"fastFallback"`
	// Budget is what PAPI said of it last, to this machine.
	Budget *budgetView `json:"budget"`
}

// returnView is how a rollback goes back.
type returnView struct {
	From    *int       `json:"from"`
	To      int        `json:"to"`
	Fast    bool       `json:"fast"`
	Reason  string     `json:"reason"`
	Expires *time.Time `json:"expires"` // until when it can be fast; null where it cannot
}
