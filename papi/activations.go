package papi

import (
	"context"
	"fmt"
	"net/http"
)

// ActivationList is every activation of a property on both networks, in no particular order. PAPI leaves
// cancelled ones out.
type ActivationList struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	Items      []Activation
}

// ActivationRequest is the body of a submission. A nil pointer is not sent, so that PAPI's default applies.
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

// ComplianceReason says why an activation on production bypassed the customer's own process. Only Akamai staff
// and partners need one.
type ComplianceReason string

// The reasons that PAPI accepts.
const (
	ComplianceNone                ComplianceReason = "NONE"
	ComplianceOther               ComplianceReason = "OTHER"
	ComplianceNoProductionTraffic ComplianceReason = "NO_PRODUCTION_TRAFFIC"
	ComplianceEmergency           ComplianceReason = "EMERGENCY"
)

// ComplianceRecord accompanies an activation on production that Akamai staff or a partner submits for a
// customer. The reason decides which members are required.
type ComplianceRecord struct {
	NoncomplianceReason      ComplianceReason `json:"noncomplianceReason"`
	OtherNoncomplianceReason string           `json:"otherNoncomplianceReason,omitempty"` // required with OTHER
	CustomerEmail            string           `json:"customerEmail,omitempty"`            // required with NONE
	PeerReviewedBy           string           `json:"peerReviewedBy,omitempty"`           // required with NONE
	UnitTested               bool             `json:"unitTested,omitempty"`               // must be true with NONE
	TicketID                 string           `json:"ticketId,omitempty"`
}

// CreatedActivation is the answer to an accepted submission. Its Limits.Activations is the remaining daily
// budget.
type CreatedActivation struct {
	Answer
	ActivationID ID
	ContractID   ID // from the link; empty where the link has none
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

// Cancellation is the answer to a cancellation.
type Cancellation struct {
	Answer
	// AlreadyCancelled reports that PAPI had cancelled the activation before. Activation is then nil.
	AlreadyCancelled bool
	// Activation has status ABORTED, or PENDING_CANCELLATION while PAPI is still cancelling.
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

// Activation gets one activation, including a cancelled one. While it is pending, Answer.RetryAfter is PAPI's
// estimate of when it will be live. The error is of class [ClassNotFound] for an unknown id, and may be so for
// a moment after the submission.
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

// CreateActivation submits an activation or a deactivation. It sends exactly one request. If [Error.Uncertain]
// holds for its error, PAPI may have accepted the submission: look at [Client.Activations] before submitting
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
	if err == nil && (parsed.HostnameBucket || !parsed.Property.PropertyID.Equal(ref.PropertyID)) {
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

// CancelActivation asks PAPI to cancel a pending activation. The error is of class [ClassCancelTooLate] if it
// is no longer pending.
// Source: DELETE /properties/{propertyId}/activations/{activationId}.
func (c *Client) CancelActivation(ctx context.Context, ref PropertyRef, id ID) (*Cancellation, error) {
	var body activationsBody
	target := ref.path("activations", id.segment(PrefixActivation))
	answer, err := c.send(ctx, call{method: http.MethodDelete, target: target, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusNoContent {
		return &Cancellation{Answer: answer, AlreadyCancelled: true}, nil
	}
	for _, item := range body.Activations.Items {
		if item.ActivationID.Equal(id) {
			return &Cancellation{Answer: answer, Activation: &item}, nil
		}
	}
	return &Cancellation{Answer: answer}, nil
}
