package papi

import (
	"net/http"
	"strings"
)

// Class is what kind of error an [Error] is. A Class is itself an error, so
// that errors.Is(err, papi.ClassBusy) asks for it.
type Class string

// The classes. Each comment says what PAPI means by it.
const (
	// No answer that could be read.

	ClassNoAnswer  Class = "no-answer"        // the connection was refused, cut, or closed before an answer came
	ClassTimeout   Class = "request-timeout"  // no answer in time
	ClassTLS       Class = "tls"              // the server's certificate is not trusted
	ClassMalformed Class = "malformed-answer" // a body that is not what PAPI documents
	ClassRedirect  Class = "redirect"         // a redirect that must not be followed
	ClassSuspended Class = "suspended"        // not sent: PAPI has failed too often in a row

	// Credentials and requests.

	ClassClockSkew      Class = "clock-skew"      // the timestamp is off by more than 30 s
	ClassUnauthorized   Class = "unauthorized"    // signature, token or secret are wrong
	ClassGrantMissing   Class = "grant-missing"   // the API client may not use this API
	ClassForbidden      Class = "forbidden"       // the operation is not allowed
	ClassVersionLocked  Class = "version-locked"  // the version was active once and cannot be edited
	ClassNotFound       Class = "not-found"       // no such thing, or not in this contract, group or account
	ClassInvalid        Class = "invalid-request" // PAPI does not understand the request
	ClassNotifyEmails   Class = "bad-notify-emails"
	ClassCompliance     Class = "compliance-record" // missing or incomplete
	ClassOtherRejection Class = "refused"           // any other 4xx

	// The version cannot be activated.

	ClassWarnings       Class = "warnings-unacknowledged"
	ClassRejected       Class = "rejected"                    // errors[] block the activation
	ClassCacheWipe      Class = "cachewipe-error-possible"    // a hostname moved between accounts; PAPI says when it will do
	ClassCertificateNew Class = "certificate-not-visible-yet" // a new third-party certificate has not arrived everywhere

	// Something else is going on.

	ClassBusy             Class = "busy"              // 409: another edit or activation is in progress
	ClassARLConflict      Class = "arl-conflict"      // 409: both networks were asked for in one moment
	ClassNotYet           Class = "not-yet"           // 412: cannot be activated at the moment
	ClassETag             Class = "etag-conflict"     // 412: what was read has been changed since
	ClassStillPending     Class = "still-pending"     // 422: an activation of this version is running
	ClassAlreadyActivated Class = "already-activated" // 422: the version is active there
	ClassNotActive        Class = "not-active"        // 422: there is nothing to deactivate
	ClassCancelTooLate    Class = "cancel-too-late"   // the activation is no longer pending

	// Limits.

	ClassRateLimited     Class = "rate-limited"     // too many requests; the error says when to come again
	ClassBudgetExhausted Class = "budget-exhausted" // no activations left today
	ClassResourceLimit   Class = "resource-limit"   // too many things of a kind; waiting does not help

	// Trouble at Akamai.

	ClassServer Class = "server-error"
)

// Error returns the class as text.
func (c Class) Error() string { return string(c) }

// Uncertain reports whether a submission that ended in an error of this class
// may have been accepted all the same.
func (c Class) Uncertain() bool {
	switch c { //nolint:exhaustive // every other class is an answer that says no
	case ClassNoAnswer, ClassTimeout, ClassMalformed, ClassServer, ClassRedirect:
		return true
	}
	return false
}

// Transient reports whether a read that ended in an error of this class may
// succeed when it is asked again. That says nothing about a submission.
func (c Class) Transient() bool {
	switch c { //nolint:exhaustive // every other class is an answer that stands
	case ClassNoAnswer, ClassTimeout, ClassMalformed, ClassSuspended, ClassRateLimited, ClassServer,
		ClassBusy, ClassARLConflict, ClassNotYet, ClassStillPending:
		return true
	}
	return false
}

// classRule recognises a class. Empty members match everything; types and texts
// are matched as parts, since PAPI spells one type in several ways.
type classRule struct {
	status int
	inType string
	inText string
	class  Class
}

