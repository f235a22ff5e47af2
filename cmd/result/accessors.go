package result

import (
	"strings"

	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// OrZero returns *v, or the zero value if v is nil.
func OrZero[T any](v *T) T {
	if v == nil {
		return *new(T)
	}
	return *v
}

// OrEmpty returns *s, or "" if s is nil.
func OrEmpty(s *string) string { return OrZero(s) }

// AssetKind says whether the document is about a property or an include.
func (d *Document) AssetKind() AssetKind {
	if d.Include != nil {
		return Includes
	}
	return Properties
}

// Asset is the property or include that the document is about; nil if there is none.
func (d *Document) Asset() *Property {
	if d.Include != nil {
		return d.Include
	}
	return d.Property
}

// Subject names what a result is about, for people: property, version and network, as far as they are known.
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

// Parts are the documents of the single networks; with only one network it is the document itself.
func (d *Document) Parts() []*Document {
	if len(d.Results) > 0 {
		return d.Results
	}
	return []*Document{d}
}

// States are the states that status and pending have read, of properties or of includes.
func (d *Document) States() []*PropertyState {
	if d.Properties != nil {
		return d.Properties
	}
	return d.Includes
}

// Untouched are the requested networks that the run did not reach.
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

// Name is the name of the property or include; empty if it is not known.
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
