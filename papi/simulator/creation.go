package simulator

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
)

// Limits that PAPI states in the answer to a creation.
const (
	propertiesPerContract = 10000
	includesPerContract   = 500
)

// origin is the version from which a new property or include is created.
type origin struct {
	PropertyID           idText `json:"propertyId,omitempty"`
	IncludeID            idText `json:"includeId,omitempty"`
	Version              int    `json:"version"`
	CloneFromVersionEtag string `json:"cloneFromVersionEtag"`
	CopyHostnames        bool   `json:"copyHostnames"`
}

// propertyCreation is the body of a POST of a property.
type propertyCreation struct {
	PropertyName      string  `json:"propertyName"`
	ProductID         string  `json:"productId"`
	RuleFormat        string  `json:"ruleFormat"`
	CloneFrom         *origin `json:"cloneFrom"`
	UseHostnameBucket bool    `json:"useHostnameBucket"`
}

// includeCreation is the body of a POST of an include.
type includeCreation struct {
	IncludeName string  `json:"includeName"`
	IncludeType string  `json:"includeType"`
	ProductID   string  `json:"productId"`
	RuleFormat  string  `json:"ruleFormat"`
	CloneFrom   *origin `json:"cloneFrom"`
}

// emptyTree is the rule tree of what was created from nothing.
const emptyTree = `{"behaviors":[],"children":[],"comments":"The behaviors in the Default Rule apply to all requests for the property hostname(s) unless another rule overrides the Default Rule settings.","name":"default","options":{}}`

func (s *Simulator) createProperty(c *call, pair Pair) *answer {
	var wanted propertyCreation
	if a := c.decode(&wanted); a != nil {
		return a
	}
	if !regexp.MustCompile(`^[A-Za-z0-9._-]{1,85}$`).MatchString(wanted.PropertyName) {
		return c.schemaInvalid("#/propertyName", "A name of letters, digits, dots, dashes and underscores is required.")
	}
	p := newProperty(Property{Name: wanted.PropertyName, Pairs: []Pair{pair}, Bucket: wanted.UseHostnameBucket}, "")
	var from *property
	if o := wanted.CloneFrom; o != nil {
		from = s.property(o.PropertyID.bare("prp_"))
	}
	if a := s.create(c, &s.properties, p, wanted.ProductID, wanted.RuleFormat, wanted.CloneFrom, from); a != nil {
		return a
	}
	s.addProperty(p, nil)
	a := c.made("propertyLink", "properties/"+c.id("prp_", p.id), pair)
	a.limit("X-Limit-Properties-Per-Contract", propertiesPerContract, len(s.properties.all))
	return a
}

func (s *Simulator) createInclude(c *call, pair Pair) *answer {
	var wanted includeCreation
	if a := c.decode(&wanted); a != nil {
		return a
	}
	if wanted.IncludeName == "" {
		return c.schemaInvalid("#/includeName", "The member is required.")
	}
	if wanted.IncludeType != Microservices && wanted.IncludeType != CommonSettings {
		return c.schemaInvalid("#/includeType", "The value must be MICROSERVICES or COMMON_SETTINGS.")
	}
	p := newProperty(Property{Name: wanted.IncludeName, Pairs: []Pair{pair}}, "")
	p.includeType = wanted.IncludeType
	var from *property
	if o := wanted.CloneFrom; o != nil {
		from = s.include(o.IncludeID.bare("inc_"))
	}
	if a := s.create(c, &s.includes, p, wanted.ProductID, wanted.RuleFormat, wanted.CloneFrom, from); a != nil {
		return a
	}
	s.includes.add(p)
	s.belongsTo(p.pairs)
	a := c.made("includeLink", "includes/"+c.id("inc_", p.id), pair)
	a.limit("X-Limit-Includes-Per-Contract", includesPerContract, len(s.includes.all))
	return a
}

// create gives p its id and its first version, or returns why it cannot be created.
func (s *Simulator) create(c *call, among *shelf, p *property, product, format string, o *origin, from *property) *answer {
	bare, a := c.product(product)
	if a != nil {
		return a
	}
	format, ok := resolveFormat(cmp.Or(format, s.settings.RuleFormat))
	if !ok {
		return c.schemaInvalid("#/ruleFormat", "There is no such rule format. GET /rule-formats lists them.")
	}
	if among.names[p.name] != nil {
		return c.problem(http.StatusBadRequest, "property/name-exists", "Name exists", "The name `"+p.name+"` is taken.")
	}
	first := Version{Number: 1, UpdatedBy: apiUser, Updated: c.sim, Product: bare, RuleFormat: format}
	if o == nil {
		if a := s.judged(c, p, &first, []byte(emptyTree)); a != nil {
			return a
		}
	} else if a := c.clone(&first, o, from); a != nil {
		return a
	}
	p.id, p.versions = s.newID(), []Version{first}
	return nil
}

// clone copies the rules and, if requested, the hostnames.
func (c *call) clone(first *Version, o *origin, from *property) *answer {
	if from == nil {
		return c.notFound("what the new one is to be made of")
	}
	base := from.version(o.Version)
	switch {
	case base == nil:
		return c.notFound("the version that the new one is to be made of")
	case o.CloneFromVersionEtag != "" && o.CloneFromVersionEtag != from.etag(base):
		return c.etagConflict()
	}
	first.RuleTree, first.Rules, first.Errors, first.Warnings = base.RuleTree, base.Rules, base.Errors, base.Warnings
	if o.CopyHostnames {
		first.Hostnames = slices.Clone(base.Hostnames)
	}
	return nil
}

// remove deletes a property that is not active anywhere. PAPI answers 500 for one that is.
func (s *Simulator) remove(c *call, p *property) *answer {
	for _, network := range []Network{Staging, Production} {
		if p.active(network) != nil || p.running(network) != nil || p.changing(network) {
			return c.problem(http.StatusInternalServerError, "property/active-version", "Can't be deleted",
				"A version is active, or on its way. Deactivate it first.")
		}
	}
	if p.includeType != "" {
		s.includes.remove(p)
	} else {
		s.properties.remove(p)
	}
	return jsonAnswer(http.StatusOK, map[string]string{"message": "Deletion Successful."})
}
