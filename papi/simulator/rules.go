package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/papi/simulator/internal/jsonpatch"
)

// rule is a node of a rule tree, with the members that the simulator reads. Others are kept as they are.
type rule struct {
	Name      *string    `json:"name"`
	Behaviors []behavior `json:"behaviors"`
	Criteria  []behavior `json:"criteria"`
	Children  []rule     `json:"children"`
}

// behavior is a behavior or a criterion.
type behavior struct {
	Name    *string        `json:"name"`
	Options map[string]any `json:"options"`
}

// number reads an option that is a number, or an object with a number as its id.
func (b behavior) number(option string) (int, bool) {
	value := b.Options[option]
	if object, ok := value.(map[string]any); ok {
		value = object["id"]
	}
	switch v := value.(type) {
	case float64:
		return int(v), true
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil
	}
	return 0, false
}

func (b behavior) is(name string) bool { return b.Name != nil && *b.Name == name }

// each visits the node and everything below it, with its location.
func (r *rule) each(at string, depth int, visit func(r *rule, at string, depth int)) {
	visit(r, at, depth)
	for i := range r.Children {
		r.Children[i].each(fmt.Sprintf("%s/children/%d", at, i), depth+1, visit)
	}
}

// measure counts the behaviors and criteria of a tree, and returns its depth.
func measure(tree json.RawMessage) (size, nested int) {
	var root rule
	if json.Unmarshal(tree, &root) != nil {
		return 0, 0
	}
	root.each("", 1, func(r *rule, _ string, depth int) {
		size += len(r.Behaviors) + len(r.Criteria)
		nested = max(nested, depth)
	})
	return size, nested
}

// shape returns the first mistake for which PAPI refuses to save a tree; empty if there is none.
func (r *rule) shape() (at, fault string) {
	r.each("#/rules", 1, func(r *rule, here string, _ int) {
		for kind, list := range map[string][]behavior{"behaviors": r.Behaviors, "criteria": r.Criteria} {
			for i, b := range list {
				if b.Name == nil || *b.Name == "" || b.Options == nil {
					at, fault = fmt.Sprintf("%s/%s/%d", here, kind, i), "The members name and options are required."
				}
			}
		}
		if r.Name == nil || *r.Name == "" {
			at, fault = here, "The member name is required."
		}
	})
	return at, fault
}

const longestCaching = 365 * day

// judge returns the errors and warnings of a tree.
func (s *Simulator) judge(p *property, root *rule) (errors, warnings []Message) {
	say := func(into *[]Message, kind, title, at, detail string) {
		*into = append(*into, Message{Type: "validation/" + kind, Title: title, Location: at, Detail: detail})
	}
	size, hasCPCode := 0, false
	root.each("#/rules", 1, func(r *rule, at string, depth int) {
		size += len(r.Behaviors) + len(r.Criteria)
		if depth == nestedRules+1 {
			say(&errors, "too-deep", "Too many levels", at, fmt.Sprintf("Rules may be nested %d levels deep.", nestedRules))
		}
		for i, b := range r.Behaviors {
			here := fmt.Sprintf("%s/behaviors/%d", at, i)
			switch id, _ := b.number("id"); {
			case b.is("include") && s.include(strconv.Itoa(id)) == nil:
				say(&errors, "unknown-include", "Unknown include", here, "There is no such include.")
			case b.is("include") && p.includeType != "":
				say(&errors, "nested-include", "Include in an include", here, "An include can't have another one.")
			case b.is("caching") && caches(b) > longestCaching:
				say(&warnings, "long-cache-time", "Long cache time", here, "The cache time is over a year.")
			case b.is("cpCode"):
				hasCPCode = true
				if id, ok := b.number("value"); ok && s.cpcode(strconv.Itoa(id)) == nil {
					say(&warnings, "unknown-cpcode", "Unknown CP code", here, "The CP code "+strconv.Itoa(id)+" is not one of this account.")
				}
			}
		}
	})
	if size > elementsPerProperty {
		say(&errors, "too-many-elements", "Too many elements", "#/rules", fmt.Sprintf("A tree may have %d behaviors and criteria.", elementsPerProperty))
	}
	if p.includeType == "" && !slices.ContainsFunc(root.Behaviors, func(b behavior) bool { return b.is("origin") }) {
		say(&errors, "missing-origin", "Missing origin", "#/rules/behaviors", "The default rule has no origin server.")
	}
	if p.includeType == "" && !hasCPCode {
		say(&warnings, "missing-cpcode", "Missing CP code", "#/rules/behaviors", "No rule has a CP code: its traffic is in no report.")
	}
	return errors, warnings
}

