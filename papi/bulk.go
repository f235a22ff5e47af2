package papi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// BulkStatus is the progress of a bulk request. PAPI may send values that are not listed here; they survive
// decoding and encoding.
type BulkStatus string

// The statuses of a bulk request. BulkComplete means that each item was submitted or never will be. It says
// nothing about the state of the activations.
const (
	BulkNew        BulkStatus = "NEW"
	BulkPending    BulkStatus = "PENDING"
	BulkInProgress BulkStatus = "IN_PROGRESS"
	BulkComplete   BulkStatus = "COMPLETE"
)

// TaskStatus is the progress of one item of a bulk request. PAPI may send values that are not listed here.
type TaskStatus string

// The statuses of an item. COMPLETE and SUBMITTED mean that it was submitted, INTERRUPTED and SUBMISSION_ERROR
// that this request will never submit it.
const (
	TaskPending         TaskStatus = "PENDING"
	TaskInProgress      TaskStatus = "IN_PROGRESS"
	TaskSubmitted       TaskStatus = "SUBMITTED"
	TaskInterrupted     TaskStatus = "INTERRUPTED"
	TaskSubmissionError TaskStatus = "SUBMISSION_ERROR"
	TaskComplete        TaskStatus = "COMPLETE"
)

// BulkActivationRequest submits many activations with one request.
// Source: POST /bulk/activations.
type BulkActivationRequest struct {
	Defaults BulkDefaults         `json:"defaultActivationSettings"`
	Items    []BulkActivationItem `json:"activatePropertyVersions"` // at least one
}

// BulkDefaults applies to all items of a bulk request. A nil pointer is not sent, so that PAPI's default
// applies.
type BulkDefaults struct {
	AcknowledgeAllWarnings bool     `json:"acknowledgeAllWarnings"`
	UseFastFallback        bool     `json:"useFastFallback,omitempty"`
	FastPush               *bool    `json:"fastPush,omitempty"`
	NotifyEmails           []string `json:"notifyEmails"` // at least one
}

// BulkActivationItem is one activation of a bulk request.
type BulkActivationItem struct {
	PropertyID      ID      `json:"propertyId"`
	PropertyVersion int     `json:"propertyVersion"`
	Network         Network `json:"network"`
	Note            string  `json:"note,omitempty"`
}

// CreatedBulkActivation is the answer to a bulk request that PAPI has accepted. PAPI submits the items later,
// so it says nothing about any of them.
type CreatedBulkActivation struct {
	Answer
	ID int
}

// BulkActivation is the state of a bulk request.
type BulkActivation struct {
	Answer
	ID         int
	Status     BulkStatus
	SubmitDate time.Time // zero where PAPI sent none, or one that cannot be read
	UpdateDate time.Time
	Items      []BulkItemResult
}

// BulkItemResult is what became of one item of a bulk request when PAPI submitted it. It is not updated
// afterwards: read the activation itself from then on.
type BulkItemResult struct {
	PropertyID      ID
	PropertyName    string
	PropertyVersion int
	Network         Network
	Note            string
	TaskStatus      TaskStatus
	// ActivationID is empty until the item is submitted, and where PAPI's link does not name an activation of
	// this property.
	ActivationID ID
	FatalError   string // why it was not submitted, if PAPI gave one reason
	Errors       []Problem
	Warnings     []Problem // not acknowledged
}

type bulkItemWire struct {
	PropertyID      ID         `json:"propertyId"`
	PropertyName    string     `json:"propertyName"`
	PropertyVersion int        `json:"propertyVersion"`
	Network         Network    `json:"network"`
	Note            string     `json:"note"`
	TaskStatus      TaskStatus `json:"taskStatus"`
	Link            string     `json:"propertyActivationLink"`
	FatalError      string     `json:"fatalError"`
	Errors          []Problem  `json:"activationErrors"`
	Warnings        []Problem  `json:"activationWarnings"`
}

// UnmarshalJSON decodes PAPI's form, which has a link to the activation instead of its id.
func (b *BulkItemResult) UnmarshalJSON(data []byte) error {
	var w bulkItemWire
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	*b = BulkItemResult{
		PropertyID: w.PropertyID, PropertyName: w.PropertyName, PropertyVersion: w.PropertyVersion, Network: w.Network,
		Note: w.Note, TaskStatus: w.TaskStatus, FatalError: w.FatalError,
		Errors: atMost(w.Errors, maxProblems), Warnings: atMost(w.Warnings, maxProblems),
	}
	if link, err := ParseActivationLink(w.Link); err == nil && !link.HostnameBucket && link.Property.PropertyID.Equal(w.PropertyID) {
		b.ActivationID = link.ActivationID
	}
	return nil
}

type bulkBody struct {
	ID         int              `json:"bulkActivationId"`
	Status     BulkStatus       `json:"bulkActivationStatus"`
	SubmitDate date             `json:"bulkActivationSubmitDate"`
	UpdateDate date             `json:"bulkActivationUpdateDate"`
	Items      []BulkItemResult `json:"activatePropertyVersions"`
}

func (b *bulkBody) absent() string {
	if b.Items == nil {
		return "activatePropertyVersions"
	}
	return ""
}

// CreateBulkActivation submits many activations. It sends exactly one request. If [Error.Uncertain] holds for
// its error, PAPI may have accepted the request, and submits its items over the following minutes: keep looking
// at each property's activations for that long before submitting again. What is left of the daily budget is not
// known until PAPI submits the items.
// Source: POST /bulk/activations.
func (c *Client) CreateBulkActivation(ctx context.Context, req BulkActivationRequest) (*CreatedBulkActivation, error) {
	var body struct {
		Link string `json:"bulkActivationLink"`
	}
	t := target{path: "/bulk/activations"}
	for _, item := range req.Items {
		if item.PropertyID.segment(PrefixProperty) == "" {
			t.problem = fmt.Errorf("%w of a property: %q", errNoID, item.PropertyID)
		}
	}
	answer, err := c.send(ctx, call{method: http.MethodPost, target: t, body: req, timeout: c.submitTimeout}, &body)
	if err != nil {
		return nil, err
	}
	link := body.Link
	if link == "" {
		link = answer.location
	}
	id, err := bulkFromLink(link)
	if err != nil {
		return nil, malformed(http.MethodPost, t, answer, c.credentials.scrubError(err))
	}
	return &CreatedBulkActivation{Answer: answer, ID: id}, nil
}

// BulkActivation gets a bulk request with its items.
// Source: GET /bulk/activations/{bulkActivationId}.
func (c *Client) BulkActivation(ctx context.Context, id int) (*BulkActivation, error) {
	var body bulkBody
	t := target{path: "/bulk/activations/" + strconv.Itoa(id)}
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	if body.ID != id {
		return nil, missing(t, answer, "bulk activation "+strconv.Itoa(id))
	}
	return &BulkActivation{
		Answer: answer, ID: body.ID, Status: body.Status,
		SubmitDate: time.Time(body.SubmitDate), UpdateDate: time.Time(body.UpdateDate), Items: body.Items,
	}, nil
}

// bulkFromLink returns the number at the end of a link to a bulk request.
func bulkFromLink(link string) (int, error) {
	_, segments, err := splitLink(link)
	if err != nil {
		return 0, err
	}
	n := len(segments)
	if n < 3 || segments[n-3] != "bulk" || segments[n-2] != "activations" {
		return 0, fmt.Errorf("%q is not a link to a bulk activation", link)
	}
	id, err := strconv.Atoi(segments[n-1])
	if err != nil || id < 1 {
		return 0, fmt.Errorf("%q does not end in the number of a bulk activation", link)
	}
	return id, nil
}
