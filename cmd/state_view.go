package cmd

import (
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// propertyState is what is on the networks, as status and pending show it.
type propertyState struct {
	*propertyView

	LatestVersion *int            `json:"latestVersion"` // null where nothing is known
	Networks      []*networkState `json:"networks"`
	Error         *errorView      `json:"error"` // why nothing is known; null where it is
}

// networkState is what is active, pending, and was submitted last on a network.
type networkState struct {
	Network papi.Network      `json:"network"`
	Active  *activationView   `json:"active"`
	Pending []*activationView `json:"pending"`
	Latest  *activationView   `json:"latest"`
}

// setStates fills in what was found out about each, and which one it is where there
// is only one.
func setStates(d *document, about kind, states []*propertyState) {
	d.is(about, only(states))
	if about == includes {
		d.Includes = states
		return
	}
	d.Properties = states
}

// only returns the property when there is one.
func only(states []*propertyState) *propertyView {
	if len(states) != 1 {
		return nil
	}
	return states[0].propertyView
}

// text names the property.
func (v *propertyView) text() string {
	if v.Name != nil {
		return term.Clean(*v.Name, term.MaxName)
	}
	return term.Clean(string(v.ID), term.MaxName)
}
