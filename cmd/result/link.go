package result

import (
	"net/url"
	"strconv"

	"github.com/propctl/propctl/papi"
)

// Control Center shows a property by the id of its asset, which is not that of the property.

const controlCenter = "https://control.akamai.com/apps/property-manager/#/"

// propertyURL is the page of a property in Control Center; nil where PAPI has not told the id of its asset.
func propertyURL(ref AssetRef) *string {
	if ref.AssetID == "" || ref.Kind != Properties {
		return nil
	}
	return new(controlCenter + "property/" + url.PathEscape(ref.AssetID.Bare()) + inGroup(ref))
}

// versionURL is the page of a version, where its activations are; nil where it is not known.
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

// Link adds the pages of properties and of activations, which PAPI does not tell. asset returns the id of a
// property's asset, empty where it is not known.
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
