package papi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// Recognition is one rule that recognises the class of an answer. An empty member matches everything; Type and
// Text match case-insensitively and in part, since PAPI spells a type in several ways.
type Recognition struct {
	// Status is the status code, or the first of a range up to Last.
	Status, Last int
	Type         string
	// InErrors means that Type is matched against every member of errors[] instead of the answer's own type.
	InErrors bool
	Text     string // in the title, the detail, or a body that is not a problem document
	Also     string // a further condition, in words
}

// rule is a Recognition with its class. also implements the condition Also; nil if there is none.
type rule struct {
	Recognition

	also  func(*Error) bool
	class Class
}

// certificateRace is the type of the only error in errors[] that goes away by itself.
const certificateRace = "unauthorized_third_party_cert_for_hostname"

// highestStatus is the highest status code that net/http accepts.
const highestStatus = 999

// rules are tried in order; the first match decides. A rule with a type comes before the more general ones that
// would match as well, so that [ClassOfType] can go by the type alone.
func rules() []rule {
	return slices.Concat(limitRules(), serverRules(), refusalRules(), rejectionRules(), conflictRules(), []rule{
		{Recognition{Status: http.StatusMultipleChoices, Last: http.StatusBadRequest - 1}, nil, ClassRedirect},
		{Recognition{Status: http.StatusBadRequest, Last: http.StatusInternalServerError - 1}, nil, ClassOtherRejection},
	})
}

func of(class Class, r Recognition) rule { return rule{Recognition: r, class: class} }

// limitRules come first, because a limit may have any status.
func limitRules() []rule {
	resource := func(e *Error) bool {
		return e.LimitKey != "" && e.StatusCode < http.StatusInternalServerError && !hasType(e.Type, budgetType)
	}
	stated := func(e *Error) bool { return !e.notBefore.IsZero() }
	return []rule{
		{Recognition{Status: http.StatusServiceUnavailable, Also: "the text says when to come again"}, stated, ClassRateLimited},
		of(ClassBudgetExhausted, Recognition{Status: http.StatusTooManyRequests, Type: budgetType}),
		{Recognition{Also: "the answer has a limitKey"}, resource, ClassResourceLimit},
		of(ClassRateLimited, Recognition{Status: http.StatusTooManyRequests, Type: "rate-limit-exceeded"}),
		of(ClassRateLimited, Recognition{Status: http.StatusTooManyRequests, Type: "too-many-requests"}),
		{Recognition{Status: http.StatusTooManyRequests, Type: "limit-exceeded", Also: "the answer has a limitKey"}, resource, ClassResourceLimit},
		of(ClassRateLimited, Recognition{Status: http.StatusTooManyRequests}),
		of(ClassRateLimited, Recognition{Status: http.StatusBadRequest, Text: "IPBLOCK-BURST"}),
	}
}

// budgetType sometimes has a limitKey, but is not a resource limit.
const budgetType = "rate-limit-exceeded.activations"

func serverRules() []rule {
	return []rule{
		of(ClassServer, Recognition{Status: http.StatusInternalServerError, Type: "papi/proxy/"}),
		of(ClassServer, Recognition{Status: http.StatusInternalServerError, Type: "forward-origin-error"}),
		of(ClassServer, Recognition{Status: http.StatusInternalServerError, Type: "property_activation_failed"}),
		of(ClassServer, Recognition{Status: http.StatusInternalServerError, Type: "property_deactivation_failed"}),
		of(ClassServer, Recognition{Status: http.StatusInternalServerError, Type: "activation-cancellation/cancel-error"}),
		of(ClassServer, Recognition{Status: http.StatusInternalServerError, Last: highestStatus}),
		of(ClassTimeout, Recognition{Status: http.StatusRequestTimeout}),
	}
}

// refusalRules are about the caller and its permissions.
func refusalRules() []rule {
	return []rule{
		of(ClassUnauthorized, Recognition{Status: http.StatusUnauthorized, Type: "pep-authn/deny"}),
		of(ClassUnauthorized, Recognition{Status: http.StatusUnauthorized}),
		of(ClassClockSkew, Recognition{Status: http.StatusBadRequest, Type: "pep-authn", Text: "timestamp"}),
		of(ClassGrantMissing, Recognition{Status: http.StatusForbidden, Type: "pep-authz"}),
		of(ClassVersionLocked, Recognition{Status: http.StatusForbidden, Type: "property-version/already-activated"}),
		of(ClassForbidden, Recognition{Status: http.StatusForbidden, Type: "http/forbidden"}),
		of(ClassForbidden, Recognition{Status: http.StatusForbidden, Type: "default-cert-provisioning-unavailable"}),
		of(ClassForbidden, Recognition{Status: http.StatusForbidden}),
		of(ClassNotFound, Recognition{Status: http.StatusNotFound, Type: "not-found"}),
		of(ClassNotFound, Recognition{Status: http.StatusNotFound}),
	}
}

