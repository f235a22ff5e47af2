package simulator

import (
	"maps"
	"net/http"
	"time"
)

// pacedPause is the pause that the paced faults of KnownFaults ask for.
const pacedPause = 30 * time.Second

// KnownFaults returns the errors that PAPI is known to return, by the names that ParseFault accepts. Their
// Operation is empty. The caller may modify the map.
func KnownFaults() map[string]Fault {
	known := map[string]Fault{
		"paced":      Paced(pacedPause),
		"paced-text": PacedText(http.StatusTooManyRequests, pacedPause),
		"paced-503":  PacedText(http.StatusServiceUnavailable, pacedPause),
		"burst": {
			Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"text/html"}},
			Body: "<html><body><h1>Access Denied</h1><p>Denied by rule IPBLOCK-BURST4-54013. Reference 18.1f2e3d</p></body></html>",
		},
		"budget": problemFault(http.StatusTooManyRequests, "papi/v1/rate-limit-exceeded.activations",
			"Activation limit reached", "The account has used its activations of this day. The limit resets at {next}."),
		"resource-limit": {
			Status: http.StatusTooManyRequests,
			Body: `{"type":"` + problemBase + `papi/v1/limit-exceeded.default-certs-per-contract","title":"Too many certificates",` +
				`"detail":"The contract has no default certificates left.","instance":"{instance}","status":429,` +
				`"limitKey":"DEFAULT_CERTS_PER_CONTRACT","instanceKey":"C-SIM1","limit":100,"remaining":0}`,
		},
		"bad-gateway": {
			Status: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}},
			Body: "<html><head><title>Bad Gateway</title></head><body>The upstream server gave no valid answer.</body></html>",
		},
		"proxy":  problemFault(http.StatusInternalServerError, "papi/proxy/forward-request-error", "Forward request error", "The request could not be forwarded."),
		"origin": problemFault(http.StatusInternalServerError, "-/resource-impl/forward-origin-error", "Server Error", ""),
		"empty": {
			Status: http.StatusOK, Header: http.Header{"Content-Type": {typeJSON}}, Body: `{"activations":{"items":[]}}`,
		},
	}
	maps.Copy(known, stateFaults())
	maps.Copy(known, rejections())
	for name, f := range known {
		f.Name = name
		known[name] = f
	}
	return known
}

// stateFaults are conflicts with the current state: 409, 412 and 422.
func stateFaults() map[string]Fault {
	return map[string]Fault{
		"busy": problemFault(http.StatusConflict, "papi/v1/resource-busy", "Operation failed",
			"Another edit or activation on the same network is in progress for this property."),
		"arl": problemFault(http.StatusConflict, "papi/v0/toolkit/validation_failed.error.arlfile.exists", "Operation failed",
			"The ARL file of this version exists already."),
		"tower": problemFault(http.StatusPreconditionFailed, "papi/v0/toolkit/validation_failed.error.activation.tower_precondition.failed", "Operation failed",
			"The property can't be activated at the moment. Please try again."),
		"still-pending":     unprocessableFault("property_activation_still_pending", "Property Manager Exception"),
		"already-activated": unprocessableFault("activation/already-activated", "Version already active"),
		"not-active":        unprocessableFault("deactivation/not-active-in-production", "Version not active"),
		"too-late":          unprocessableFault("activation-cancellation/unprocessable-status", "Activation can't be cancelled"),
	}
}

