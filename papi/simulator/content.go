package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Limits that PAPI shows with rules.
const (
	elementsPerProperty = 1500
	nestedRules         = 6
)

// limit sets the two headers of a resource limit.
func (a *answer) limit(name string, limit, used int) {
	a.header.Set(name+"-Limit", strconv.Itoa(limit))
	a.header.Set(name+"-Remaining", strconv.Itoa(limit-used))
}

// showRules shows a small tree with the version's errors and warnings. They are left
// out with validateRules=false.
func (s *Simulator) showRules(c *call, p *property, v *Version) *answer {
	if mode := c.query.Get("validateMode"); mode != "" && mode != "full" && mode != "fast" {
		return c.badRequest("The validateMode parameter must be full or fast.")
	}
	validate := true
	if text := c.query.Get("validateRules"); text != "" {
		var err error
		if validate, err = strconv.ParseBool(text); err != nil {
			return c.badRequest("The validateRules parameter must be true or false.")
		}
	}
	tree := ruleTree{
		owner: c.owner(p), Etag: p.etag(v), RuleFormat: ruleFormat,
		Rules: wireRule{
			Name: "default", Children: []wireRule{}, Options: json.RawMessage(`{"is_secure":true}`),
			Behaviors: []wireBehavior{
				{Name: "origin", Options: map[string]any{"hostname": "origin.example.com", "originType": "CUSTOMER"}},
				{Name: "cpCode", Options: map[string]any{"value": map[string]any{"id": 10001}}},
				{Name: "modifyOutgoingResponseHeader", Options: map[string]any{"customHeaderName": "X-Rules", "headerValue": v.Rules}},
			},
		},
	}
	if validate {
		tree.Errors, tree.Warnings = wireMessages(v.Errors), wireMessages(v.Warnings)
	}
	if p.includeType != "" {
		tree.IncludeID, tree.IncludeName = c.id("inc_", p.id), p.name
		tree.IncludeType, tree.IncludeVersion = p.includeType, v.Number
		return jsonAnswer(http.StatusOK, tree)
	}
	tree.PropertyID, tree.PropertyVersion = c.id("prp_", p.id), v.Number
	a := jsonAnswer(http.StatusOK, tree)
	a.limit("X-Limit-Elements-Per-Property", elementsPerProperty, len(tree.Rules.Behaviors))
	a.limit("X-Limit-Max-Nested-Rules", nestedRules, 1)
	return a
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

// messageProblems spells messages as the answer to a submission does.
func messageProblems(messages []Message) []problem {
	var list []problem
	for _, m := range messages {
		list = append(list, problem{
			Type: messageType(m), Title: m.Title, Detail: m.Detail, MessageID: m.ID(), ErrorLocation: m.Location,
		})
	}
	return list
}
