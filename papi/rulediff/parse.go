package rulediff

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// Everything that was parsed is a part of the text that it was parsed from, so a large tree is not copied.

// rule is a rule of a tree.
type rule struct {
	item

	members  []member // all but the name and the lists
	lists    [3]list  // criteria, behaviors, variables
	children []*rule
	has      bool // it has the member children
}

// list is a list of a rule.
type list struct {
	has   bool // the rule has it
	items []item
}

// item is an element of a list.
type item struct {
	name, raw string
	of        *rule // the rule that it is; nil for other elements
}

// substance stands for what a rule is made of, whatever its name. It reports false for what is not a rule, and for a
// rule with nothing in it.
func (one item) substance() (sum [sha256.Size]byte, ok bool) {
	r := one.of
	if r == nil || len(r.lists[0].items)+len(r.lists[1].items)+len(r.children) == 0 {
		return sum, false
	}
	h := sha256.New()
	for _, list := range [][]item{r.lists[0].items, r.lists[1].items, r.lists[2].items, itemsOf(r.children)} {
		for _, element := range list {
			_, _ = io.WriteString(h, element.raw+"\n")
		}
		_, _ = h.Write([]byte{0}) // which is not in JSON
	}
	return [sha256.Size]byte(h.Sum(nil)), true
}

// sensitive reports whether a variable says of itself that its value is not for everybody.
func (one item) sensitive() bool {
	return gjson.Get(one.raw, "sensitive").Bool() || gjson.Get(one.raw, "hidden").Bool()
}

// member is a member of an object.
type member struct{ key, raw string }

// listMembers are the lists of a rule, with what is in them.
func listMembers() [3]struct {
	key  string
	part Part
} {
	return [...]struct {
		key  string
		part Part
	}{{"criteria", Criterion}, {"behaviors", Behavior}, {"variables", Variable}}
}

func parse(raw json.RawMessage) (*rule, error) {
	if !json.Valid(raw) { // gjson takes everything
		return nil, errNoJSON
	}
	return parseRule(gjson.ParseBytes(raw), 0)
}

func parseRule(v gjson.Result, depth int) (*rule, error) {
	if depth > maxDepth {
		return nil, ErrTooDeep
	}
	if !v.IsObject() {
		return nil, errNoRule
	}
	r := &rule{item: item{raw: v.Raw}}
	var err error
	v.ForEach(func(key, value gjson.Result) bool {
		switch k := key.String(); k {
		case "name":
			r.name = value.String()
			r.members = append(r.members, member{k, value.Raw})
		case "children":
			if !value.IsArray() {
				err = errNoList
				return false
			}
			r.has, r.children = true, nil
			value.ForEach(func(_, child gjson.Result) bool {
				var below *rule
				if below, err = parseRule(child, depth+1); err == nil {
					r.children = append(r.children, below)
				}
				return err == nil
			})
		default:
			err = r.take(k, value)
		}
		return err == nil
	})
	return r, err
}

// take takes a member that is no rule.
func (r *rule) take(key string, value gjson.Result) error {
	for i, l := range listMembers() {
		if key != l.key {
			continue
		}
		if !value.IsArray() {
			return errNoList
		}
		r.lists[i] = list{has: true}
		value.ForEach(func(_, one gjson.Result) bool {
			r.lists[i].items = append(r.lists[i].items, item{name: one.Get("name").String(), raw: one.Raw})
			return true
		})
		return nil
	}
	r.members = append(r.members, member{key, value.Raw})
	return nil
}

// byKey returns the members as they are written. The last one of a name counts.
func (r *rule) byKey() map[string]string {
	all := make(map[string]string, len(r.members))
	for _, m := range r.members {
		all[m.key] = m.raw
	}
	return all
}

// outline says what a rule is made of, without its content.
func (r *rule) outline() json.RawMessage {
	var o struct {
		Criteria  []string `json:"criteria"`
		Behaviors []string `json:"behaviors"`
		Rules     int      `json:"rules"` // at all depths below it
	}
	o.Criteria, o.Behaviors, o.Rules = names(r.lists[0].items), names(r.lists[1].items), r.below()
	data, _ := json.Marshal(o) // strings and a number always can be
	return data
}

func (r *rule) below() int {
	n := len(r.children)
	for _, c := range r.children {
		n += c.below()
	}
	return n
}

func names(items []item) []string {
	all := make([]string, 0, len(items))
	for _, one := range items {
		all = append(all, one.name)
	}
	return all
}

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