// rejectionRules are about the content of the request.
func rejectionRules() []rule {
	bad := http.StatusBadRequest
	return []rule{
		of(ClassCertificateNew, Recognition{Status: bad, Last: http.StatusInternalServerError - 1, Type: certificateRace, InErrors: true}),
		of(ClassWarnings, Recognition{Status: bad, Type: "warnings-not-acknowledged"}),
		of(ClassRejected, Recognition{Status: bad, Type: "activation/errors"}),
		of(ClassNotifyEmails, Recognition{Status: bad, Type: "bad-notifyemails"}),
		of(ClassCacheWipe, Recognition{Status: bad, Type: "cachewipe-error-possible"}),
		of(ClassCompliance, Recognition{Status: bad, Type: "compliance-record"}),
		of(ClassCompliance, Recognition{Status: bad, Type: "self-peer-review"}),
		of(ClassCancelTooLate, Recognition{Status: bad, Text: "cancellation_failed.error.activation.toofar"}),
		of(ClassInvalid, Recognition{Status: bad, Type: "json-schema-invalid"}),
		of(ClassInvalid, Recognition{Status: bad, Type: "json-mapping-error"}),
		of(ClassInvalid, Recognition{Status: bad, Type: "http/bad-request"}),
		of(ClassInvalid, Recognition{Status: bad}),
		of(ClassInvalid, Recognition{Status: http.StatusMethodNotAllowed, Last: http.StatusNotAcceptable}),
		of(ClassInvalid, Recognition{Status: http.StatusRequestEntityTooLarge}),
		of(ClassInvalid, Recognition{Status: http.StatusUnsupportedMediaType}),
	}
}

// conflictRules are about the current state of the property.
func conflictRules() []rule {
	return []rule{
		of(ClassARLConflict, Recognition{Status: http.StatusConflict, Type: "arlfile.exists"}),
		of(ClassBusy, Recognition{Status: http.StatusConflict, Type: "resource-busy"}),
		of(ClassBusy, Recognition{Status: http.StatusConflict}),
		of(ClassETag, Recognition{Status: http.StatusPreconditionFailed, Type: "etag-conflict"}),
		of(ClassETag, Recognition{Status: http.StatusPreconditionFailed, Type: "http/precondition-failed"}),
		of(ClassNotYet, Recognition{Status: http.StatusPreconditionFailed, Type: "tower_precondition.failed"}),
		of(ClassNotYet, Recognition{Status: http.StatusPreconditionFailed}),
		of(ClassStillPending, Recognition{Status: http.StatusUnprocessableEntity, Type: "still_pending"}),
		of(ClassStillPending, Recognition{Status: http.StatusUnprocessableEntity, Type: "still-pending"}),
		of(ClassAlreadyActivated, Recognition{Status: http.StatusUnprocessableEntity, Type: "already-activated"}),
		of(ClassNotActive, Recognition{Status: http.StatusUnprocessableEntity, Type: "not-active-in"}),
		of(ClassCancelTooLate, Recognition{Status: http.StatusUnprocessableEntity, Type: "activation-cancellation"}),
		of(ClassCancelTooLate, Recognition{Status: http.StatusUnprocessableEntity, Text: "activation unprocessable"}),
	}
}

func hasType(kind, part string) bool {
	return strings.Contains(strings.ToLower(kind), strings.ToLower(part))
}

// fits reports whether the rule matches e, apart from its status.
func (r rule) fits(e *Error) bool {
	text := strings.ToLower(e.Title + " " + e.Detail + " " + e.Body)
	if !strings.Contains(text, strings.ToLower(r.Text)) || r.also != nil && !r.also(e) {
		return false
	}
	if !r.InErrors {
		return hasType(e.Type, r.Type)
	}
	other := func(kind string) bool { return !hasType(kind, r.Type) }
	return len(e.Errors) > 0 && !slices.ContainsFunc(e.Errors, func(p Problem) bool { return other(p.Type) }) &&
		!slices.ContainsFunc(e.leftOutTypes, other)
}

func (r rule) hasStatus(status int) bool {
	return r.Status == 0 || r.Status == status || r.Status < status && status <= r.Last
}

// classify returns the class of an error answer.
func classify(e *Error) Class {
	for _, r := range rules() {
		if r.hasStatus(e.StatusCode) && r.fits(e) {
			return r.class
		}
	}
	return ClassOtherRejection
}

// Recognitions returns the rules that recognise an answer of a class, in the order in which they are tried; nil
// for a class of failures without an answer.
func Recognitions(class Class) []Recognition {
	var all []Recognition
	for _, r := range rules() {
		if r.class == class {
			all = append(all, r.Recognition)
		}
	}
	return all
}

// Classify returns the class of an answer with the given status and body. With status 0 the status is taken
// from the body; if that has none, the text decides. The class is empty for a success, and if nothing matches.
func Classify(status int, body []byte) Class {
	if status == 0 {
		var doc struct {
			Status     any `json:"status"`
			StatusCode any `json:"statusCode"` // as other tools print it
		}
		_ = json.Unmarshal(body, &doc) // a body that is not JSON has no status
		for _, n := range [...]any{doc.StatusCode, doc.Status} {
			if f, ok := n.(float64); ok && f >= http.StatusMultipleChoices && f <= highestStatus {
				status = int(f)
			}
		}
	}
	e := newError("", target{}, Answer{StatusCode: status}, body)
	switch {
	case status >= http.StatusMultipleChoices:
		return e.Class
	case status != 0:
		return ""
	}
	return classifyText(e)
}

// classifyText classifies by the problem's type first, then by its text.
func classifyText(e *Error) Class {
	for _, typed := range [...]bool{true, false} {
		for _, r := range rules() {
			tells := r.Type != "" || r.Text != "" || r.also != nil
			if tells && typed == (r.Type != "") && r.fits(e) {
				return r.class
			}
		}
	}
	return ""
}

// ClassOfType returns the class that a problem's type, or a part of it, stands for, and whether there is one.
func ClassOfType(kind string) (Class, bool) {
	for _, r := range rules() {
		if r.Type != "" && hasType(kind, r.Type) {
			return r.class, true
		}
	}
	return "", false
}
