package papi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// IncludeRef names an include in a request. ContractID and GroupID are given together; both may be empty if the
// include belongs to one contract and one group.
type IncludeRef struct {
	IncludeID  ID
	ContractID ID
	GroupID    ID
}

func (r IncludeRef) path(segments ...string) target {
	id := r.IncludeID.segment(PrefixInclude)
	t := target{
		path:  strings.Join(append([]string{"/includes", id}, segments...), "/"),
		query: PropertyRef{ContractID: r.ContractID, GroupID: r.GroupID}.query(),
	}
	if id == "" || slices.Contains(segments, "") {
		t.problem = fmt.Errorf("%w of an include: %q", errNoID, r.IncludeID)
	}
	return t
}

// IncludeRules gets the rule tree of an include's version and has PAPI validate it. The result's
// PropertyVersion is the include's version.
// Source: GET /includes/{includeId}/versions/{includeVersion}/rules.
func (c *Client) IncludeRules(ctx context.Context, ref IncludeRef, version int) (*RuleTree, error) {
	t := ref.path("versions", strconv.Itoa(version), "rules")
	t.query.Set("validateRules", "true")
	t.query.Set("validateMode", "full")
	var body struct {
		RuleTree
		IncludeVersion int `json:"includeVersion"`
	}
	answer, err := c.getWithin(ctx, t, c.submitTimeout, &body)
	if err != nil {
		return nil, err
	}
	tree := body.RuleTree
	tree.Answer, tree.PropertyVersion = answer, body.IncludeVersion
	if len(tree.Rules) == 0 || tree.PropertyVersion != version {
		return nil, malformed(http.MethodGet, t, answer, fmt.Errorf("it has no rules of version %d", version))
	}
	return &tree, nil
}

// Include is one include, without its versions.
// Source: GET /includes/{includeId}.
type Include struct {
	AccountID         ID     `json:"accountId"`
	ContractID        ID     `json:"contractId"`
	GroupID           ID     `json:"groupId"`
	IncludeID         ID     `json:"includeId"`
	IncludeName       string `json:"includeName"`
	IncludeType       string `json:"includeType"` // MICROSERVICES or COMMON_SETTINGS
	LatestVersion     int    `json:"latestVersion"`
	StagingVersion    int    `json:"stagingVersion"`    // 0: not active on staging
	ProductionVersion int    `json:"productionVersion"` // 0: not active on production
	AssetID           string `json:"assetId"`
	Note              string `json:"note"`
}

// IncludeAnswer is the answer to a request for one include.
type IncludeAnswer struct {
	Answer
	Include Include
}

// Include gets one include.
// Source: GET /includes/{includeId}.
func (c *Client) Include(ctx context.Context, ref IncludeRef) (*IncludeAnswer, error) {
	var body struct {
		Includes struct {
			Items []Include `json:"items"`
		} `json:"includes"`
	}
	t := ref.path()
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	for _, item := range body.Includes.Items {
		if item.IncludeID.Equal(ref.IncludeID) {
			return &IncludeAnswer{Answer: answer, Include: item}, nil
		}
	}
	return nil, missing(t, answer, "include "+string(ref.IncludeID))
}

// LatestIncludeVersion is [Client.LatestVersion] for an include.
// Source: GET /includes/{includeId}/versions/latest.
func (c *Client) LatestIncludeVersion(ctx context.Context, ref IncludeRef, activeOn Network) (int, error) {
	return c.latestVersion(ctx, ref.path("versions", "latest"), activeOn)
}

// IncludeActivation is one activation or deactivation of a version of an include.
// Source: GET /includes/{includeId}/activations/{activationId}.
type IncludeActivation struct {
	IncludeActivationID ID             `json:"includeActivationId"`
	ActivationType      ActivationType `json:"activationType"`
	AccountID           ID             `json:"accountId,omitempty"`
	GroupID             ID             `json:"groupId,omitempty"`
	IncludeID           ID             `json:"includeId"`
	IncludeName         string         `json:"includeName"`
	IncludeType         string         `json:"includeType,omitempty"`
	IncludeVersion      int            `json:"includeVersion"`
	Network             Network        `json:"network"`
	Status              Status         `json:"status"`
	FMAActivationState  string         `json:"fmaActivationState,omitempty"`
	SubmitDate          time.Time      `json:"submitDate,omitzero"` // zero where PAPI sent none, or one that cannot be read
	UpdateDate          time.Time      `json:"updateDate,omitzero"`
	Note                string         `json:"note"`
	NotifyEmails        []string       `json:"notifyEmails"`
	FailureCause        *Problem       `json:"failureCause,omitempty"`
}

// UnmarshalJSON decodes an activation; PAPI names its id in two ways. A date that cannot be read becomes the
// zero time.
func (a *IncludeActivation) UnmarshalJSON(data []byte) error {
	type plain IncludeActivation
	wire := struct {
		*plain
		ActivationID ID   `json:"activationId"`
		SubmitDate   date `json:"submitDate"`
		UpdateDate   date `json:"updateDate"`
	}{plain: (*plain)(a)}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	a.IncludeActivationID = cmp.Or(a.IncludeActivationID, wire.ActivationID)
	a.SubmitDate, a.UpdateDate = time.Time(wire.SubmitDate), time.Time(wire.UpdateDate)
	return nil
}