// caches returns the maximum age that a caching behavior sets.
func caches(b behavior) time.Duration {
	ttl, _ := b.Options["ttl"].(string)
	d, ok := isoDuration("PT" + strings.ToUpper(ttl))
	if !ok {
		d, _ = isoDuration("P" + strings.ToUpper(ttl))
	}
	return d
}

// setRules replaces the rule tree of a version.
func (s *Simulator) setRules(c *call, p *property, v *Version) *answer {
	var body map[string]json.RawMessage
	if a := c.decode(&body); a != nil {
		return a
	}
	format, ok := c.formatAsked(c.r.Header.Get("Content-Type"))
	if !ok {
		return c.problem(http.StatusUnsupportedMediaType, "http/unsupported-media-type", "Unsupported Media Type", "There is no such rule format. GET /rule-formats lists them.")
	}
	written := *v
	written.RuleFormat = cmp.Or(format, v.RuleFormat)
	if comments, ok := body["comments"]; ok {
		if err := json.Unmarshal(comments, &written.Note); err != nil {
			return c.schemaInvalid("#/comments", "The comments must be a string.")
		}
	}
	return s.writeRules(c, p, v, written, body["rules"])
}

// patchRules applies a JSON Patch to the rule tree of a version.
func (s *Simulator) patchRules(c *call, p *property, v *Version) *answer {
	var operations []jsonpatch.Operation
	if a := c.decode(&operations); a != nil {
		return a
	}
	tree, err := patched(v.tree(), operations)
	if err != nil {
		return c.invalidPatch(err)
	}
	return s.writeRules(c, p, v, *v, tree)
}

// patched applies operations, whose paths begin with /rules, to a rule tree.
func patched(tree json.RawMessage, operations []jsonpatch.Operation) (json.RawMessage, error) {
	var rules any
	if err := json.Unmarshal(tree, &rules); err != nil {
		return nil, err
	}
	doc, err := jsonpatch.Apply(map[string]any{"rules": rules}, operations)
	if err != nil {
		return nil, err
	}
	whole, _ := doc.(map[string]any)
	if len(whole) != 1 || whole["rules"] == nil {
		return nil, errors.New("nothing but rules can be in it")
	}
	return marshal(whole["rules"]), nil
}

func (c *call) invalidPatch(err error) *answer {
	return c.problem(http.StatusBadRequest, "json-patch-invalid", "Invalid JSON Patch", "The patch can't be applied: "+err.Error()+".")
}

// writeRules sets v to written with the given tree, unless the request is a dry run.
func (s *Simulator) writeRules(c *call, p *property, v *Version, written Version, tree json.RawMessage) *answer {
	q, a := c.rulesQuery()
	if a != nil {
		return a
	}
	for _, check := range []func(*property, *Version) *answer{c.editable, c.unchanged} {
		if a := check(p, v); a != nil {
			return a
		}
	}
	if a := s.judged(c, p, &written, tree); a != nil {
		return a
	}
	if !q.dryRun {
		written.touched(c)
		*v = written
	}
	return c.rulesAnswer(p, &written, q, "")
}

// judged sets the version's tree with its errors and warnings, or returns why the tree is refused.
func (s *Simulator) judged(c *call, p *property, v *Version, tree json.RawMessage) *answer {
	var members map[string]json.RawMessage
	if json.Unmarshal(tree, &members) != nil || members == nil {
		return c.schemaInvalid("#/rules", "An object is required.")
	}
	var root rule
	if err := json.Unmarshal(tree, &root); err != nil {
		return c.schemaInvalid("#/rules", err.Error())
	}
	if at, fault := root.shape(); fault != "" {
		return c.schemaInvalid(at, fault)
	}
	for _, name := range []string{"behaviors", "children"} { // answers always have them
		if text := string(members[name]); text == "" || text == "null" {
			members[name] = json.RawMessage("[]")
		}
	}
	if _, ok := members["options"]; !ok {
		members["options"] = json.RawMessage("{}")
	}
	v.RuleTree = marshal(maps.Clone(members))
	v.Errors, v.Warnings = s.judge(p, &root)
	return nil
}

// touched records that the version was changed now.
func (v *Version) touched(c *call) {
	v.UpdatedBy, v.Updated = apiUser, c.sim
	v.edits++
}
