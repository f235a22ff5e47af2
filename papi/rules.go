package papi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// RuleTree is a version's rule tree with the result of its validation.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}/rules.
type RuleTree struct {
	Answer          `json:"-"`
	AccountID       ID              `json:"accountId"`
	ContractID      ID              `json:"contractId"`
	GroupID         ID              `json:"groupId"`
	PropertyID      ID              `json:"propertyId"`
	PropertyName    string          `json:"propertyName,omitempty"`
	PropertyVersion int             `json:"propertyVersion"`
	BodyETag        string          `json:"etag"`
	RuleFormat      string          `json:"ruleFormat"`
	Rules           json.RawMessage `json:"rules"`              // as PAPI sent it
	Errors          []Problem       `json:"errors,omitempty"`   // prevent activation
	Warnings        []Problem       `json:"warnings,omitempty"` // must be acknowledged
}

// Rules gets the rule tree of a version and has PAPI validate it, which can take a while for a large one.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}/rules.
func (c *Client) Rules(ctx context.Context, ref PropertyRef, version int) (*RuleTree, error) {
	t := ref.path("versions", strconv.Itoa(version), "rules")
	t.query.Set("validateRules", "true")
	t.query.Set("validateMode", "full")
	tree := &RuleTree{}
	answer, err := c.getWithin(ctx, t, c.submitTimeout, tree)
	if err != nil {
		return nil, err
	}
	if len(tree.Rules) == 0 || tree.PropertyVersion != version {
		return nil, malformed(http.MethodGet, t, answer, fmt.Errorf("it has no rules of version %d", version))
	}
	tree.Answer = answer
	return tree, nil
}
