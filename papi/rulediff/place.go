package rulediff

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
)

// Place is where something is in a rule tree.
type Place struct {
	Path []string `json:"path"` // the names of the rules that lead to it, the default rule first
	Part Part     `json:"part"` // what it is about: the rule itself, or something in it
	Name string   `json:"name,omitempty"`
}

// Locate finds what a location of PAPI's names, such as the member errorLocation of a warning:
// "#/rules/children/1/behaviors/0/options/ttl". It reports false for one that is not in the tree.
func Locate(rules json.RawMessage, location string) (Place, bool) {
	steps := strings.Split(strings.TrimPrefix(strings.TrimPrefix(location, "#"), "/"), "/")
	if len(steps) == 0 || steps[0] != "rules" || !gjson.ValidBytes(rules) {
		return Place{}, false
	}
	at := gjson.ParseBytes(rules)
	place := Place{Path: []string{at.Get("name").String()}, Part: Rule}
	for i := 1; i+1 < len(steps) && i < 2*maxDepth; i += 2 {
		list := at.Get(gjson.Escape(steps[i]))
		if !list.IsArray() {
			break
		}
		one := list.Get(gjson.Escape(steps[i+1]))
		if !one.IsObject() {
			return Place{}, false
		}
		name := one.Get("name").String()
		if steps[i] == "children" {
			at, place.Path = one, append(place.Path, name)
			continue
		}
		for _, l := range listMembers() {
			if l.key == steps[i] {
				place.Part, place.Name = l.part, name
			}
		}
		break
	}
	return place, true
}
