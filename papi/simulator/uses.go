package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// includes returns the bare ids of the includes that a version's rules refer to.
func (v *Version) includes() []string {
	if v.RuleTree == nil {
		return nil
	}
	var root rule
	if json.Unmarshal(v.RuleTree, &root) != nil {
		return nil
	}
	var ids []string
	root.each("", 1, func(r *rule, _ string, _ int) {
		for _, b := range r.Behaviors {
			if id, ok := b.number("id"); ok && b.is("include") && !slices.Contains(ids, strconv.Itoa(id)) {
				ids = append(ids, strconv.Itoa(id))
			}
		}
	})
	return ids
}

// listIncludesOf lists the includes that a version refers to.
func (s *Simulator) listIncludesOf(c *call, _ *property, v *Version) *answer {
	list := includeList{items[wireInclude]{[]wireInclude{}}}
	for _, id := range v.includes() {
		if i := s.include(id); i != nil {
			i.advance(c.sim)
			list.Includes.Items = append(list.Includes.Items, c.wireInclude(i))
		}
	}
	return jsonAnswer(http.StatusOK, list)
}

// listParents lists the properties whose latest or active versions refer to the include.
func (s *Simulator) listParents(c *call, p *property) *answer {
	list := propertyList{items[wireProperty]{[]wireProperty{}}}
	for _, parent := range s.properties.all {
		parent.advance(c.sim)
		numbers := parent.activeVersions()
		if latest := parent.latest(); latest != nil {
			numbers = append(numbers, latest.Number)
		}
		uses := func(number int) bool {
			v := parent.version(number)
			return v != nil && slices.Contains(v.includes(), p.id)
		}
		breaks := func(v Version) bool { return slices.Contains(v.BrokenParents, parent.name) }
		if slices.ContainsFunc(numbers, uses) || slices.ContainsFunc(p.versions, breaks) {
			list.Properties.Items = append(list.Properties.Items, c.wireProperty(parent))
		}
	}
	return jsonAnswer(http.StatusOK, list)
}

// wireExternal is an include that a version could refer to.
type wireExternal struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	IncludeType string `json:"includeType"`
	FileName    string `json:"fileName"`
	ProductName string `json:"productName"`
	RuleFormat  string `json:"ruleFormat"`
}

// listExternal lists what a version's rules may refer to: the includes of its contract and group.
func (s *Simulator) listExternal(c *call, p *property, _ *Version) *answer {
	found := map[string]wireExternal{}
	for _, i := range s.includes.all {
		if latest := i.latest(); latest != nil && slices.ContainsFunc(i.pairs, func(pair Pair) bool { return pair == c.pair(p) }) {
			found[i.id] = wireExternal{c.id("inc_", i.id), i.name, i.includeType, i.name + ".xml", c.id("prd_", latest.Product), latest.RuleFormat}
		}
	}
	return jsonAnswer(http.StatusOK, map[string]any{"externalResources": map[string]any{"include": found}})
}

// showValidation shows what is wrong with a property because of an include.
func (s *Simulator) showValidation(c *call) *answer {
	type object = map[string]any
	for _, i := range s.includes.all {
		i.advance(c.sim)
		a := i.activation(c.named("activation"))
		if a == nil {
			continue
		}
		v := i.version(a.Version)
		messages, result := []object{}, "OK"
		if v != nil && len(v.BrokenParents) > 0 {
			result = "ERROR"
			messages = append(messages, object{
				"autoIgnored": false, "id": "51febc9c4c07cdf89eb4d73f17fef1470071ba1a", "messageId": "disallowed_for_include",
				"severity": "ERROR", "source": "VALIDATION_ENGINE", "userHidden": false, "userSignedOff": false,
				"messageParams": []object{{
					"nodeLocation": "/rules/behaviors/0", "severity": "error", "messageType": "disallowed_for_include", "nodeType": "feature",
					"node":       object{"name": "origin", "uuid": "00000000-0000-4000-8000-000000000001"},
					"parentRule": object{"uuid": "default"},
				}},
			})
		}
		return jsonAnswer(http.StatusOK, object{
			"validationTag": "simulated", "result": result, "messages": messages,
			"stats": object{"numTopLevelChildren": 0, "numBehaviors": 1, "numConditions": 0, "elementsPerInclude": 1},
		})
	}
	return c.notFound("activation " + c.named("activation") + " of an include")
}
