package simulator

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// Limits that PAPI states with rules.
const (
	elementsPerProperty = 1500
	nestedRules         = 6
)

// limit sets the two headers of a resource limit.
func (a *answer) limit(name string, limit, used int) {
	a.header.Set(name+"-Limit", strconv.Itoa(limit))
	a.header.Set(name+"-Remaining", strconv.Itoa(limit-used))
}

// tree returns the version's rules: those that were set, or a small tree that differs for each version.
func (v *Version) tree() json.RawMessage {
	if v.RuleTree != nil {
		return v.RuleTree
	}
	return marshal(wireRule{
		Name: "default", Children: []wireRule{}, Options: json.RawMessage(`{"is_secure":true}`),
		Behaviors: []wireBehavior{
			{Name: "origin", Options: map[string]any{"hostname": "origin.example.com", "originType": "CUSTOMER"}},
			{Name: "cpCode", Options: map[string]any{"value": map[string]any{"id": firstCPCode}}},
			{Name: "modifyOutgoingResponseHeader", Options: map[string]any{"customHeaderName": "X-Rules", "headerValue": v.Rules}},
		},
	})
}

// rulesQuery is the query of a request about rules.
type rulesQuery struct{ validate, dryRun bool }

func (c *call) rulesQuery() (q rulesQuery, a *answer) {
	if mode := c.query.Get("validateMode"); mode != "" && mode != "full" && mode != "fast" {
		return q, c.badRequest("The validateMode parameter must be full or fast.")
	}
	q.validate = true
	for name, into := range map[string]*bool{"validateRules": &q.validate, "dryRun": &q.dryRun} {
		text := c.query.Get(name)
		if text == "" {
			continue
		}
		var err error
		if *into, err = strconv.ParseBool(text); err != nil {
			return q, c.badRequest("The " + name + " parameter must be true or false.")
		}
	}
	return q, nil
}

// showRules returns the tree with its errors and warnings, unless validateRules=false.
func (s *Simulator) showRules(c *call, p *property, v *Version) *answer {
	q, a := c.rulesQuery()
	if a != nil {
		return a
	}
	format, ok := c.formatAsked(c.r.Header.Get("Accept"))
	if !ok {
		return c.problem(http.StatusNotAcceptable, "http/not-acceptable", "Not Acceptable", "There is no such rule format. GET /rule-formats lists them.")
	}
	if c.r.Method == http.MethodHead {
		return newAnswer(http.StatusNoContent, "", nil)
	}
	return c.rulesAnswer(p, v, q, format)
}

// rulesAnswer shows the rules in the given format; empty means the version's own.
func (c *call) rulesAnswer(p *property, v *Version, q rulesQuery, format string) *answer {
	tree := ruleTree{owner: c.owner(p), Etag: p.etag(v), RuleFormat: v.RuleFormat, Rules: v.tree()}
	if format != "" {
		tree.RuleFormat = format
	}
	if v.RuleTree != nil {
		tree.Comments = v.Note
	}
	if q.validate {
		tree.Errors, tree.Warnings = wireMessages(v.Errors), wireMessages(v.Warnings)
	}
	size, nested := measure(tree.Rules)
	if p.includeType != "" {
		tree.IncludeID, tree.IncludeName = c.id("inc_", p.id), p.name
		tree.IncludeType, tree.IncludeVersion = p.includeType, v.Number
	} else {
		tree.PropertyID, tree.PropertyVersion = c.id("prp_", p.id), v.Number
	}
	a := jsonAnswer(http.StatusOK, tree)
	if format != "" {
		a.header.Set("Content-Type", "application/vnd.akamai.papirules."+format+"+json")
	}
	a.limit("X-Limit-Elements-Per-Property", elementsPerProperty, size)
	a.limit("X-Limit-Max-Nested-Rules", nestedRules, nested)
	if p.includeType != "" {
		a.limit("X-Limit-Elements-Per-Include", elementsPerProperty, size)
		a.limit("X-Limit-Max-Nested-Rules-Per-Include", nestedRules, nested)
	}
	return a
}

// formatAsked returns the rule format that a media type names; empty if it names none.
func (c *call) formatAsked(media string) (format string, ok bool) {
	found := regexp.MustCompile(`application/vnd\.akamai\.papirules\.([\w-]+)\+json`).FindStringSubmatch(media)
	if found == nil {
		return "", true
	}
	return resolveFormat(found[1])
}

// resolveFormat replaces latest by the newest dated format, and reports whether the format exists.
func resolveFormat(format string) (string, bool) {
	if format == "latest" {
		return ruleFormat, true
	}
	return format, slices.Contains(ruleFormats(), format)
}

func wireMessages(messages []Message) []wireMessage {
	var list []wireMessage
	for _, m := range messages {
		list = append(list, wireMessage{
			Type: messageType(m), Title: m.Title, Detail: m.Detail, ErrorLocation: m.Location,
		})
	}
	return list
}

func messageType(m Message) string { return problemBase + "papi/v0/" + m.Type }

// messageProblems converts messages to the form that the answer to a submission has.
func messageProblems(messages []Message) []problem {
	var list []problem
	for _, m := range messages {
		list = append(list, problem{
			Type: messageType(m), Title: m.Title, Detail: m.Detail, MessageID: m.ID(), ErrorLocation: m.Location,
		})
	}
	return list
}
