package rulediff

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/wI2L/jsondiff"
)

// place is the position of a part in both trees.
type place struct {
	from, to string // JSON Pointers
	path     []string
}

func (p place) below(key string, from, to int) place {
	return place{p.from + "/" + key + "/" + strconv.Itoa(from), p.to + "/" + key + "/" + strconv.Itoa(to), p.path}
}

func (p place) rule(name string) place {
	p.path = append(slices.Clip(p.path), name)
	return p
}

// comparison is a comparison in progress.
type comparison struct {
	found []found
	patch []Operation
}

// found is a change, with the rule that was added or removed as a whole; nil for other changes.
type found struct {
	Change

	whole *rule
}

func (c *comparison) add(change Change, whole *rule) { c.found = append(c.found, found{change, whole}) }

// rules compares two corresponding rules and everything below them.
func (c *comparison) rules(a, b *rule, at place) error {
	if a.raw == b.raw {
		return nil
	}
	if err := c.members(a, b, at); err != nil {
		return err
	}
	for i, l := range listMembers() {
		if err := c.list(a.lists[i], b.lists[i], l.key, l.part, at); err != nil {
			return err
		}
	}
	return c.children(a, b, at)
}

// members compares the members of a rule other than its lists.
func (c *comparison) members(a, b *rule, at place) error {
	before, after, seen := a.byKey(), b.byKey(), map[string]bool{}
	var values []Value
	for _, m := range slices.Concat(a.members, b.members) {
		key := m.key
		old, now := before[key], after[key]
		if old == now || seen[key] {
			continue
		}
		seen[key] = true
		differing, ops, err := compareValues(old, now, "/"+escape(key), at.to)
		if err != nil {
			return err
		}
		values, c.patch = append(values, differing...), append(c.patch, ops...)
	}
	if len(values) > 0 {
		c.add(Change{Kind: Changed, Part: Rule, Path: at.path, Pointer: at.to, Values: values}, nil)
	}
	return nil
}

// list compares the behaviors, the criteria or the variables of two rules.
func (c *comparison) list(a, b list, key string, part Part, at place) error {
	pointer := at.to + "/" + key
	aligned := align(a.items, b.items)
	whole := c.elements(aligned, pointer, a, b)
	for _, i := range aligned.gone {
		c.add(Change{
			Kind: Removed, Part: part, Path: at.path, Name: a.items[i].name, Pointer: at.below(key, i, 0).from,
			Sensitive: isSensitive(part, a.items[i]), Content: json.RawMessage(a.items[i].raw),
		}, nil)
	}
	for i, one := range b.items {
		was := aligned.from[i]
		here := at.below(key, was, i)
		change := Change{Part: part, Path: at.path, Name: one.name, Pointer: here.to, Sensitive: isSensitive(part, one)}
		if was < 0 {
			change.Kind, change.Content = Added, json.RawMessage(one.raw)
			c.add(change, nil)
			continue
		}
		change.Sensitive = change.Sensitive || isSensitive(part, a.items[was])
		if a.items[was].raw != one.raw {
			values, ops, err := compareValues(a.items[was].raw, one.raw, "", here.to)
			if err != nil {
				return err
			}
			if !whole {
				c.patch = append(c.patch, ops...)
			}
			if change.Kind, change.Values, change.Whole = Changed, values, one.raw; len(values) > 0 {
				c.add(change, nil)
			}
		}
		if aligned.moved[i] {
			c.add(Change{Kind: Moved, Part: part, Path: at.path, Name: one.name, Pointer: here.to}, nil)
		}
	}
	return nil
}

func isSensitive(part Part, one item) bool {
	return part == Variable && one.sensitive()
}

// elements adds the operations that turn the list's elements into those of the second, apart from changes
// within elements; whole reports that the operations include those as well.
func (c *comparison) elements(aligned alignment, pointer string, a, b list) (whole bool) {
	switch {
	case len(a.items)+len(b.items) == 0: // an empty list and an absent one are equal
		return false
	case !b.has:
		c.patch = append(c.patch, Operation{Op: "remove", Path: pointer})
		return false
	case !a.has:
		c.patch = append(c.patch, Operation{Op: "add", Path: pointer, Value: json.RawMessage("[]")})
	}
	ops, whole := aligned.operations(pointer, len(a.items), b.items)
	c.patch = append(c.patch, ops...)
	return whole
}

// children compares the rules below two rules.
func (c *comparison) children(a, b *rule, at place) error {
	pointer := at.to + "/children"
	old, now := itemsOf(a.children), itemsOf(b.children)
	aligned := align(old, now)
	whole := c.elements(aligned, pointer, list{a.has, old}, list{b.has, now})
	for _, i := range aligned.gone {
		r := a.children[i]
		here := at.below("children", i, 0).rule(r.name)
		c.add(Change{Kind: Removed, Part: Rule, Path: here.path, Pointer: here.from, Content: r.outline()}, r)
	}
	for i, r := range b.children {
		was := aligned.from[i]
		here := at.below("children", was, i).rule(r.name)
		if was < 0 {
			c.add(Change{Kind: Added, Part: Rule, Path: here.path, Pointer: here.to, Content: r.outline()}, r)
			continue
		}
		if aligned.moved[i] {
			c.add(Change{Kind: Moved, Part: Rule, Path: here.path, Pointer: here.to}, nil)
		}
		done := len(c.patch)
		if err := c.rules(a.children[was], r, here); err != nil {
			return err
		}
		if whole {
			c.patch = c.patch[:done]
		}
	}
	return nil
}