// Activation returns a in the form of a property's activation, with IncludeID instead of PropertyID. Includes
// have no fast fallback, so FallbackInfo is nil.
func (a IncludeActivation) Activation() Activation {
	return Activation{
		ActivationID: a.IncludeActivationID, ActivationType: a.ActivationType, AccountID: a.AccountID, GroupID: a.GroupID,
		IncludeID: a.IncludeID, PropertyName: a.IncludeName, PropertyVersion: a.IncludeVersion, Network: a.Network,
		Status: a.Status, FMAActivationState: a.FMAActivationState, SubmitDate: a.SubmitDate, UpdateDate: a.UpdateDate,
		Note: a.Note, NotifyEmails: a.NotifyEmails, FailureCause: a.FailureCause,
	}
}

// IncludeActivationList is every activation of an include that has passed validation, on both networks, in no
// particular order.
type IncludeActivationList struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Items      []IncludeActivation
}

// ActivationList returns l in the form of a property's list.
func (l *IncludeActivationList) ActivationList() *ActivationList {
	all := &ActivationList{
		Answer: l.Answer, AccountID: l.AccountID, ContractID: l.ContractID, GroupID: l.GroupID,
		Items: make([]Activation, 0, len(l.Items)),
	}
	for _, item := range l.Items {
		all.Items = append(all.Items, item.Activation())
	}
	return all
}

// IncludeActivationRequest is the body of a submission. Includes have no fast fallback and no fast push. A nil
// pointer is not sent, so that PAPI's default applies.
// Source: POST /includes/{includeId}/activations.
type IncludeActivationRequest struct {
	IncludeVersion         int               `json:"includeVersion"`
	Network                Network           `json:"network"`
	ActivationType         ActivationType    `json:"activationType,omitempty"` // empty: ACTIVATE
	Note                   string            `json:"note,omitempty"`
	NotifyEmails           []string          `json:"notifyEmails"` // at least one
	AcknowledgeAllWarnings bool              `json:"acknowledgeAllWarnings"`
	IgnoreHTTPErrors       *bool             `json:"ignoreHttpErrors,omitempty"`
	DelayValidations       *bool             `json:"delayValidations,omitempty"`
	ComplianceRecord       *ComplianceRecord `json:"complianceRecord,omitempty"`
}

type includeActivationsBody struct {
	AccountID   ID                 `json:"accountId"`
	ContractID  ID                 `json:"contractId"`
	GroupID     ID                 `json:"groupId"`
	Validation  *IncludeValidation `json:"validations"`
	Activations struct {
		Items []IncludeActivation `json:"items"`
	} `json:"activations"`
}

// IncludeActivations lists the activations of an include. One that is still being validated may be missing.
// Source: GET /includes/{includeId}/activations.
func (c *Client) IncludeActivations(ctx context.Context, ref IncludeRef) (*IncludeActivationList, error) {
	var body includeActivationsBody
	t := ref.path("activations")
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	if body.Activations.Items == nil {
		return nil, malformed(http.MethodGet, t, answer, errors.New("it has no activations.items"))
	}
	return &IncludeActivationList{
		Answer: answer, AccountID: body.AccountID, ContractID: body.ContractID, GroupID: body.GroupID,
		Items: body.Activations.Items,
	}, nil
}

// CreateIncludeActivation submits an activation or a deactivation of an include, with the guarantees of
// [Client.CreateActivation]. It returns a temporary id, which [Client.IncludeActivation] accepts, though
// perhaps only after some seconds; the list has another id.
// Source: POST /includes/{includeId}/activations.
func (c *Client) CreateIncludeActivation(ctx context.Context, ref IncludeRef, req IncludeActivationRequest) (*CreatedActivation, error) {
	var body struct {
		ActivationLink string `json:"activationLink"`
	}
	t := ref.path("activations")
	answer, err := c.send(ctx, call{method: http.MethodPost, target: t, body: req, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	link, err := activationIn(cmp.Or(body.ActivationLink, answer.location), "activations")
	if err != nil {
		return nil, malformed(http.MethodPost, t, answer, err)
	}
	return &CreatedActivation{Answer: answer, ActivationID: link.id, ContractID: link.contract, GroupID: link.group}, nil
}

// CancelIncludeActivation asks PAPI to cancel a pending activation of an include, as [Client.CancelActivation]
// does for a property. The status is PENDING_CANCELLATION for a while.
// Source: DELETE /includes/{includeId}/activations/{activationId}.
func (c *Client) CancelIncludeActivation(ctx context.Context, ref IncludeRef, id ID) (*Cancellation, error) {
	var body includeActivationsBody
	t := ref.path("activations", url.PathEscape(string(id)))
	answer, err := c.send(ctx, call{method: http.MethodDelete, target: t, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNoContent {
		return &Cancellation{Answer: answer, AlreadyCancelled: true}, nil
	}
	cancelled := &Cancellation{Answer: answer}
	if item := body.item(id); item != nil {
		a := item.Activation()
		cancelled.Activation = &a
	}
	return cancelled, nil
}

// item returns the activation with that id. PAPI may answer with another id; then it is the only item.
func (b *includeActivationsBody) item(id ID) *IncludeActivation {
	items := b.Activations.Items
	for i := range items {
		if items[i].IncludeActivationID.Equal(id) || len(items) == 1 {
			return &items[i]
		}
	}
	return nil
}

// activationIn parses a link to an activation of an item of that collection.
func activationIn(link, collection string) (found struct{ id, contract, group ID }, err error) {
	u, segments, err := splitLink(link)
	if err != nil {
		return found, err
	}
	n := len(segments)
	if n < 2 || segments[n-2] != collection {
		return found, fmt.Errorf("%q is not a link to one of %s", link, collection)
	}
	found.id, found.contract, found.group = ID(segments[n-1]), ID(u.Query().Get("contractId")), ID(u.Query().Get("groupId"))
	return found, nil
}
