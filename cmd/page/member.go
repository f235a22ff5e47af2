package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/text"
)

// Members of the document without a section of their own are shown generically, so that a new member appears on
// the page without a change here.

// member is a member of a JSON object. Its value is nil, a bool, a string, a json.Number, []any or []member.
type member struct {
	name  string
	value any
}

// shownElsewhere reports whether a member has a section of its own.
func shownElsewhere(name string) bool {
	return slices.Contains([]string{
		"type", "schemaVersion", "command", "outcome", "exitCode", "property", "version", "network", "activation", "submitted", "adopted",
		"blockedBy", "budget", "waitedSeconds", "requests", "error", "include", "results",
		"properties", "includes", "history", "usual", "hostnames", "rollout",
	}, name)
}

// otherMembers returns sections for the remaining members. Of several networks each has its own.
func otherMembers(d *result.Document) (node, error) {
	var all []node
	for _, one := range networksOf(d) {
		about := ""
		if one != d && one.Network != nil {
			about = " on " + result.NetworkName(*one.Network)
		}
		if diff := diffOf(one); diff != nil {
			all = append(all, part("What changes"+about, diffNode(diff)))
		}
		members, err := membersOf(one)
		if err != nil {
			return node{}, err
		}
		for _, m := range members {
			if !shownElsewhere(m.name) {
				all = append(all, part(memberTitle(m.name)+about, valueNode(m.value, true)))
			}
		}
	}
	kept, left := within(2*mostOfList, all)
	return several(several(kept...), leftOut(left)), nil
}

func diffOf(d *result.Document) *result.Diff {
	if d.Plan != nil {
		return d.Plan.Diff
	}
	return d.Diff
}

// diffNode shows the lines of a diff.
func diffNode(d *result.Diff) node {
	lines := []node{el("li", "", written(d.Summary()))}
	for _, line := range text.DiffLines(d) {
		lines = append(lines, el("li", "", el("code", "", written(line.Text))))
	}
	kept, left := within(mostOfList, lines)
	return several(el("ul", "plain", kept...), leftOut(left))
}

// membersOf encodes a document and reads it back as members.
func membersOf(d *result.Document) ([]member, error) {
	rest := *d
	rest.Diff = nil // shown as lines, without values that look like secrets
	if rest.Plan != nil {
		plan := *rest.Plan
		plan.Diff, rest.Plan = nil, &plan
	}
	rest.Properties, rest.Includes, rest.History, rest.Hostnames, rest.Results, rest.Rollout = nil, nil, nil, nil, nil, nil // these may be long
	data, err := result.EncodeJSON(&rest, false)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	value, err := readValue(decoder)
	members, _ := value.([]member)
	return members, err
}

// readValue reads the next value, keeping the order of members.
func readValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		members := []member{}
		for decoder.More() {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			value, err := readValue(decoder)
			if err != nil {
				return nil, err
			}
			members = append(members, member{fmt.Sprint(name), value})
		}
		_, err = decoder.Token()
		return members, err
	case json.Delim('['):
		items := []any{}
		for decoder.More() {
			item, err := readValue(decoder)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		_, err = decoder.Token()
		return items, err
	}
	return token, nil
}

// valueNode shows a value. At the top level a list of objects is a table.
func valueNode(v any, top bool) node {
	switch v := v.(type) {
	case nil:
		return node{}
	case bool:
		return written(map[bool]string{true: "yes", false: "no"}[v])
	case string:
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			return instantNode(t)
		}
		return written(v)
	case []member:
		var all []node
		for _, m := range v {
			all = append(all, named(memberTitle(m.name), valueNode(m.value, false)))
		}
		return rows(all...)
	case []any:
		return listNode(v, top)
	}
	return written(fmt.Sprint(v)) // a number
}

func listNode(items []any, top bool) node {
	columns := columnsOf(items)
	if top && len(columns) > 0 && len(columns) <= mostColumns {
		g := &grid{label: "a list", most: mostOfList}
		for _, c := range columns {
			g.columns = append(g.columns, memberTitle(c))
		}
		for _, item := range items {
			members, _ := item.([]member)
			cells := make([]node, len(columns))
			for _, m := range members {
				cells[slices.Index(columns, m.name)] = valueNode(m.value, false)
			}
			g.row("", cells...)
		}
		return g.node()
	}
	var all []node
	for _, item := range items {
		if n := valueNode(item, false); !n.isEmpty() {
			all = append(all, el("li", "", n))
		}
	}
	if len(all) == 0 {
		return node{}
	}
	kept, left := within(mostOfList, all)
	return several(el("ul", "plain", kept...), leftOut(left))
}

// mostColumns is how many columns fit; objects with more members are listed one below the other.
const mostColumns = 8

// columnsOf returns the names of all members in a list of objects; nil for any other list.
func columnsOf(items []any) []string {
	var names []string
	for _, item := range items {
		members, ok := item.([]member)
		if !ok {
			return nil
		}
		for _, m := range members {
			if !slices.Contains(names, m.name) {
				names = append(names, m.name)
			}
		}
	}
	return names
}

// memberTitle is the name of a member for people: usualSeconds becomes Usual seconds.
func memberTitle(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return capital(b.String())
}
