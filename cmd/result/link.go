package result

import (
	"net/url"
	"strconv"

	"github.com/propctl/propctl/papi"
)

// Control Center identifies a property by its asset id, which differs from its property id.

const controlCenter = "https://control.akamai.com/apps/property-manager/#/"

// propertyURL is the page of a property in Control Center; nil if the asset id is not known.
func propertyURL(ref AssetRef) *string {
	if ref.AssetID == "" || ref.Kind != Properties {
		return nil
	}
	return new(controlCenter + "property/" + url.PathEscape(ref.AssetID.Bare()) + inGroup(ref))
}

// versionURL is the page of a version, which lists its activations; nil if the asset id is not known.
func versionURL(ref AssetRef, version int) *string {
	if ref.AssetID == "" || ref.Kind != Properties || version == 0 {
		return nil
	}
	return new(controlCenter + "property-version/" + url.PathEscape(ref.AssetID.Bare()) + "/" + strconv.Itoa(version) + "/edit" + inGroup(ref))
}

func inGroup(ref AssetRef) string {
	if ref.GroupID == "" {
		return ""
	}
	return "?gid=" + url.QueryEscape(ref.GroupID.Bare())
}

// Link adds the URLs of properties and activations in Control Center. asset returns the asset id of a property;
// empty if it is not known.
func (d *Document) Link(asset func(property papi.ID) papi.ID) {
	for _, one := range d.Results {
		one.Link(asset)
	}
	for _, s := range d.Properties {
		for _, n := range s.Networks {
			s.link(asset, append([]*Activation{n.Active, n.Latest}, n.Pending...))
		}
	}
	if d.Property == nil {
		return
	}
	all := []*Activation{d.Activation, d.BlockedBy}
	if d.Plan != nil {
		all = append(append(all, d.Plan.Active), d.Plan.Pending...)
	}
	for _, h := range d.History {
		all = append(all, h.Activation)
	}
	d.Property.link(asset, all)
}

func (p *Property) link(asset func(papi.ID) papi.ID, all []*Activation) {
	if p.asset == "" {
		p.asset = asset(p.ID)
		p.URL = propertyURL(p.Ref(Properties))
	}
	for _, a := range all {
		if a != nil {
			a.URL = versionURL(p.Ref(Properties), a.Version)
		}
	}
}
