package papi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// ValidationState is the state of the validation that precedes an include's activation: PAPI checks the
// properties that use the include. PAPI may send values that are not listed here.
type ValidationState string

// The states that PAPI documents.
const (
	ValidationReceived           ValidationState = "RECEIVED"
	ValidationInProgress         ValidationState = "VALIDATION_IN_PROGRESS"
	ValidationConflict           ValidationState = "CONFLICT"
	ValidationCustomerAbort      ValidationState = "CUSTOMER_ABORT"
	ValidationErrorAbort         ValidationState = "VALIDATION_ERROR_ABORT"
	ValidationClientError        ValidationState = "HTTP_CLIENT_ERROR"
	ValidationSystemError        ValidationState = "HTTP_SYS_ERROR"
	ValidationSystemErrorExpired ValidationState = "HTTP_SYS_ERROR_EXPIRED"
	ValidationRetrySubmitted     ValidationState = "RETRY_SUBMITTED"
	ValidationSubmitted          ValidationState = "SUBMITTED_FOR_ACTIVATION"
	ValidationSubmittedToFMA     ValidationState = "SUBMITTED_TO_FMA"
	ValidationSubmittingToFMA    ValidationState = "SUBMITTED_TO_FMA_IN_PROGRESS"
	ValidationPassed             ValidationState = "VALIDATION_PASSED"
	ValidationPassedWithWarnings ValidationState = "VALIDATION_PASSED_WITH_WARNINGS"
)

// maxNamed is how many properties Cause names.
const maxNamed = 5

// Status returns the status of an activation in this state of validation: FAILED or ABORTED if the validation
// ended so, and PENDING while it runs or for an unknown state.
func (s ValidationState) Status() Status {
	switch s {
	case ValidationConflict, ValidationErrorAbort, ValidationClientError, ValidationSystemErrorExpired:
		return StatusFailed
	case ValidationCustomerAbort:
		return StatusAborted
	case ValidationReceived, ValidationInProgress, ValidationSystemError, ValidationRetrySubmitted, ValidationSubmitted,
		ValidationSubmittedToFMA, ValidationSubmittingToFMA, ValidationPassed, ValidationPassedWithWarnings:
		return StatusPending
	}
	return StatusPending
}

// IncludeValidation is the validation that precedes an include's activation.
type IncludeValidation struct {
	Network         Network
	CompletePercent float64
	State           ValidationState
	ErrorMessage    string // often a status and a problem document in one text
	// Errors lists the properties that are not valid with the include, or have warnings with it.
	Errors []ParentValidation
}

// ParentValidation is the result of the validation for one property that uses
// the include.
type ParentValidation struct {
	VersionID             int    `json:"versionId"`
	PropertyName          string `json:"propertyName"`
	VersionNumber         int    `json:"versionNumber"`
	HasValidationError    bool   `json:"hasValidationError"`
	HasValidationWarning  bool   `json:"hasValidationWarning"`
	ValidationResultsLink string `json:"validationResultsLink"`
}

// UnmarshalJSON decodes a validation. PAPI's documents give the list of errors several names.
func (v *IncludeValidation) UnmarshalJSON(data []byte) error {
	type list struct {
		Items      []ParentValidation `json:"items"`
		ErrorItems []ParentValidation `json:"errorItemsList"`
	}
	var wire struct {
		Network Network `json:"network"`
		Summary struct {
			CompletePercent float64         `json:"completePercent"`
			MessageState    ValidationState `json:"messageState"`
			ErrorMessage    string          `json:"errorMessage"`
		} `json:"validationSummary"`
		Error    list `json:"validationErrorItemList"`
		Errors   list `json:"validationErrorsItemList"`
		Progress list `json:"validationProgressItemList"`
	}
	if err := json.Unmarshal(data, &wire); err != nil {
		return err
	}
	*v = IncludeValidation{
		Network: wire.Network, CompletePercent: wire.Summary.CompletePercent,
		State: wire.Summary.MessageState, ErrorMessage: wire.Summary.ErrorMessage,
	}
	for _, l := range [...]list{wire.Error, wire.Errors, wire.Progress} {
		v.Errors = slices.Concat(v.Errors, l.Items, l.ErrorItems)
	}
	return nil
}

// Cause returns why the validation failed; nil if it did not, or if PAPI does not say.
func (v *IncludeValidation) Cause() *Problem {
	if v == nil || v.State.Status() != StatusFailed {
		return nil
	}
	p := &Problem{Type: string(v.State), Title: "the include's activation has ended in its validation"}
	// The message is a status, a colon and a quoted problem document whose own quotes are not escaped.
	if _, document, ok := strings.Cut(v.ErrorMessage, "{"); ok {
		document = strings.TrimSuffix(strings.TrimSpace("{"+document), `"`)
		var said Problem
		if json.Unmarshal([]byte(document), &said) == nil && said.Summary() != "" {
			return &said
		}
	}
	p.Detail = v.ErrorMessage
	var names []string
	for _, e := range v.Errors {
		if e.HasValidationError {
			names = append(names, fmt.Sprintf("%s version %d", e.PropertyName, e.VersionNumber))
		}
	}
	if p.Detail == "" && len(names) > 0 {
		more := ""
		if n := len(names) - maxNamed; n > 0 {
			names, more = names[:maxNamed], fmt.Sprintf(" and %d more", n)
		}
		p.Detail = "not valid with the include: " + strings.Join(names, ", ") + more
	}
	return p
}

// IncludeActivationAnswer is the answer to a request for one activation of an include.
type IncludeActivationAnswer struct {
	Answer
	AccountID  ID
	ContractID ID
	GroupID    ID
	// Item is nil during validation, and after validation that failed or was aborted.
	Item *IncludeActivation
	// Validation is nil if PAPI did not send it.
	Validation *IncludeValidation
}

// Activation returns the activation in the form of a property's activation. id is the one that was asked for.
// During validation the status is PENDING, without a version; after failed validation it is FAILED with the
// cause, or ABORTED. Once there is an Item its id is used, which may differ.
func (a *IncludeActivationAnswer) Activation(id ID) Activation {
	if a.Item != nil {
		return a.Item.Activation()
	}
	found := Activation{ActivationID: id, Status: StatusPending}
	if v := a.Validation; v != nil {
		found.Network, found.Status, found.FailureCause = v.Network, v.State.Status(), v.Cause()
	}
	return found
}

// IncludeActivation gets one activation of an include by its id, or by the temporary id that the submission
// returned. The error is of class [ClassNotFound] for an unknown id, and for some seconds after the submission.
// Source: GET /includes/{includeId}/activations/{activationId}.
func (c *Client) IncludeActivation(ctx context.Context, ref IncludeRef, id ID) (*IncludeActivationAnswer, error) {
	var body includeActivationsBody
	t := ref.path("activations", url.PathEscape(string(id)))
	answer, err := c.get(ctx, t, &body)
	if err != nil {
		return nil, err
	}
	item := body.item(id)
	if item == nil && body.Validation == nil {
		return nil, missing(t, answer, "activation "+string(id))
	}
	return &IncludeActivationAnswer{
		Answer: answer, AccountID: body.AccountID, ContractID: body.ContractID, GroupID: body.GroupID,
		Item: item, Validation: body.Validation,
	}, nil
}