func itemsOf(rules []*rule) []item {
	all := make([]item, 0, len(rules))
	for _, r := range rules {
		all = append(all, item{r.name, r.raw, r})
	}
	return all
}

// changes returns what was found. A rule that was removed in one place and added unchanged in another is one
// change.
func (c *comparison) changes() []Change {
	removed := map[string][]int{}
	for i, one := range c.found {
		if one.whole != nil && one.Kind == Removed {
			removed[one.whole.raw] = append(removed[one.whole.raw], i)
		}
	}
	moved := map[int]bool{} // removed rules that are reported at their new place
	for i, one := range c.found {
		if one.whole == nil || one.Kind != Added || len(removed[one.whole.raw]) == 0 {
			continue
		}
		from := removed[one.whole.raw][0]
		removed[one.whole.raw] = removed[one.whole.raw][1:]
		moved[from] = true
		c.found[i].Kind, c.found[i].MovedFrom, c.found[i].Content = Moved, c.found[from].Path, nil
	}
	all := make([]Change, 0, len(c.found)-len(moved))
	for i, one := range c.found {
		if !moved[i] {
			all = append(all, one.Change)
		}
	}
	return all
}

// maxSteps bounds the work on the operations of one list; beyond it the list is replaced as a whole.
const maxSteps = 50_000_000

// operations turns one list into the other, apart from changes within elements. whole reports that it replaces
// the list, which includes those changes.
func (a alignment) operations(pointer string, length int, to []item) (ops []Operation, whole bool) {
	at := func(i int) string { return pointer + "/" + strconv.Itoa(i) }
	now := make([]int, 0, length) // the current list, as indexes of the second list
	place := make(map[int]int, len(to))
	for i, old := range a.from {
		place[old] = i
	}
	for i := range length {
		if _, stays := place[i]; stays {
			now = append(now, place[i])
		}
	}
	work := 0
	for i, old := range a.from {
		if old < 0 || a.moved[i] {
			work += len(to)
		}
	}
	if work > maxSteps {
		return []Operation{{Op: "replace", Path: pointer, Value: joined(to)}}, true
	}
	for _, i := range slices.Backward(a.gone) {
		ops = append(ops, Operation{Op: "remove", Path: at(i)})
	}
	for i, one := range to {
		old := a.from[i]
		if old >= 0 && !a.moved[i] {
			continue
		}
		was := slices.Index(now, i)
		if was >= 0 {
			now = slices.Delete(now, was, was+1)
		}
		put := 0
		if i > 0 {
			put = slices.Index(now, i-1) + 1 // which is already in place
		}
		now = slices.Insert(now, put, i)
		switch {
		case was < 0:
			ops = append(ops, Operation{Op: "add", Path: at(put), Value: json.RawMessage(one.raw)})
		case was != put:
			ops = append(ops, Operation{Op: "move", From: at(was), Path: at(put)})
		}
	}
	return ops, false
}

// joined returns the items as a JSON array.
func joined(items []item) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('[')
	for i, one := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(one.raw)
	}
	b.WriteByte(']')
	return b.Bytes()
}

func escape(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

// maxCompared bounds how many pairs of array elements within values are compared to find insertions.
const maxCompared = 1_000_000

// compareValues compares two values; an empty string means that there is none. prefix is the pointer of the
// value within its part, at that of the part in the tree.
func compareValues(old, now, prefix, at string) ([]Value, []Operation, error) {
	raw := func(s string) json.RawMessage {
		if s == "" {
			return nil
		}
		return json.RawMessage(s)
	}
	switch {
	case old == "":
		return []Value{{Pointer: prefix, To: raw(now)}}, []Operation{{Op: "add", Path: at + prefix, Value: raw(now)}}, nil
	case now == "":
		return []Value{{Pointer: prefix, From: raw(old)}}, []Operation{{Op: "remove", Path: at + prefix}}, nil
	}
	options := []jsondiff.Option{jsondiff.UnmarshalFunc(decode), jsondiff.SkipCompact()}
	if (strings.Count(old, ",")+1)*(strings.Count(now, ",")+1) <= maxCompared {
		options = append(options, jsondiff.LCS())
	}
	differing, err := jsondiff.CompareJSON([]byte(old), []byte(now), options...)
	if err != nil {
		return nil, nil, err
	}
	var values []Value
	var ops []Operation
	for _, one := range differing {
		from, to, err := sides(one)
		if err != nil {
			return nil, nil, err
		}
		values = append(values, Value{Pointer: prefix + one.Path, From: from, To: to})
		ops = append(ops, Operation{Op: one.Type, Path: at + prefix + one.Path, Value: to})
	}
	return values, ops, nil
}

// sides returns the values that an operation removes and adds.
func sides(one jsondiff.Operation) (from, to json.RawMessage, err error) {
	if one.Type != jsondiff.OperationAdd {
		if from, err = json.Marshal(one.OldValue); err != nil {
			return nil, nil, err
		}
	}
	if one.Type != jsondiff.OperationRemove {
		to, err = json.Marshal(one.Value)
	}
	return from, to, err
}

// decode keeps numbers as they are written.
func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(into)
}