// classRules are tried in order; the first that matches decides.
func classRules() []classRule {
	return []classRule{
		{http.StatusBadRequest, "", "IPBLOCK-BURST", ClassRateLimited},
		{http.StatusBadRequest, "pep-authn", "timestamp", ClassClockSkew},
		{http.StatusBadRequest, "warnings-not-acknowledged", "", ClassWarnings},
		{http.StatusBadRequest, "activation/errors", "", ClassRejected},
		{http.StatusBadRequest, "bad-notifyemails", "", ClassNotifyEmails},
		{http.StatusBadRequest, "cachewipe-error-possible", "", ClassCacheWipe},
		{http.StatusBadRequest, "compliance-record", "", ClassCompliance},
		{http.StatusBadRequest, "self-peer-review", "", ClassCompliance},
		{http.StatusBadRequest, "", "cancellation_failed.error.activation.toofar", ClassCancelTooLate},
		{http.StatusBadRequest, "", "", ClassInvalid},
		{http.StatusUnauthorized, "", "", ClassUnauthorized},
		{http.StatusForbidden, "pep-authz", "", ClassGrantMissing},
		{http.StatusForbidden, "property-version/already-activated", "", ClassVersionLocked},
		{http.StatusForbidden, "", "", ClassForbidden},
		{http.StatusNotFound, "", "", ClassNotFound},
		{http.StatusMethodNotAllowed, "", "", ClassInvalid},
		{http.StatusNotAcceptable, "", "", ClassInvalid},
		{http.StatusRequestEntityTooLarge, "", "", ClassInvalid},
		{http.StatusUnsupportedMediaType, "", "", ClassInvalid},
		{http.StatusRequestTimeout, "", "", ClassTimeout},
		{http.StatusConflict, "arlfile.exists", "", ClassARLConflict},
		{http.StatusConflict, "", "", ClassBusy},
		{http.StatusPreconditionFailed, "etag-conflict", "", ClassETag},
		{http.StatusPreconditionFailed, "http/precondition-failed", "", ClassETag},
		{http.StatusPreconditionFailed, "", "", ClassNotYet},
		{http.StatusUnprocessableEntity, "still_pending", "", ClassStillPending},
		{http.StatusUnprocessableEntity, "still-pending", "", ClassStillPending},
		{http.StatusUnprocessableEntity, "already-activated", "", ClassAlreadyActivated},
		{http.StatusUnprocessableEntity, "not-active-in", "", ClassNotActive},
		{http.StatusUnprocessableEntity, "activation-cancellation", "", ClassCancelTooLate},
		{http.StatusUnprocessableEntity, "", "activation unprocessable", ClassCancelTooLate},
		{http.StatusTooManyRequests, "rate-limit-exceeded.activations", "", ClassBudgetExhausted},
		{http.StatusTooManyRequests, "", "", ClassRateLimited},
	}
}

// certificateRace is the type of the one error in errors[] that heals by itself.
const certificateRace = "unauthorized_third_party_cert_for_hostname"

// classify says what kind of error an answer is.
func classify(e *Error) Class {
	switch {
	case e.StatusCode == http.StatusServiceUnavailable && !e.notBefore.IsZero():
		return ClassRateLimited
	case e.StatusCode >= 500:
		return ClassServer
	case e.LimitKey != "" && !strings.Contains(e.Type, "rate-limit-exceeded.activations"):
		return ClassResourceLimit
	case onlyCertificateRace(e.Errors):
		return ClassCertificateNew
	case e.StatusCode >= 300 && e.StatusCode < 400:
		return ClassRedirect
	}
	kind, text := strings.ToLower(e.Type), strings.ToLower(e.Title+" "+e.Detail+" "+e.Body)
	for _, rule := range classRules() {
		if rule.status == e.StatusCode &&
			strings.Contains(kind, rule.inType) && strings.Contains(text, strings.ToLower(rule.inText)) {
			return rule.class
		}
	}
	return ClassOtherRejection
}

func onlyCertificateRace(problems []Problem) bool {
	for _, p := range problems {
		if !strings.Contains(p.Type, certificateRace) {
			return false
		}
	}
	return len(problems) > 0
}
