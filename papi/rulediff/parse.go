package rulediff

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// All parsed parts are substrings of the text, so that a large tree is not copied.

// rule is a rule of a tree.
type rule struct {
	item

	members  []member // all except the name and the lists
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
	of        *rule // set if the element is a rule
}

// substance is a hash of a rule's content without its name. ok is false for what is not a rule, and for an
// empty rule.
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
		_, _ = h.Write([]byte{0}) // which does not occur in JSON
	}
	return [sha256.Size]byte(h.Sum(nil)), true
}

// sensitive reports whether a variable is marked as sensitive or hidden.
func (one item) sensitive() bool {
	return gjson.Get(one.raw, "sensitive").Bool() || gjson.Get(one.raw, "hidden").Bool()
}

// member is a member of an object.
type member struct{ key, raw string }

// listMembers returns the lists of a rule and what each contains.
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
	if isNested(raw) { // validation recurses, and a stack that is exhausted ends the process
		return nil, ErrTooDeep
	}
	if !gjson.ValidBytes(raw) { // parsing does not validate
		return nil, errNoJSON
	}
	return parseRule(gjson.ParseBytes(raw), 0)
}

// maxNesting is how deep any value of a tree may be nested, as in encoding/json.
const maxNesting = 10_000

// isNested reports whether values are nested more than maxNesting deep.
func isNested(raw []byte) bool {
	if bytes.Count(raw, []byte("["))+bytes.Count(raw, []byte("{")) <= maxNesting {
		return false
	}
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			if depth++; depth > maxNesting {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
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

// take adds a member other than children.
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

// byKey returns the members as written. The last of several with the same name counts.
func (r *rule) byKey() map[string]string {
	all := make(map[string]string, len(r.members))
	for _, m := range r.members {
		all[m.key] = m.raw
	}
	return all
}

// outline summarises a rule, without its content.
func (r *rule) outline() json.RawMessage {
	var o struct {
		Criteria  []string `json:"criteria"`
		Behaviors []string `json:"behaviors"`
		Rules     int      `json:"rules"` // below it, at all depths
	}
	o.Criteria, o.Behaviors, o.Rules = names(r.lists[0].items), names(r.lists[1].items), r.below()
	data, _ := json.Marshal(o) // strings and a number can always be encoded
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

// Place is a position in a rule tree.
type Place struct {
	Path []string `json:"path"` // names of the rules on the way, the default rule first
	Part Part     `json:"part"` // the rule itself, or a part of it
	Name string   `json:"name,omitempty"`
}

// Locate finds a location as PAPI writes it, such as the errorLocation of a warning:
// "#/rules/children/1/behaviors/0/options/ttl". It reports false if the tree has no such location.
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
