package papi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// PropertyAnswer is the answer to a request for one property.
type PropertyAnswer struct {
	Answer
	Property Property
}

// Property gets one property.
// Source: GET /properties/{propertyId}.
func (c *Client) Property(ctx context.Context, ref PropertyRef) (*PropertyAnswer, error) {
	var body struct {
		Properties struct {
			Items []Property `json:"items"`
		} `json:"properties"`
	}
	t := ref.path()
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	for _, item := range body.Properties.Items {
		if item.PropertyID.Equal(ref.PropertyID) {
			return &PropertyAnswer{Answer: answer, Property: item}, nil
		}
	}
	return nil, missing(t, answer, "property "+string(ref.PropertyID))
}

// Build is the software that PAPI runs on.
type Build struct {
	Answer
	CoreVersion    string
	CatalogVersion string
}

// Build gets PAPI's build. It needs no property and is cheap for PAPI, so it also serves to read the rate
// limits.
// Source: GET /build.
func (c *Client) Build(ctx context.Context) (*Build, error) {
	var body struct {
		CoreVersion    string `json:"coreVersion"`
		CatalogVersion string `json:"currentCatalogVersion"`
	}
	answer, err := c.get(ctx, target{path: "/build"}, &body)
	if err != nil {
		return nil, err
	}
	return &Build{Answer: answer, CoreVersion: body.CoreVersion, CatalogVersion: body.CatalogVersion}, nil
}

// SearchQuery is what to search for. Exactly one member must be set.
type SearchQuery struct {
	PropertyName string `json:"propertyName,omitempty"`
	Hostname     string `json:"hostname,omitempty"`
	EdgeHostname string `json:"edgeHostname,omitempty"`
	IncludeName  string `json:"includeName,omitempty"`
}

// FoundVersion is a version that a search found. A search returns a property once for each active version, and
// once for its latest.
type FoundVersion struct {
	AccountID        ID        `json:"accountId"`
	AssetID          string    `json:"assetId"`
	ContractID       ID        `json:"contractId"`
	GroupID          ID        `json:"groupId"`
	PropertyID       ID        `json:"propertyId"`
	PropertyName     string    `json:"propertyName"`
	PropertyVersion  int       `json:"propertyVersion"`
	IncludeID        ID        `json:"includeId,omitempty"`
	IncludeName      string    `json:"includeName,omitempty"`
	IncludeType      string    `json:"includeType,omitempty"`
	IncludeVersion   int       `json:"includeVersion,omitempty"`
	Hostname         string    `json:"hostname,omitempty"`
	EdgeHostname     string    `json:"edgeHostname,omitempty"`
	ProductionStatus Status    `json:"productionStatus"`
	StagingStatus    Status    `json:"stagingStatus"`
	UpdatedByUser    string    `json:"updatedByUser"`
	UpdatedDate      time.Time `json:"updatedDate,omitzero"`
}

// UnmarshalJSON decodes a version; a date that cannot be read becomes the zero time.
func (v *FoundVersion) UnmarshalJSON(data []byte) error {
	type plain FoundVersion
	wire := struct {
		*plain
		UpdatedDate date `json:"updatedDate"`
	}{plain: (*plain)(v)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	v.UpdatedDate = time.Time(wire.UpdatedDate)
	return nil
}

// SearchResult is the answer to a search. No match is not an error.
type SearchResult struct {
	Answer
	Items []FoundVersion
}

// FindByValue finds versions by the name of their property, or by a hostname that they serve on a network. It
// is a POST that changes nothing, and is retried like a GET.
// Source: POST /search/find-by-value.
func (c *Client) FindByValue(ctx context.Context, query SearchQuery) (*SearchResult, error) {
	var body struct {
		Versions struct {
			Items []FoundVersion `json:"items"`
		} `json:"versions"`
	}
	cl := call{
		method: http.MethodPost, target: target{path: "/search/find-by-value"}, body: query,
		repeatable: true, timeout: c.readTimeout,
	}
	answer, err := c.send(ctx, cl, &body)
	if err != nil {
		return nil, err
	}
	return &SearchResult{Answer: answer, Items: body.Versions.Items}, nil
}
