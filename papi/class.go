package papi

// Class says what kind of failure an [Error] reports. It is an error itself: errors.Is(err, papi.ClassBusy)
// reports whether err is of that class.
type Class string

// The classes, with what PAPI means by each.
const (
	// No answer, or none that can be used.

	ClassNoAnswer  Class = "no-answer"        // the connection was refused, cut, or closed before an answer came
	ClassTimeout   Class = "request-timeout"  // no answer in time
	ClassDNS       Class = "dns"              // the host's address was not found
	ClassProxy     Class = "proxy"            // a proxy refused to connect
	ClassTLS       Class = "tls"              // the server's certificate is not trusted
	ClassMalformed Class = "malformed-answer" // the body is not what PAPI documents
	ClassRedirect  Class = "redirect"         // a redirect that must not be followed
	ClassSuspended Class = "suspended"        // not sent: too many consecutive failures, or its deadline had passed

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
	ClassCacheWipe      Class = "cachewipe-error-possible"    // a hostname moved between accounts; PAPI says when to try again
	ClassCertificateNew Class = "certificate-not-visible-yet" // a new third-party certificate is not deployed everywhere yet

	// Conflicts with the current state.

	ClassBusy             Class = "busy"              // 409: another edit or activation is in progress
	ClassARLConflict      Class = "arl-conflict"      // 409: submitted to both networks at the same moment
	ClassNotYet           Class = "not-yet"           // 412: cannot be activated at the moment
	ClassETag             Class = "etag-conflict"     // 412: changed since it was read
	ClassStillPending     Class = "still-pending"     // 422: an activation of this version is running
	ClassAlreadyActivated Class = "already-activated" // 422: the version is active there
	ClassNotActive        Class = "not-active"        // 422: not active, so it cannot be deactivated
	ClassCancelTooLate    Class = "cancel-too-late"   // the activation is no longer pending

	// Limits.

	ClassRateLimited     Class = "rate-limited"     // too many requests; Error.Wait says when to try again
	ClassBudgetExhausted Class = "budget-exhausted" // no activations left today
	ClassResourceLimit   Class = "resource-limit"   // a resource limit is reached; waiting does not help

	// Failures at Akamai.

	ClassServer Class = "server-error"
)

// Error returns the class as text.
func (c Class) Error() string { return string(c) }

// Uncertain reports whether a submission that failed with this class may have been accepted nevertheless. See
// [Error.Uncertain], which also considers the status code.
func (c Class) Uncertain() bool {
	switch c { //nolint:exhaustive // every other class is a refusal
	case ClassNoAnswer, ClassTimeout, ClassMalformed, ClassServer, ClassRedirect:
		return true
	}
	return false
}

// Transient reports whether a read that failed with this class may succeed when repeated. It says nothing about
// submissions.
func (c Class) Transient() bool {
	switch c { //nolint:exhaustive // for every other class, repeating brings the same answer
	case ClassNoAnswer, ClassTimeout, ClassDNS, ClassProxy, ClassMalformed, ClassSuspended, ClassRateLimited, ClassServer,
		ClassBusy, ClassARLConflict, ClassNotYet, ClassStillPending:
		return true
	}
	return false
}

// Classes returns all classes, in the order of their declaration.
func Classes() []Class {
	return []Class{
		ClassNoAnswer, ClassTimeout, ClassDNS, ClassProxy, ClassTLS, ClassMalformed, ClassRedirect, ClassSuspended,
		ClassClockSkew, ClassUnauthorized, ClassGrantMissing, ClassForbidden, ClassVersionLocked, ClassNotFound,
		ClassInvalid, ClassNotifyEmails, ClassCompliance, ClassOtherRejection,
		ClassWarnings, ClassRejected, ClassCacheWipe, ClassCertificateNew,
		ClassBusy, ClassARLConflict, ClassNotYet, ClassETag, ClassStillPending, ClassAlreadyActivated, ClassNotActive,
		ClassCancelTooLate,
		ClassRateLimited, ClassBudgetExhausted, ClassResourceLimit,
		ClassServer,
	}
}
