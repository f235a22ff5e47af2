package papi

import (
	"context"
	"fmt"
	"net/http"
)

// ActivationList is every activation of a property, on both networks, in no
// particular order. Cancelled ones are missing from it.
type ActivationList struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Items      []Activation
}

// ActivationRequest is what a submission sends. The pointers are sent only when
// set: PAPI's own defaults hold otherwise.
// Source: POST /properties/{propertyId}/activations.
type ActivationRequest struct {
	PropertyVersion        int               `json:"propertyVersion"`
	Network                Network           `json:"network"`
	ActivationType         ActivationType    `json:"activationType,omitempty"` // empty: ACTIVATE
	Note                   string            `json:"note,omitempty"`
	NotifyEmails           []string          `json:"notifyEmails"` // at least one
	AcknowledgeAllWarnings bool              `json:"acknowledgeAllWarnings"`
	UseFastFallback        bool              `json:"useFastFallback,omitempty"`
	FastPush               *bool             `json:"fastPush,omitempty"`
	IgnoreHTTPErrors       *bool             `json:"ignoreHttpErrors,omitempty"`
	DelayValidations       *bool             `json:"delayValidations,omitempty"`
	ComplianceRecord       *ComplianceRecord `json:"complianceRecord,omitempty"`
}

// ComplianceReason says why an activation on production was not done by the
// customer. Only Akamai staff and partners send it.
type ComplianceReason string

// The reasons that PAPI takes.
const (
	ComplianceNone                ComplianceReason = "NONE"
	ComplianceOther               ComplianceReason = "OTHER"
	ComplianceNoProductionTraffic ComplianceReason = "NO_PRODUCTION_TRAFFIC"
	ComplianceEmergency           ComplianceReason = "EMERGENCY"
)

// ComplianceRecord goes with an activation on production that Akamai staff or a
// partner submits for a customer. Which members are needed depends on the
// reason.
type ComplianceRecord struct {
	NoncomplianceReason      ComplianceReason `json:"noncomplianceReason"`
	OtherNoncomplianceReason string           `json:"otherNoncomplianceReason,omitempty"` // OTHER: needed
	CustomerEmail            string           `json:"customerEmail,omitempty"`            // NONE: needed
	PeerReviewedBy           string           `json:"peerReviewedBy,omitempty"`           // NONE: needed
	UnitTested               bool             `json:"unitTested,omitempty"`               // NONE: must be true
	TicketID                 string           `json:"ticketId,omitempty"`
}

// CreatedActivation is the answer to an accepted submission. Its
// Limits.Activations is what is left of the daily budget.
type CreatedActivation struct {
	Answer
	ActivationID ID
	ContractID   ID // from the link; empty where it has none
	GroupID      ID
}

// ActivationAnswer is the answer to a request for one activation.
type ActivationAnswer struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Activation Activation
}

// Cancellation is the answer to a request to cancel.
type Cancellation struct {
	Answer
	// Already is true where PAPI said that the activation had been cancelled
	// before. Activation is then nil.
	Already bool
	// Activation is ABORTED, or PENDING_CANCELLATION while the cancelling goes on.
	Activation *Activation
}

type activationsBody struct {
	AccountID   ID `json:"accountId"`
	ContractID  ID `json:"contractId"`
	GroupID     ID `json:"groupId"`
	Activations struct {
		Items []Activation `json:"items"`
	} `json:"activations"`
}

func (b *activationsBody) absent() string {
	if b.Activations.Items == nil {
		return "activations.items"
	}
	return ""
}

// Activations lists all activations of a property.
// Source: GET /properties/{propertyId}/activations.
func (c *Client) Activations(ctx context.Context, ref PropertyRef) (*ActivationList, error) {
	var body activationsBody
	answer, err := c.get(ctx, ref.path("activations"), &body)
	if err != nil {
		return nil, err
	}
	return &ActivationList{
		Answer: answer, AccountID: body.AccountID, ContractID: body.ContractID, GroupID: body.GroupID,
		Items: body.Activations.Items,
	}, nil
}

// Activation gets one activation; cancelled ones too. Answer.RetryAfter is
// PAPI's estimate of when it will be live, while it is pending. The error is of
// class [ClassNotFound] for an unknown id, and may be for a moment after the
// submission.
// Source: GET /properties/{propertyId}/activations/{activationId}.
func (c *Client) Activation(ctx context.Context, ref PropertyRef, id ID) (*ActivationAnswer, error) {
	var body activationsBody
	target := ref.path("activations", id.segment(PrefixActivation))
	answer, err := c.get(ctx, target, &body)
	if err != nil {
		return nil, err
	}
	for _, item := range body.Activations.Items {
		if item.ActivationID.Equal(id) {
			return &ActivationAnswer{
				Answer: answer, AccountID: body.AccountID, ContractID: body.ContractID, GroupID: body.GroupID,
				Activation: item,
			}, nil
		}
	}
	return nil, missing(target, answer, "activation "+string(id))
}

// CreateActivation submits an activation or a deactivation. It sends exactly
// one request. When its error is of a class for which [Class.Uncertain] holds,
// PAPI may have accepted the submission all the same: look before you submit
// again.
// Source: POST /properties/{propertyId}/activations.
func (c *Client) CreateActivation(ctx context.Context, ref PropertyRef, req ActivationRequest) (*CreatedActivation, error) {
	var body struct {
		ActivationLink string `json:"activationLink"`
	}
	target := ref.path("activations")
	answer, err := c.send(ctx, call{method: http.MethodPost, target: target, body: req, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	link := body.ActivationLink
	if link == "" {
		link = answer.location
	}
	parsed, err := ParseActivationLink(link)
	if err == nil && (parsed.OfHostnames || !parsed.Property.PropertyID.Equal(ref.PropertyID)) {
		err = fmt.Errorf("%q is not a link to an activation of %s", link, ref.PropertyID)
	}
	if err != nil {
		return nil, malformed(http.MethodPost, target, answer, c.credentials.scrubError(err))
	}
	return &CreatedActivation{
		Answer: answer, ActivationID: parsed.ActivationID,
		ContractID: parsed.Property.ContractID, GroupID: parsed.Property.GroupID,
	}, nil
}

// CancelActivation asks PAPI to cancel a pending activation. The error is of
// class [ClassCancelTooLate] once it is no longer pending.
// Source: DELETE /properties/{propertyId}/activations/{activationId}.
func (c *Client) CancelActivation(ctx context.Context, ref PropertyRef, id ID) (*Cancellation, error) {
	var body activationsBody
	target := ref.path("activations", id.segment(PrefixActivation))
	answer, err := c.send(ctx, call{method: http.MethodDelete, target: target, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNoContent {
		return &Cancellation{Answer: answer, Already: true}, nil
	}
	for _, item := range body.Activations.Items {
		if item.ActivationID.Equal(id) {
			return &Cancellation{Answer: answer, Activation: &item}, nil
		}
	}
	return &Cancellation{Answer: answer}, nil
}
