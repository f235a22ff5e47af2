package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

// endpoint is one operation of the API, with its handler.
type endpoint struct {
	operation Operation
	method    string
	path      string // a segment in braces matches any text
	link      linker // nil: never redirected
	serve     func(*Simulator, *call) *answer
}

// linker makes the body of a redirect.
type linker func(to string) any

func toActivation(to string) any { return activationLink{to} }
func toVersion(to string) any    { return versionLink{to} }
func toOther(to string) any      { return redirectLink{to} }

// endpoints lists everything that the simulator serves. A literal path precedes one with a parameter in the
// same place.
func endpoints() []endpoint {
	return slices.Concat(
		accountEndpoints(), propertyEndpoints(), bucketEndpoints(), includeEndpoints(),
		contentEndpoints(), catalogueEndpoints(), hostnameEndpoints(), bulkEndpoints(),
	)
}

func accountEndpoints() []endpoint {
	return []endpoint{
		{OpSearch, post, "search/find-by-value", nil, (*Simulator).search},
		{OpBuild, get, "build", nil, (*Simulator).build},
		{OpContracts, get, "contracts", nil, (*Simulator).contracts},
		{OpProperties, get, "properties", nil, (*Simulator).listProperties},
		{OpIncludes, get, "includes", nil, (*Simulator).listIncludes},
		{OpGroups, get, "groups", nil, (*Simulator).groups},
		{OpGrants, get, grantsPath, nil, (*Simulator).activeGrants},
	}
}

func propertyEndpoints() []endpoint {
	const property = "properties/{property}"
	return []endpoint{
		{OpList, get, property + "/activations", toActivation, onProperty(listing(reading((*call).listActivations)))},
		{OpSubmit, post, property + "/activations", toActivation, onProperty((*Simulator).submit)},
		{OpPoll, get, property + "/activations/{activation}", toActivation, onProperty((*Simulator).poll)},
		{OpCancel, del, property + "/activations/{activation}", toActivation, onProperty((*Simulator).cancel)},
		{OpProperty, get, property, nil, onProperty(reading((*call).showProperty))},
		{OpVersions, get, property + "/versions", toOther, onProperty(reading((*call).listVersions))},
		{OpCreateVersion, post, property + "/versions", toOther, onProperty((*Simulator).createVersion)},
		{OpLatest, get, property + "/versions/latest", toVersion, onProperty(reading((*call).latestVersion))},
		{OpVersion, get, property + "/versions/{version}", toOther, onProperty(atVersion((*Simulator).showVersion))},
		{OpRules, get, property + "/versions/{version}/rules", toOther, onProperty(atVersion((*Simulator).showRules))},
		{OpHostnames, get, property + "/versions/{version}/hostnames", toOther, onProperty(atVersion((*Simulator).showHostnames))},
		{OpPatchHostnames, patch, property + "/versions/{version}/hostnames", toOther, onProperty(atVersion((*Simulator).patchHostnames))},
	}
}

// contentEndpoints create properties and includes, and edit their content.
func contentEndpoints() []endpoint {
	const property, include = "properties/{property}", "includes/{include}"
	const version, includeVersion = property + "/versions/{version}", include + "/versions/{version}"
	behaviors, criteria := available("behaviors", behaviorNames()), available("criteria", criteriaNames())
	return []endpoint{
		{OpCreateProperty, post, "properties", nil, inAPair((*Simulator).createProperty)},
		{OpDeleteProperty, del, property, nil, onProperty((*Simulator).remove)},
		{OpSetRules, put, version + "/rules", toOther, onProperty(atVersion((*Simulator).setRules))},
		{OpPatchRules, patch, version + "/rules", toOther, onProperty(atVersion((*Simulator).patchRules))},
		{OpHeadRules, head, version + "/rules", toOther, onProperty(atVersion((*Simulator).showRules))},
		{OpSetHostnames, put, version + "/hostnames", toOther, onProperty(atVersion((*Simulator).setHostnames))},
		{OpBehaviors, get, version + "/available-behaviors", toOther, onProperty(atVersion(behaviors))},
		{OpCriteria, get, version + "/available-criteria", toOther, onProperty(atVersion(criteria))},
		{OpExternal, get, version + "/external-resources", toOther, onProperty(atVersion((*Simulator).listExternal))},
		{OpUsedIncludes, get, version + "/includes", toOther, onProperty(atVersion((*Simulator).listIncludesOf))},

		{OpCreateInclude, post, "includes", nil, inAPair((*Simulator).createInclude)},
		{OpDeleteInclude, del, include, nil, onInclude((*Simulator).remove)},
		{OpIncludeParents, get, include + "/parents", toOther, onInclude((*Simulator).listParents)},
		{OpCreateIncludeVersion, post, include + "/versions", toOther, onInclude((*Simulator).createVersion)},
		{OpSetIncludeRules, put, includeVersion + "/rules", toOther, onInclude(atVersion((*Simulator).setRules))},
		{OpPatchIncludeRules, patch, includeVersion + "/rules", toOther, onInclude(atVersion((*Simulator).patchRules))},
		{OpHeadIncludeRules, head, includeVersion + "/rules", toOther, onInclude(atVersion((*Simulator).showRules))},
		{OpIncludeBehaviors, get, includeVersion + "/available-behaviors", toOther, onInclude(atVersion(behaviors))},
		{OpIncludeCriteria, get, includeVersion + "/available-criteria", toOther, onInclude(atVersion(criteria))},
		{OpIncludeValidation, get, "includes/validation-results/{activation}/properties/{property}/versions/{version}", nil, (*Simulator).showValidation},
	}
}