// rejections are answers that do not change when the request is repeated.
func rejections() map[string]Fault {
	return map[string]Fault{
		"errors": {
			Status: http.StatusBadRequest,
			Body: `{"type":"` + problemBase + `papi/v0/activation/errors","title":"Activation errors","detail":"The version can't be activated.",` +
				`"instance":"{instance}","status":400,"errors":[{"type":"` + problemBase + `papi/v0/validation/missing-origin",` +
				`"title":"No origin","detail":"The default rule has no origin.","messageId":"msg_0123456789abcdef0123456789abcdef01234567"}]}`,
		},
		"third-party-cert": {
			Status: http.StatusBadRequest,
			Body: `{"type":"` + problemBase + `papi/v0/activation/errors","title":"Activation errors","detail":"The version can't be activated.",` +
				`"instance":"{instance}","status":400,"errors":[{"type":"` + problemBase + `papi/v0/validation/unauthorized_third_party_cert_for_hostname",` +
				`"title":"Certificate","detail":"The certificate of a hostname can't be used yet.","messageId":"msg_1123456789abcdef0123456789abcdef01234567"}]}`,
		},
		"warnings": {
			Status: http.StatusBadRequest,
			Body: `{"type":"` + problemBase + `papi/v0/activation/warnings-not-acknowledged","title":"Warnings not acknowledged",` +
				`"detail":"The activation has warnings that must be acknowledged.","instance":"{instance}","status":400,` +
				`"warnings":[{"type":"` + problemBase + `papi/v0/validation/large-rule","title":"Large rule","detail":"A rule is large.",` +
				`"messageId":"msg_2123456789abcdef0123456789abcdef01234567"}]}`,
		},
		"bad-email": problemFault(http.StatusBadRequest, "papi/v1/activation/bad-notifyemails", "Bad notifyEmails", "At least one valid e-mail address is needed."),
		"compliance": problemFault(http.StatusBadRequest, "papi/v1/activation/missing-compliance-record", "Missing compliance record",
			"An activation on production for this account needs a compliance record."),
		"clock":     gatewayFault(http.StatusBadRequest, "pep-authn/request-error", "Bad request", "Invalid timestamp"),
		"signature": withHeader(gatewayFault(http.StatusUnauthorized, "pep-authn/deny", "Not authorized", "The signature does not match"), "WWW-Authenticate", signingMethod+` realm="{host}"`),
		"grant":     gatewayFault(http.StatusForbidden, "pep-authz/deny", "Forbidden", "The client does not have the grant needed for the request"),
		"forbidden": problemFault(http.StatusForbidden, "papi/v1/http/forbidden", "Forbidden", "The client may not use this resource."),
		"not-found": problemFault(http.StatusNotFound, "papi/v1/http/not-found", "Not Found", "The system was unable to locate the requested resource."),
	}
}

// Paced returns a 429 that says when to try again: in X-RateLimit-Next, to the millisecond, and in Retry-After,
// in whole seconds.
func Paced(pause time.Duration) Fault {
	f := problemFault(http.StatusTooManyRequests, "papi/v1/http/too-many-requests", "Too Many Requests", "The account has made too many requests. Try again after {next}.")
	f.Pause = pause
	f.Header = http.Header{"X-Ratelimit-Next": {"{next}"}, "Retry-After": {"{seconds}"}}
	return f
}

// PacedText returns a plain-text answer that says when to try again, without a header that does.
func PacedText(status int, pause time.Duration) Fault {
	return Fault{
		Status: status, Pause: pause, Header: http.Header{"Content-Type": {"text/plain"}},
		Body: "This operation has reached the limit for your account. Please try after {next}",
	}
}

// NotYet returns the 404 that the first polls of a new activation may meet, so many times.
func NotYet(times int) Fault {
	f := KnownFaults()["not-found"]
	f.Operation, f.Times = OpPoll, times
	return f
}

// usualFault returns the name in KnownFaults for a bare status; empty if there is none.
func usualFault(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "signature"
	case http.StatusForbidden:
		return "grant"
	case http.StatusNotFound:
		return "not-found"
	case http.StatusConflict:
		return "busy"
	case http.StatusPreconditionFailed:
		return "tower"
	case http.StatusUnprocessableEntity:
		return "still-pending"
	case http.StatusTooManyRequests:
		return "paced"
	case http.StatusInternalServerError:
		return "proxy"
	case http.StatusBadGateway:
		return "bad-gateway"
	default:
		return ""
	}
}

func problemFault(status int, kind, title, detail string) Fault {
	return Fault{Status: status, Pause: pacedPause, Body: string(marshal(problem{
		Type: problemBase + kind, Title: title, Detail: detail, Instance: "{instance}", Status: status,
	}))}
}

func gatewayFault(status int, kind, title, detail string) Fault {
	return Fault{Status: status, Body: string(marshal(gatewayBody{
		Type: problemBase + "-/" + kind, Title: title, Status: status, Detail: detail,
		Instance: "https://{host}{instance}", Method: "{method}", ServerIP: gatewayServer, ClientIP: gatewayClient, RequestID: "5109",
		RequestTime: "{next}",
	}))}
}

func unprocessableFault(kind, title string) Fault {
	id := messageID(kind)
	return Fault{Status: http.StatusUnprocessableEntity, Body: string(marshal(stateProblem{
		Type: problemBase + "papi/v1/" + kind, Title: title, Instance: "{instance}", Status: http.StatusUnprocessableEntity,
		Errors:  []problem{{Type: problemBase + "papi/v1/" + kind, Title: title, Detail: id}},
		Details: map[string]any{}, MessageID: id, Params: []string{}, Result: "ERROR",
	}))}
}

func withHeader(f Fault, name, value string) Fault {
	f.Header = http.Header{}
	f.Header.Set(name, value)
	return f
}
