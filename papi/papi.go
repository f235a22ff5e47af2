// Package papi is a client of Akamai's Property Manager API (PAPI), version 1. It
// lists properties, versions, hostnames, includes and activations, submits and
// cancels activations, and signs its requests with EdgeGrid.
//
// [New] makes a [Client] from [Credentials]. A Client has one method for each
// endpoint, named after PAPI's resource; its comment names the endpoint. For
// workflows that decide what to submit and wait for the outcome, see package
// activation. Package papi/simulator simulates PAPI for tests of both.
//
// Guarantees:
//
//   - A GET, and the search, is retried after transient errors, with growing pauses
//     ([Options].MaxRetries). Any other request is sent once: PAPI has no
//     idempotency key, so only the caller can decide whether to repeat a submission
//     whose answer was lost. [Error.Uncertain] reports that case.
//   - Requests stay within PAPI's rate limit and its limit of concurrent requests,
//     over all clients that share an [Account].
//   - If the context of a submission, or of another change, ends while its request is
//     in flight, the method waits up to 10 s longer for the answer, which says what
//     PAPI has accepted. Reads end at once.
//   - A request that does not succeed returns an [*Error]. errors.Is compares it with
//     a [Class], such as [ClassBusy] or [ClassNotFound].
//   - Every result embeds an [Answer], with the limits that PAPI stated.
//   - Statuses and networks that PAPI may add later are passed through unchanged.
//   - Errors, and the printed form of a Client or Credentials, contain no secrets.
//
// PAPI's reference is https://techdocs.akamai.com/property-mgr/reference.
package papi

import (
	"fmt"
	"strings"
)

// ID is an identifier as PAPI writes it: with its prefix ("prp_123") or, for API clients configured that way,
// without ("123"). Both name the same thing, so compare with [ID.Equal] and not with ==.
type ID string

// The prefixes of ids.
const (
	PrefixProperty     = "prp_"
	PrefixActivation   = "atv_"
	PrefixContract     = "ctr_"
	PrefixGroup        = "grp_"
	PrefixInclude      = "inc_"
	PrefixEdgeHostname = "ehn_"
	PrefixAsset        = "aid_" // asset id, which Control Center uses for a property
)

// Bare returns id without its prefix.
func (id ID) Bare() string {
	prefixes := [...]string{
		PrefixProperty, PrefixActivation, PrefixContract, PrefixGroup, PrefixInclude, PrefixEdgeHostname, PrefixAsset, "act_",
	}
	for _, prefix := range prefixes {
		if rest, ok := strings.CutPrefix(string(id), prefix); ok {
			return rest
		}
	}
	return string(id)
}

// Equal reports whether both name the same thing, with or without prefixes. An empty id equals only another
// empty one.
func (id ID) Equal(other ID) bool { return id.Bare() == other.Bare() }

// With returns id with the given prefix; an empty id stays empty.
func (id ID) With(prefix string) ID {
	if id == "" {
		return ""
	}
	return ID(prefix + id.Bare())
}

// Network is where a version is activated. Unknown values survive decoding and encoding.
type Network string

// The networks that PAPI knows.
const (
	Staging    Network = "STAGING"
	Production Network = "PRODUCTION"
)

// ParseNetwork parses the name of a network in any case, or one of s, stage, p, prod.
func ParseNetwork(s string) (Network, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "staging", "stage", "s":
		return Staging, nil
	case "production", "prod", "p":
		return Production, nil
	}
	return "", fmt.Errorf("network %q is neither staging nor production", s)
}

// PropertyRef names a property in a request. ContractID and GroupID are given together; both may be empty if
// the property belongs to one contract and one group.
type PropertyRef struct {
	PropertyID ID
	ContractID ID
	GroupID    ID
}

// Property is one property, without its versions.
// Source: GET /properties/{propertyId}.
type Property struct {
	AccountID         ID     `json:"accountId"`
	ContractID        ID     `json:"contractId"`
	GroupID           ID     `json:"groupId"`
	PropertyID        ID     `json:"propertyId"`
	PropertyName      string `json:"propertyName"`
	LatestVersion     int    `json:"latestVersion"`
	StagingVersion    int    `json:"stagingVersion"`    // 0: not active on staging
	ProductionVersion int    `json:"productionVersion"` // 0: not active on production
	AssetID           string `json:"assetId"`
	Note              string `json:"note"`
	ProductID         string `json:"productId,omitempty"`
	RuleFormat        string `json:"ruleFormat,omitempty"`
	PropertyType      string `json:"propertyType,omitempty"` // HOSTNAME_BUCKET or TRADITIONAL; empty if PAPI did not say
}
