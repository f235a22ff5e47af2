package result

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// OrZero returns what v points to, and the zero value for nil.
func OrZero[T any](v *T) T {
	if v == nil {
		return *new(T)
	}
	return *v
}

// OrEmpty returns what s points to, and "" for nil.
func OrEmpty(s *string) string { return OrZero(s) }

// AssetKind is what the document is about.
func (d *Document) AssetKind() AssetKind {
	if d.Include != nil {
		return Includes
	}
	return Properties
}

// Asset is the property, or the include, that the document is about; nil for none.
func (d *Document) Asset() *Property {
	if d.Include != nil {
		return d.Include
	}
	return d.Property
}

// Subject says what a result is about, for people: what is known of property,
// version and network.
func (d *Document) Subject() string {
	about := d.Asset()
	var parts []string
	if about != nil && (about.Name != nil || about.ID != "") {
		parts = append(parts, about.Text())
	}
	if d.Version != nil && len(parts) > 0 {
		parts = append(parts, "version "+term.VersionText(*d.Version))
	}
	if d.Network != nil && len(parts) > 0 {
		parts = append(parts, "on "+term.Clean(string(*d.Network), term.MaxName))
	}
	return strings.Join(parts, " ")
}

// Parts are the results of single networks; where there is only one, it is the
// document itself.
func (d *Document) Parts() []*Document {
	if len(d.Results) > 0 {
		return d.Results
	}
	return []*Document{d}
}

// States are those that status and pending have found.
func (d *Document) States() []*PropertyState {
	if d.Properties != nil {
		return d.Properties
	}
	return d.Includes
}

// Untouched are the networks that were asked for and not come to.
func (d *Document) Untouched() []papi.Network {
	var left []papi.Network
	for _, network := range d.Requested {
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

// Name is what the property, or the include, is called; empty where that is not known.
func (d *Document) Name() string {
	v := d.Asset()
	switch {
	case v == nil:
		return ""
	case v.Name != nil:
		return *v.Name
	}
	return string(v.ID)
}
