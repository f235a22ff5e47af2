package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

func (p *property) wire(v *Version) wireVersion {
	return wireVersion{
		PropertyVersion: v.Number, UpdatedByUser: v.UpdatedBy, UpdatedDate: stamp(v.Updated),
		StagingStatus:    p.versionStatus(v.Number, Staging),
		ProductionStatus: p.versionStatus(v.Number, Production),
		Etag:             p.etag(v), ProductID: productID, RuleFormat: ruleFormat, Note: v.Note,
	}
}

func (c *call) versionList(p *property, versions []wireVersion) versionList {
	return versionList{
		owner: c.owner(p), PropertyID: c.id("prp_", p.id), PropertyName: p.name,
		AssetID: c.id("aid_", p.id), Versions: items[wireVersion]{versions},
	}
}

// listVersions lists the newest version first.
func (c *call) listVersions(p *property) *answer {
	offset, ok := c.number("offset", 0, 0)
	if !ok {
		return c.badRequest("The offset must be a number of at least 0.")
	}
	limit, ok := c.number("limit", 1, len(p.versions))
	if !ok {
		return c.badRequest("The limit must be a number of at least 1.")
	}
	all := make([]wireVersion, 0, len(p.versions))
	for i := range p.versions {
		all = append(all, p.wire(&p.versions[i]))
	}
	slices.Reverse(all)
	all = all[min(offset, len(all)):]
	return jsonAnswer(http.StatusOK, c.versionList(p, all[:min(limit, len(all))]))
}

// number reads a query parameter that is at least low.
func (c *call) number(name string, low, missing int) (int, bool) {
	text := c.query.Get(name)
	if text == "" {
		return missing, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= low
}

// latestVersion answers with a redirect to the version, as the document has it.
func (c *call) latestVersion(p *property) *answer {
	v := p.latest()
	switch network := Network(c.query.Get("activatedOn")); network {
	case "":
	case Staging, Production:
		v = nil
		if a := p.active(network); a != nil {
			v = p.version(a.Version)
		}
	default:
		return c.badRequest("The activatedOn parameter must be STAGING or PRODUCTION.")
	}
	if v == nil {
		return c.notFound("a version of property " + p.id + " that is active there")
	}
	to := c.link(p, "/versions/"+strconv.Itoa(v.Number))
	a := jsonAnswer(http.StatusFound, versionLink{to})
	a.header.Set("Location", to)
	return a
}

// withVersion serves /properties/{id}/versions/{n} and what is below.
func (c *call) withVersion(p *property) *answer {
	number, err := strconv.Atoi(c.route.version)
	if err != nil || number < 1 {
		return c.badRequest("The property version must be a number of at least 1.")
	}
	v := p.version(number)
	if v == nil {
		return c.notFound("version " + c.route.version + " of property " + p.id)
	}
	var a *answer
	switch c.route.operation {
	case OpRules:
		a = c.showRules(p, v)
	case OpHostnames:
		a = c.showHostnames(p, v)
	case OpVersion:
		a = jsonAnswer(http.StatusOK, c.versionList(p, []wireVersion{p.wire(v)}))
	case OpAny, OpSearch, OpList, OpSubmit, OpPoll, OpCancel, OpProperty, OpVersions, OpLatest, OpBuild, OpContracts:
		return c.notFound("the requested resource")
	}
	if a.status == http.StatusOK {
		a.header.Set("ETag", `"`+p.etag(v)+`"`)
	}
	return a
}