// catalogueEndpoints serve the account's resources other than properties.
func catalogueEndpoints() []endpoint {
	behaviors := custom("customBehaviors", "behaviorId", "cbe_", "behavior", customBehaviors())
	overrides := custom("customOverrides", "overrideId", "cbo_", "override", customOverrides())
	return []endpoint{
		{OpSettings, get, "client-settings", nil, (*Simulator).showSettings},
		{OpSetSettings, put, "client-settings", nil, (*Simulator).setSettings},
		{OpProducts, get, "products", nil, (*Simulator).listProducts},
		{OpUseCases, get, "products/{product}/mapping-use-cases", nil, (*Simulator).listUseCases},
		{OpRuleFormats, get, "rule-formats", nil, (*Simulator).listRuleFormats},
		{OpRuleSchema, get, "schemas/products/{product}/{format}", nil, (*Simulator).showRuleSchema},
		{OpRequestSchema, get, "schemas/request/{file}", nil, (*Simulator).showRequestSchema},
		{OpCPCodes, get, "cpcodes", nil, inAPair((*Simulator).listCPCodes)},
		{OpCreateCPCode, post, "cpcodes", nil, inAPair((*Simulator).createCPCode)},
		{OpCPCode, get, "cpcodes/{cpcode}", nil, inAPair((*Simulator).showCPCode)},
		{OpCPCodeDetail, get, "/cprg/v1/cpcodes/{cpcode}", nil, (*Simulator).cpcodeDetail},
		{OpSetCPCodeDetail, put, "/cprg/v1/cpcodes/{cpcode}", nil, (*Simulator).cpcodeDetail},
		{OpEdgeHostnames, get, "edgehostnames", nil, inAPair((*Simulator).listEdges)},
		{OpCreateEdgeHostname, post, "edgehostnames", nil, inAPair((*Simulator).createEdge)},
		{OpEdgeHostname, get, "edgehostnames/{edge}", nil, inAPair((*Simulator).showEdge)},
		{OpEdgeDetail, get, "/hapi/v1/edge-hostnames/{edge}", nil, (*Simulator).detailEdge},
		{OpEditEdge, patch, "/hapi/v1/dns-zones/{zone}/edge-hostnames/{record}", nil, onEdge((*Simulator).editEdge)},
		{OpDeleteEdge, del, "/hapi/v1/dns-zones/{zone}/edge-hostnames/{record}", nil, onEdge((*Simulator).deleteEdge)},
		{OpEdgeChange, get, "/hapi/v1/change-requests/{job}", nil, (*Simulator).showEdgeChange},
		{OpCustomBehaviors, get, "custom-behaviors", nil, behaviors},
		{OpCustomBehavior, get, "custom-behaviors/{behavior}", nil, behaviors},
		{OpCustomOverrides, get, "custom-overrides", nil, overrides},
		{OpCustomOverride, get, "custom-overrides/{override}", nil, overrides},
	}
}

// hostnameEndpoints serve hostnames across properties.
func hostnameEndpoints() []endpoint {
	return []endpoint{
		{OpHostnamesDiff, get, "properties/{property}/hostnames/diff", toOther, onProperty((*Simulator).listDiff)},
		{OpAccountHostnames, get, "hostnames", nil, (*Simulator).listAccountHostnames},
		{OpAuditHistory, get, "hostnames/{hostname}/audit-history", nil, (*Simulator).showAudit},
		{OpCertificates, post, "hostnames/certificate-challenges", nil, (*Simulator).certificateChallenges},
		{OpDomainChallenges, post, "domain-challenges", nil, (*Simulator).domainChallenges},
	}
}

