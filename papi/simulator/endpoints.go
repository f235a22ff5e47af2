package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

// endpoint is one operation of the API and who serves it.
type endpoint struct {
	operation Operation
	method    string
	path      string // {property}, {include}, {version} and {activation} are one segment each
	link      linker // nil: never answered with a redirect
	serve     func(*Simulator, *call) *answer
}

// linker makes the body of an answer that redirects.
type linker func(to string) any

func toActivation(to string) any { return activationLink{to} }
func toVersion(to string) any    { return versionLink{to} }
func toOther(to string) any      { return redirectLink{to} }

// endpoints is all that the simulator serves. A literal path goes before one with a
// parameter in the same place.
func endpoints() []endpoint {
	return slices.Concat(accountEndpoints(), propertyEndpoints(), bucketEndpoints(), includeEndpoints())
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
		{OpList, get, property + "/activations", toActivation, onProperty(reading((*call).listActivations))},
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

func bucketEndpoints() []endpoint {
	const property = "properties/{property}"
	return []endpoint{
		{OpBucket, get, property + "/hostnames", toOther, onProperty((*Simulator).listServed)},
		{OpPatchBucket, patch, property + "/hostnames", toOther, onProperty((*Simulator).patchBucket)},
		{OpHostnameActivations, get, property + "/hostname-activations", toOther, onProperty((*Simulator).listChanges)},
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
		{OpIncludeList, get, include + "/activations", toActivation, onInclude(reading((*call).listActivations))},
		{OpIncludeSubmit, post, include + "/activations", toActivation, onInclude((*Simulator).submitInclude)},
		{OpIncludePoll, get, include + "/activations/{activation}", toActivation, onInclude((*Simulator).pollInclude)},
		{OpIncludeCancel, del, include + "/activations/{activation}", toActivation, onInclude((*Simulator).cancel)},
	}
}

// server serves what is below one property or include.
type server func(*Simulator, *call, *property) *answer

// reading makes a server of what needs no more than the property.
func reading(serve func(*call, *property) *answer) server {
	return func(_ *Simulator, c *call, p *property) *answer { return serve(c, p) }
}

func onProperty(serve server) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		p := s.property(c.route.property)
		if p == nil {
			return c.notFound("property " + c.route.property)
		}
		return s.within(c, p, serve)
	}
}

func onInclude(serve server) func(*Simulator, *call) *answer {
	return func(s *Simulator, c *call) *answer {
		p := s.include(c.route.include)
		if p == nil {
			return c.notFound("include " + c.route.include)
		}
		return s.within(c, p, serve)
	}
}

// within serves a request to its contract and group, as things are now.
func (s *Simulator) within(c *call, p *property, serve server) *answer {
	if a := c.owned(p); a != nil {
		return a
	}
	p.advance(c.sim)
	return serve(s, c, p)
}

// atVersion makes a server of what needs a version, whose etag every good answer carries.
func atVersion(serve func(*Simulator, *call, *property, *Version) *answer) server {
	return func(s *Simulator, c *call, p *property) *answer {
		number, err := strconv.Atoi(c.route.version)
		if err != nil || number < 1 {
			return c.badRequest("The version must be a number of at least 1.")
		}
		v := p.version(number)
		if v == nil {
			return c.notFound("version " + c.route.version + " of " + p.called())
		}
		a := serve(s, c, p, v)
		if a.status == http.StatusOK {
			a.header.Set("ETag", `"`+p.etag(v)+`"`)
		}
		return a
	}
}
