package result

import (
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// PropertyState is what is active and pending on the networks, for status and pending.
type PropertyState struct {
	*Property

	LatestVersion     *int            `json:"latestVersion"`  // null if it is not known
	StagingVersion    *int            `json:"stagingVersion"` // null if none is active
	ProductionVersion *int            `json:"productionVersion"`
	Differs           []papi.Network  `json:"differs"`
	Networks          []*NetworkState `json:"networks"`
	Error             *Error          `json:"error"` // why the state is not known; otherwise null
}

// NewPropertyState returns the state of a property of which nothing else is known yet.
func NewPropertyState(p *Property) *PropertyState {
	return &PropertyState{Property: p, Differs: []papi.Network{}, Networks: []*NetworkState{}}
}

// SetVersions sets the latest version and those active on staging and production; 0 means none.
func (s *PropertyState) SetVersions(latest, staging, production int) {
	s.LatestVersion, s.StagingVersion, s.ProductionVersion = Optional(latest), Optional(staging), Optional(production)
	s.Differs = []papi.Network{}
	if staging != latest {
		s.Differs = append(s.Differs, papi.Staging)
	}
	if production != latest {
		s.Differs = append(s.Differs, papi.Production)
	}
}

// NetworkState is the active, pending and last submitted activations on a network.
type NetworkState struct {
	Network papi.Network  `json:"network"`
	Active  *Activation   `json:"active"`
	Pending []*Activation `json:"pending"`
	Latest  *Activation   `json:"latest"`
}

// SetStates sets the states that were read, and the document's property if there is only one.
func SetStates(d *Document, about AssetKind, states []*PropertyState) {
	d.SetAssetView(about, only(states))
	if about == Includes {
		d.Includes = states
		return
	}
	d.Properties = states
}

// only returns the property if there is exactly one.
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