func bulkEndpoints() []endpoint {
	return []endpoint{
		{OpBulkActivate, post, "bulk/activations", nil, (*Simulator).bulkActivate},
		{OpBulkActivation, get, "bulk/activations/{job}", nil, showJob(activationJobs())},
		{OpBulkCreate, post, "bulk/property-version-creations", nil, (*Simulator).bulkCreate},
		{OpBulkCreation, get, "bulk/property-version-creations/{job}", nil, showJob(versionJobs())},
		{OpBulkPatch, post, "bulk/rules-patch-requests", nil, (*Simulator).bulkPatchRules},
		{OpBulkPatched, get, "bulk/rules-patch-requests/{job}", nil, showJob(patchJobs())},
		{OpBulkSearch, post, "bulk/rules-search-requests", nil, (*Simulator).bulkSearchRules},
		{OpBulkSearched, get, "bulk/rules-search-requests/{job}", nil, showJob(searchJobs())},
		{OpBulkSearchAtOnce, post, "bulk/rules-search-requests-synch", nil, (*Simulator).bulkSearchAtOnce},
	}
}

func bucketEndpoints() []endpoint {
	const property = "properties/{property}"
	return []endpoint{
		{OpBucket, get, property + "/hostnames", toOther, onProperty((*Simulator).listServed)},
		{OpPatchBucket, patch, property + "/hostnames", toOther, onProperty((*Simulator).patchBucket)},
		{OpHostnameActivations, get, property + "/hostname-activations", toOther, onProperty(listing((*Simulator).listChanges))},
		{OpHostnamePoll, get, property + "/hostname-activations/{activation}", nil, onProperty((*Simulator).pollChange)},
		{OpHostnameCancel, del, property + "/hostname-activations/{activation}", nil, onProperty((*Simulator).cancelChange)},
	}
}

func includeEndpoints() []endpoint {
	const include = "includes/{include}"
	return []endpoint{
		{OpInclude, get, include, nil, onInclude(reading((*call).showInclude))},
		{OpIncludeVersions, get, include + "/versions", toOther, onInclude(reading((*call).listVersions))},
		{OpIncludeLatest, get, include + "/versions/latest", toVersion, onInclude(reading((*call).latestVersion))},
		{OpIncludeVersion, get, include + "/versions/{version}", toOther, onInclude(atVersion((*Simulator).showVersion))},
		{OpIncludeRules, get, include + "/versions/{version}/rules", toOther, onInclude(atVersion((*Simulator).showRules))},
		{OpIncludeList, get, include + "/activations", toActivation, onInclude(listing(reading((*call).listActivations)))},
		{OpIncludeSubmit, post, include + "/activations", toActivation, onInclude((*Simulator).submitInclude)},
		{OpIncludePoll, get, include + "/activations/{activation}", toActivation, onInclude((*Simulator).pollInclude)},
		{OpIncludeCancel, del, include + "/activations/{activation}", toActivation, onInclude((*Simulator).cancel)},
	}
}

// server handles requests below one property or include.
type server func(*Simulator, *call, *property) *answer

// reading makes a server of a handler that needs only the property.
func reading(serve func(*call, *property) *answer) server {
	return func(_ *Simulator, c *call, p *property) *answer { return serve(c, p) }
}

func onProperty(serve server) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		p := s.property(c.named("property"))
		if p == nil {
			return c.notFound("property " + c.named("property"))
		}
		return s.within(c, p, serve)
	}
}

func onInclude(serve server) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		p := s.include(c.named("include"))
		if p == nil {
			return c.notFound("include " + c.named("include"))
		}
		return s.within(c, p, serve)
	}
}

// within checks contract and group, brings the property up to date and serves the request.
func (s *Simulator) within(c *call, p *property, serve server) *answer {
	if a := c.owned(p); a != nil {
		return a
	}
	p.advance(c.sim)
	return serve(s, c, p)
}

// atVersion makes a server of a handler for one version. Its successful answers carry the version's ETag.
func atVersion(serve func(*Simulator, *call, *property, *Version) *answer) server {
	return func(s *Simulator, c *call, p *property) *answer {
		number, err := strconv.Atoi(c.named("version"))
		if err != nil || number < 1 {
			return c.badRequest("The version must be a number of at least 1.")
		}
		v := p.version(number)
		if v == nil {
			return c.notFound("version " + c.named("version") + " of " + p.called())
		}
		a := serve(s, c, p, v)
		if a.status < http.StatusMultipleChoices {
			a.header.Set("ETag", `"`+p.etag(v)+`"`)
		}
		return a
	}
}
