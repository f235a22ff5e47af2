package cmd

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

func orZero[T any](v *T) T {
	if v == nil {
		return *new(T)
	}
	return *v
}

func orNothing(s *string) string { return orZero(s) }

// owner is the property, or the include, that the document is about; nil for none.
func (d *document) owner() *propertyView {
	if d.Include != nil {
		return d.Include
	}
	return d.Property
}

// subject says what a result is about, for people: what is known of property,
// version and network.
func (d *document) subject() string {
	about := d.owner()
	var parts []string
	if about != nil && (about.Name != nil || about.ID != "") {
		parts = append(parts, about.text())
	}
	if d.Version != nil && len(parts) > 0 {
		parts = append(parts, "version "+term.VersionText(*d.Version))
	}
	if d.Network != nil && len(parts) > 0 {
		parts = append(parts, "on "+term.Clean(string(*d.Network), term.MaxName))
	}
	return strings.Join(parts, " ")
}

// parts are the results of single networks; where there is only one, it is the
// document itself.
func (d *document) parts() []*document {
	if len(d.Results) > 0 {
		return d.Results
	}
	return []*document{d}
}

// states are those that status and pending have found.
func (d *document) stateList() []*propertyState {
	if d.Properties != nil {
		return d.Properties
	}
	return d.Includes
}

// untouched are the networks that were asked for and not come to.
func (d *document) untouched() []papi.Network {
	var left []papi.Network
	for _, network := range d.asked {
		touched := false
		for _, r := range d.Results {
			touched = touched || r.Network != nil && *r.Network == network
		}
		if !touched {
			left = append(left, network)
		}
	}
	return left
}

// name is what the property, or the include, is called; empty where that is not known.
func (d *document) name() string {
	v := d.owner()
	switch {
	case v == nil:
		return ""
	case v.Name != nil:
		return *v.Name
	}
	return string(v.ID)
}
