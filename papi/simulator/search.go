package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// search finds versions by exactly one of four values. The name of a property or an include returns its latest
// version and the active ones; a hostname or an edge hostname returns active versions only. Without a match the
// list is empty.
func (s *Simulator) search(c *call) *answer {
	var body map[string]string
	if err := json.Unmarshal(c.body, &body); err != nil || len(body) != 1 {
		return c.schemaInvalid("#/", "The body must be an object with exactly one string.")
	}
	found := []wireFound{}
	for key, value := range body {
		for _, p := range slices.Concat(s.properties.all, s.includes.all) {
			p.advance(c.sim)
			switch key {
			case "propertyName", "includeName":
				if p.name == value && (p.includeType != "") == (key == "includeName") {
					found = append(found, c.foundByName(p)...)
				}
			case "hostname", "edgeHostname":
				found = append(found, c.foundByHostname(p, key, value)...)
			default:
				return c.schemaInvalid("#/"+key, "There is no search by this member.")
			}
		}
	}
	return jsonAnswer(http.StatusOK, searchResult{items[wireFound]{found}})
}

// activeVersions returns the numbers of the active versions, without repeats.
func (p *property) activeVersions() []int {
	var numbers []int
	for _, network := range []Network{Staging, Production} {
		if a := p.active(network); a != nil && !slices.Contains(numbers, a.Version) {
			numbers = append(numbers, a.Version)
		}
	}
	return numbers
}

func (c *call) foundByName(p *property) []wireFound {
	numbers := p.activeVersions()
	if latest := p.latest(); latest != nil && !slices.Contains(numbers, latest.Number) {
		numbers = append(numbers, latest.Number)
	}
	var found []wireFound
	for _, number := range numbers {
		if v := p.version(number); v != nil {
			found = append(found, c.wireFound(p, v))
		}
	}
	return found
}

// foundByHostname has a row for each hostname and each active version that serves it.
func (c *call) foundByHostname(p *property, key, value string) []wireFound {
	var found []wireFound
	for _, network := range []Network{Staging, Production} {
		a := p.active(network)
		if a == nil || p.version(a.Version) == nil {
			continue
		}
		for _, h := range p.serving(network) {
			if key == "hostname" && strings.EqualFold(h.Name, value) || key == "edgeHostname" && strings.EqualFold(h.edge(), value) {
				row := c.wireFound(p, p.version(a.Version))
				row.Hostname, row.EdgeHostname = h.Name, h.edge()
				if !slices.Contains(found, row) {
					found = append(found, row)
				}
			}
		}
	}
	return found
}

func (c *call) wireFound(p *property, v *Version) wireFound {
	w := wireFound{
		owner: c.owner(p), AssetID: c.id("aid_", p.id),
		ProductionStatus: p.versionStatus(v.Number, Production), StagingStatus: p.versionStatus(v.Number, Staging),
		UpdatedByUser: v.UpdatedBy, UpdatedDate: c.stamp(v.Updated),
	}
	if p.includeType != "" {
		w.IncludeID, w.IncludeName = c.id("inc_", p.id), p.name
		w.IncludeType, w.IncludeVersion = p.includeType, v.Number
	} else {
		w.PropertyID, w.PropertyName, w.PropertyVersion = c.id("prp_", p.id), p.name, v.Number
	}
	return w
}
