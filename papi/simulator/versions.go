package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

func (c *call) wireVersion(p *property, v *Version) wireVersion {
	w := wireVersion{
		PropertyVersion: v.Number, UpdatedByUser: v.UpdatedBy, UpdatedDate: c.stamp(v.Updated),
		StagingStatus:    p.versionStatus(v.Number, Staging),
		ProductionStatus: p.versionStatus(v.Number, Production),
		Etag:             p.etag(v), ProductID: c.id("prd_", v.Product), RuleFormat: v.RuleFormat, Note: v.Note,
	}
	if p.includeType != "" {
		w.PropertyVersion, w.IncludeVersion = 0, v.Number
	}
	return w
}

func (c *call) versionList(p *property, versions []wireVersion) versionList {
	list := versionList{owner: c.owner(p), AssetID: c.id("aid_", p.id), Versions: items[wireVersion]{versions}}
	if p.includeType != "" {
		list.IncludeID, list.IncludeName, list.IncludeType = c.id("inc_", p.id), p.name, p.includeType
	} else {
		list.PropertyID, list.PropertyName = c.id("prp_", p.id), p.name
	}
	return list
}

// listVersions lists versions, newest first.
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
		all = append(all, c.wireVersion(p, &p.versions[i]))
	}
	slices.Reverse(all)
	all = all[min(offset, len(all)):]
	return jsonAnswer(http.StatusOK, c.versionList(p, all[:min(limit, len(all))]))
}

// number reads a query parameter of at least low; missing is its default.
func (c *call) number(name string, low, missing int) (int, bool) {
	text := c.query.Get(name)
	if text == "" {
		return missing, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= low
}

// latestVersion answers with a redirect to the version, as PAPI documents.
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
		return c.notFound("a version of " + p.called() + " that is active there")
	}
	to := c.link(p, "/versions/"+strconv.Itoa(v.Number))
	a := jsonAnswer(http.StatusFound, versionLink{to})
	a.header.Set("Location", to)
	return a
}

func (s *Simulator) showVersion(c *call, p *property, v *Version) *answer {
	return jsonAnswer(http.StatusOK, c.versionList(p, []wireVersion{c.wireVersion(p, v)}))
}

// versionCreation is the body of a POST of a version.
type versionCreation struct {
	CreateFromVersion     int    `json:"createFromVersion"`
	CreateFromVersionEtag string `json:"createFromVersionEtag"`
}

// createVersion copies a version, with its rules and hostnames, under the next number.
func (s *Simulator) createVersion(c *call, p *property) *answer {
	var wanted versionCreation
	if a := c.decode(&wanted); a != nil {
		return a
	}
	v, a := c.copyVersion(p, wanted)
	if a != nil {
		return a
	}
	to := c.versionPath(p, v.Number)
	a = jsonAnswer(http.StatusCreated, versionLink{to})
	a.header.Set("Location", to)
	return a
}

// copyVersion adds a copy of an existing version.
func (c *call) copyVersion(p *property, wanted versionCreation) (*Version, *answer) {
	if wanted.CreateFromVersion < 1 {
		return nil, c.schemaInvalid("#/createFromVersion", "A number of at least 1 is required.")
	}
	base := p.version(wanted.CreateFromVersion)
	if base == nil {
		return nil, c.notFound("version " + strconv.Itoa(wanted.CreateFromVersion) + " of " + p.called())
	}
	if etag := wanted.CreateFromVersionEtag; etag != "" && etag != p.etag(base) {
		return nil, c.etagConflict()
	}
	v := *base // edits replace the slice of hostnames, so it can be shared
	v.Number, v.Note, v.UpdatedBy, v.Updated = p.latest().Number+1, "", apiUser, c.sim
	p.versions = append(p.versions, v)
	return p.latest(), nil
}

func (c *call) versionPath(p *property, number int) string {
	return c.link(p, "/versions/"+strconv.Itoa(number))
}

func (c *call) etagConflict() *answer {
	return c.problem(http.StatusPreconditionFailed, "property-version/etag-conflict", "Version was changed",
		"The version has been changed since it was read: the etag is not its own any more.")
}
