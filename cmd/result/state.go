package result

import (
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// PropertyState is what is on the networks, as status and pending show it.
type PropertyState struct {
	*Property

	LatestVersion *int            `json:"latestVersion"` // null where nothing is known
	Networks      []*NetworkState `json:"networks"`
	Error         *Error          `json:"error"` // why nothing is known; null where it is
}

// NetworkState is what is active, pending, and was submitted last on a network.
type NetworkState struct {
	Network papi.Network  `json:"network"`
	Active  *Activation   `json:"active"`
	Pending []*Activation `json:"pending"`
	Latest  *Activation   `json:"latest"`
}

// SetStates fills in what was found out about each, and which one it is where there
// is only one.
func SetStates(d *Document, about AssetKind, states []*PropertyState) {
	d.SetAssetView(about, only(states))
	if about == Includes {
		d.Includes = states
		return
	}
	d.Properties = states
}

// only returns the property when there is one.
func only(states []*PropertyState) *Property {
	if len(states) != 1 {
		return nil
	}
	return states[0].Property
}

// Text names the property.
func (v *Property) Text() string {
	if v.Name != nil {
		return term.Clean(*v.Name, term.MaxName)
	}
	return term.Clean(string(v.ID), term.MaxName)
}
