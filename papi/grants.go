package papi

import (
	"context"
	"slices"
	"strings"
)

// Grant is the access that an API client has to one of Akamai's APIs.
type Grant struct {
	API   string // as Akamai calls it: papi, ccu, …
	Level string // READ-WRITE, READ-ONLY, …
}

// Writes reports whether the grant includes changes.
func (g Grant) Writes() bool { return strings.Contains(strings.ToUpper(g.Level), "WRITE") }

// GrantList is the access that an API client has.
type GrantList struct {
	Answer
	Name  string // of the API client; empty if Akamai did not say
	Items []Grant
}

// PAPI returns the grant for the Property Manager API, which Akamai lists under a short or a long name.
func (l *GrantList) PAPI() (g Grant, found bool) {
	i := slices.IndexFunc(l.Items, func(g Grant) bool {
		api := strings.ToLower(g.API)
		return api == "papi" || strings.Contains(api, "property-manager") || strings.Contains(api, "(papi)")
	})
	if i < 0 {
		return Grant{}, false
	}
	return l.Items[i], true
}

// ActiveGrants asks the gateway in front of PAPI what the API client may do. The endpoint is not part of PAPI's
// documentation and does not exist for every API client, so an error means only that the grants are unknown.
// Source: GET /-/client-api/active-grants/implicit.
func (c *Client) ActiveGrants(ctx context.Context) (*GrantList, error) {
	var body struct {
		Name  string `json:"name"`
		Scope string `json:"scope"`
	}
	answer, err := c.get(ctx, target{path: "/-/client-api/active-grants/implicit", outside: true}, &body)
	if err != nil {
		return nil, err
	}
	return &GrantList{Answer: answer, Name: body.Name, Items: parseScope(body.Scope)}, nil
}

// parseScope reads a list of URLs that end in …/scope/API/-/LEVEL.
func parseScope(scope string) []Grant {
	var grants []Grant
	for entry := range strings.FieldsSeq(scope) {
		if _, rest, found := strings.Cut(entry, "/scope/"); found {
			api, level, _ := strings.Cut(rest, "/-/")
			grants = append(grants, Grant{API: api, Level: level})
		}
	}
	return grants
}
