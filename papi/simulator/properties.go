package simulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// owned checks contractId and groupId; wrong ones are a 404. Without them, a property of several contracts and
// groups is answered with a redirect that names one.
func (c *call) owned(p *property) *answer {
	contract, group := c.asked()
	matches := func(pair Pair) bool {
		return (contract == "" || pair.Contract == contract) && (group == "" || pair.Group == group)
	}
	if !slices.ContainsFunc(p.pairs, matches) {
		return c.notFound(p.called() + " in this contract and group")
	}
	if len(p.pairs) == 1 || contract != "" && group != "" || c.route.link == nil {
		return nil
	}
	return c.redirect(p)
}

func (c *call) asked() (contract, group string) {
	return bareID("ctr_", c.query.Get("contractId")), bareID("grp_", c.query.Get("groupId"))
}

// pair returns the contract and group that the request names, or else the first.
func (c *call) pair(p *property) Pair {
	contract, group := c.asked()
	for _, pair := range p.pairs {
		if (contract == "" || pair.Contract == contract) && (group == "" || pair.Group == group) {
			return pair
		}
	}
	return p.pairs[0]
}

// redirect names the same resource with a contract and a group. Unlike PAPI's other links, this one has the API
// version that was called.
func (c *call) redirect(p *property) *answer {
	_, tail, _ := strings.Cut(strings.TrimPrefix(c.r.URL.Path, "/papi/"), "/"+p.collection()+"/")
	_, rest, _ := strings.Cut(tail, "/")
	version, _, _ := strings.Cut(strings.TrimPrefix(c.r.URL.Path, "/papi/"), "/")
	to := "/papi/" + version + c.propertyPath(p, "/"+rest)
	others := maps.Clone(c.query)
	for _, name := range []string{"contractId", "groupId", "accountSwitchKey"} {
		others.Del(name)
	}
	if len(others) > 0 {
		to += "&" + others.Encode()
	}
	a := jsonAnswer(http.StatusFound, c.route.link(to))
	a.header.Set("Location", to)
	return a
}

func (c *call) owner(p *property) owner {
	pair := c.pair(p)
	return owner{
		AccountID:  c.id("act_", accountID),
		ContractID: c.id("ctr_", pair.Contract),
		GroupID:    c.id("grp_", pair.Group),
	}
}

func (c *call) showProperty(p *property) *answer {
	return jsonAnswer(http.StatusOK, propertyList{items[wireProperty]{[]wireProperty{c.wireProperty(p)}}})
}

func (c *call) wireProperty(p *property) wireProperty {
	w := wireProperty{
		owner: c.owner(p), PropertyID: c.id("prp_", p.id), PropertyName: p.name,
		AssetID: c.id("aid_", p.id), Note: p.note, PropertyType: "TRADITIONAL",
	}
	if p.bucket {
		w.PropertyType = "HOSTNAME_BUCKET"
	}
	if latest := p.latest(); latest != nil {
		w.LatestVersion = latest.Number
	}
	if a := p.active(Staging); a != nil {
		w.StagingVersion = &a.Version
	}
	if a := p.active(Production); a != nil {
		w.ProductionVersion = &a.Version
	}
	return w
}
