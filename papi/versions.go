package papi

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Version is one version of a property, or of an include.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}.
type Version struct {
	PropertyVersion  int       `json:"propertyVersion"`
	IncludeVersion   int       `json:"includeVersion,omitempty"` // set instead of PropertyVersion for an include
	UpdatedByUser    string    `json:"updatedByUser"`
	UpdatedDate      time.Time `json:"updatedDate,omitzero"`
	ProductionStatus Status    `json:"productionStatus"`
	StagingStatus    Status    `json:"stagingStatus"`
	ETag             string    `json:"etag"`
	ProductID        string    `json:"productId"`
	RuleFormat       string    `json:"ruleFormat,omitempty"`
	Note             string    `json:"note"`
}

// UnmarshalJSON decodes a version; a date that cannot be read becomes the zero time.
func (v *Version) UnmarshalJSON(data []byte) error {
	type plain Version
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

// VersionList is a list of versions of a property.
type VersionList struct {
	Answer
	AccountID    ID
	ContractID   ID
	GroupID      ID
	PropertyID   ID
	PropertyName string
	Items        []Version
}

// Versions lists all versions of a property.
// Source: GET /properties/{propertyId}/versions.
func (c *Client) Versions(ctx context.Context, ref PropertyRef) (*VersionList, error) {
	return c.versions(ctx, ref.path("versions"))
}

// Version gets one version; Items has exactly one element.
// Source: GET /properties/{propertyId}/versions/{propertyVersion}.
func (c *Client) Version(ctx context.Context, ref PropertyRef, version int) (*VersionList, error) {
	t := ref.path("versions", strconv.Itoa(version))
	list, err := c.versions(ctx, t)
	if err != nil {
		return nil, err
	}
	if len(list.Items) != 1 || list.Items[0].PropertyVersion != version {
		return nil, missing(t, list.Answer, "version "+strconv.Itoa(version))
	}
	return list, nil
}

func (c *Client) versions(ctx context.Context, t target) (*VersionList, error) {
	var body versionsBody
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	return &VersionList{
		Answer: answer, AccountID: body.AccountID, ContractID: body.ContractID, GroupID: body.GroupID,
		PropertyID: body.PropertyID, PropertyName: body.PropertyName, Items: body.Versions.Items,
	}, nil
}

type versionsBody struct {
	AccountID    ID     `json:"accountId"`
	ContractID   ID     `json:"contractId"`
	GroupID      ID     `json:"groupId"`
	PropertyID   ID     `json:"propertyId"`
	PropertyName string `json:"propertyName"`
	Versions     struct {
		Items []Version `json:"items"`
	} `json:"versions"`
}

func (b *versionsBody) absent() string {
	if b.Versions.Items == nil {
		return "versions.items"
	}
	return ""
}

// LatestVersion returns the number of the latest version, or of the version that is active on activeOn if that
// is not empty. The error is of class [ClassNotFound] if no version is active there. PAPI answers with a link, which
// names the version and is not followed.
// Source: GET /properties/{propertyId}/versions/latest.
func (c *Client) LatestVersion(ctx context.Context, ref PropertyRef, activeOn Network) (int, error) {
	return c.latestVersion(ctx, ref.path("versions", "latest"), activeOn)
}

// latestVersion returns the version that the answer to t links to.
func (c *Client) latestVersion(ctx context.Context, t target, activeOn Network) (int, error) {
	if activeOn != "" {
		t.query.Set("activatedOn", string(activeOn))
	}
	cl := call{method: http.MethodGet, target: t, repeatable: true, timeout: c.readTimeout}
	answer, body, err := c.exchange(ctx, cl)
	if err != nil {
		return 0, err
	}
	version := versionIn(answer, body)
	if version == 0 && isRedirect(answer.StatusCode) { // redirected to itself, with contract and group
		if cl.target, err = c.redirected(cl.target, answer, body); err != nil {
			return 0, refusedRedirect(cl.method, t, answer, body, err)
		}
		if answer, body, err = c.exchange(ctx, cl); err != nil {
			return 0, err
		}
		version = versionIn(answer, body)
	}
	if version == 0 {
		return 0, missing(t, answer, "version")
	}
	return version, nil
}

// CreatedVersion is the answer to the creation of a version.
type CreatedVersion struct {
	Answer
	PropertyVersion int
}

// versionIn finds the version that an answer links to or contains; 0 for none.
func versionIn(answer Answer, body []byte) int {
	var doc struct {
		VersionLink string `json:"versionLink"`
		versionsBody
	}
	_ = json.Unmarshal(body, &doc) // the Location header has it too
	for _, link := range [...]string{doc.VersionLink, answer.location} {
		if v, err := versionFromLink(link); err == nil {
			return v
		}
	}
	if items := doc.Versions.Items; len(items) == 1 {
		return max(items[0].PropertyVersion, items[0].IncludeVersion)
	}
	return 0
}

// CreateVersion creates a version from the version from, with its rules and hostnames, and returns its number.
// With an etag PAPI refuses, with an error of class [ClassETag], if that version has changed since. It sends
// exactly one request. If [Error.Uncertain] holds for its error, the version may have been created.
// Source: POST /properties/{propertyId}/versions.
func (c *Client) CreateVersion(ctx context.Context, ref PropertyRef, from int, etag string) (*CreatedVersion, error) {
	request := struct {
		From     int    `json:"createFromVersion"`
		FromETag string `json:"createFromVersionEtag,omitempty"`
	}{from, trimETag(etag)}
	var body struct {
		VersionLink string `json:"versionLink"`
	}
	t := ref.path("versions")
	answer, err := c.send(ctx, call{method: http.MethodPost, target: t, body: request, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	version, err := versionFromLink(cmp.Or(body.VersionLink, answer.location))
	if err != nil {
		return nil, malformed(http.MethodPost, t, answer, err)
	}
	return &CreatedVersion{Answer: answer, PropertyVersion: version}, nil
}
