package result

import (
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// PropertyState is what is on the networks, as status and pending show it.
type PropertyState struct {
	*Property

	LatestVersion     *int            `json:"latestVersion"`  // null where nothing is known
	StagingVersion    *int            `json:"stagingVersion"` // null where nothing is active
	ProductionVersion *int            `json:"productionVersion"`
	Differs           []papi.Network  `json:"differs"`
	Networks          []*NetworkState `json:"networks"`
	Error             *Error          `json:"error"` // why nothing is known; null where it is
}

// NewPropertyState returns one of which nothing is known but what it is.
func NewPropertyState(p *Property) *PropertyState {
	return &PropertyState{Property: p, Differs: []papi.Network{}, Networks: []*NetworkState{}}
}

// SetVersions says which versions there are: the latest, and those that are active on staging and on production;
// 0 is none.
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
