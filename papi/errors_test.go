package papi_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestErrorsHaveTheClassOfTheirRow(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   papi.Class
	}{
		{"warnings, one spelling", 400, `{"type":"https://problems.example.com/papi/v0/activation-warnings-not-acknowledged"}`, papi.ClassWarnings},
		{"warnings, another spelling", 400, `{"type":"/papi/v1/activation/warnings-not-acknowledged"}`, papi.ClassWarnings},
		{"errors", 400, `{"type":"https://problems.example.com/papi/v0/activation/errors","errors":[{"type":"a"}]}`, papi.ClassRejected},
		{"certificate that is not visible yet", 400, `{"type":"https://problems.example.com/papi/v0/activation/errors","errors":[{"type":"x/unauthorized_third_party_cert_for_hostname"}]}`, papi.ClassCertificateNew},
		{"that certificate and another error", 400, `{"type":"https://problems.example.com/papi/v0/activation/errors","errors":[{"type":"x/unauthorized_third_party_cert_for_hostname"},{"type":"b"}]}`, papi.ClassRejected},
		{"addresses", 400, `{"type":"activation/bad-notifyemails"}`, papi.ClassNotifyEmails},
		{"cache wipe", 400, `{"type":"activation/cachewipe-error-possible"}`, papi.ClassCacheWipe},
		{"no compliance record", 400, `{"type":"activation/missing-compliance-record"}`, papi.ClassCompliance},
		{"half a compliance record", 400, `{"type":"activation/missing-compliance-record-info"}`, papi.ClassCompliance},
		{"reviewed by oneself", 400, `{"type":"activation/self-peer-review"}`, papi.ClassCompliance},
		{"schema", 400, `{"type":"https://problems.example.com/papi/v0/json-schema-invalid"}`, papi.ClassInvalid},
		{"mapping", 400, `{"type":"json-mapping-error"}`, papi.ClassInvalid},
		{"bad request", 400, `{"type":"http/bad-request"}`, papi.ClassInvalid},
		{"clock", 400, `{"type":"https://problems.example.com/-/pep-authn/request-error","detail":"Invalid timestamp"}`, papi.ClassClockSkew},
		{"burst", 400, `<html>Reference: deny rule IPBLOCK-BURST4-1234</html>`, papi.ClassRateLimited},
		{"cancel too late on a bucket", 400, `{"title":"Error canceling Activation","detail":"cancellation_failed.error.activation.toofar"}`, papi.ClassCancelTooLate},
		{"signature", 401, `{"type":"https://problems.example.com/-/pep-authn/deny","detail":"The signature does not match"}`, papi.ClassUnauthorized},
		{"grant", 403, `{"type":"https://problems.example.com/-/pep-authz/deny"}`, papi.ClassGrantMissing},
		{"forbidden", 403, `{"type":"http/forbidden"}`, papi.ClassForbidden},
		{"locked", 403, `{"type":"property-version/already-activated"}`, papi.ClassVersionLocked},
		{"no default certificates", 403, `{"type":"default-cert-provisioning-unavailable"}`, papi.ClassForbidden},
		{"not found", 404, `{"type":"http/not-found"}`, papi.ClassNotFound},
		{"nothing to cancel", 404, `{"type":"activation-cancellation/not-found"}`, papi.ClassNotFound},
		{"method", 405, ``, papi.ClassInvalid},
		{"request time-out", 408, ``, papi.ClassTimeout},
		{"busy", 409, `{"type":"https://problems.example.com/papi/v1/resource-busy"}`, papi.ClassBusy},
		{"busy without a body", 409, ``, papi.ClassBusy},
		{"both networks", 409, `{"type":"papi/v0/toolkit/validation_failed.error.arlfile.exists"}`, papi.ClassARLConflict},
		{"not now", 412, `{"type":"papi/v0/toolkit/validation_failed.error.activation.tower_precondition.failed"}`, papi.ClassNotYet},
		{"etag", 412, `{"type":"property-version/etag-conflict"}`, papi.ClassETag},
		{"precondition", 412, `{"type":"http/precondition-failed"}`, papi.ClassETag},
		{"still pending, one spelling", 422, `{"type":"papi/v1/property_activation_still_pending"}`, papi.ClassStillPending},
		{"still pending, another spelling", 422, `{"type":"activation/still-pending"}`, papi.ClassStillPending},
		{"already active", 422, `{"type":"activation/already-activated"}`, papi.ClassAlreadyActivated},
		{"not active on production", 422, `{"type":"deactivation/not-active-in-production"}`, papi.ClassNotActive},
		{"not active on staging", 422, `{"type":"deactivation/not-active-in-staging"}`, papi.ClassNotActive},
		{"include not active", 422, `{"type":"deactivation/include-not-active-in-production"}`, papi.ClassNotActive},
		{"cancel too late", 422, `{"type":"activation-cancellation/unprocessable-status"}`, papi.ClassCancelTooLate},
		{"cancel too late on a bucket, as 422", 422, `{"title":"Activation Unprocessable"}`, papi.ClassCancelTooLate},
		{"anything else of 422", 422, `{"type":"next-year"}`, papi.ClassOtherRejection},
		{"budget", 429, `{"type":"https://problems.example.com/papi/v0/rate-limit-exceeded.activations"}`, papi.ClassBudgetExhausted},
		{"resource", 429, `{"type":"limit-exceeded.includes","limitKey":"INCLUDES_PER_CONTRACT","limit":500,"remaining":0}`, papi.ClassResourceLimit},
		{"rate", 429, `{"type":"rate-limit-exceeded"}`, papi.ClassRateLimited},
		{"rate without a body", 429, ``, papi.ClassRateLimited},
		{"rate limit as 503", 503, `Please try after 2026-01-16T15:20:55.945Z`, papi.ClassRateLimited},
		{"proxy", 500, `{"type":"papi/proxy/forward-request-error"}`, papi.ClassServer},
		{"activation failed", 500, `{"type":"activation/property_activation_failed"}`, papi.ClassServer},
		{"gateway", 502, `<html>Bad Gateway</html>`, papi.ClassServer},
		{"down", 503, ``, papi.ClassServer},
		{"teapot", 418, ``, papi.ClassOtherRejection},
		{"members of other types", 409, `{"type":7,"title":[],"detail":{},"errors":"x","limit":"y"}`, papi.ClassBusy},
		{"not an object", 500, `[]`, papi.ClassServer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := clientOver(t, papi.Options{MaxRetries: -1}, func(r *http.Request) (*http.Response, error) {
				return answer(r, tt.status, tt.body), nil
			})
			_, err := client.CreateActivation(t.Context(), www(), submission())
			problem, ok := errors.AsType[*papi.Error](err)
			if !ok || problem.Class != tt.want || !errors.Is(err, tt.want) || problem.StatusCode != tt.status {
				t.Errorf("error is %v of class %q, want %q", err, problem.Class, tt.want)
			}
			if problem.Method != http.MethodPost || problem.Path != "/papi/v1/properties/prp_1001/activations" {
				t.Errorf("the request was %s %s", problem.Method, problem.Path)
			}
		})
	}
}

func TestErrorsSayWhatPAPISaid(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"a problem", `{"title":"T","detail":"What happened."}`, "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request: What happened."},
		{"no detail", `{"title":"T","detail":""}`, "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request: T"},
		{"errors", `{"detail":"No.","errors":[{"detail":"One."},{"detail":"Two."}]}`, "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request: No. (One., and 1 more)"},
		{"plain text", "Something\n  went   wrong", "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request: Something went wrong"},
		{"HTML", "<html><head><style>p{}</style></head><body><h1>Denied</h1>\n<p>Go away</p></body></html>", "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request: Denied Go away"},
		{"nothing", "", "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request"},
		{"a flood", strings.Repeat("x", 10000), "POST /papi/v1/properties/prp_1001/activations: 400 Bad Request: " + strings.Repeat("x", 500) + "…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return answer(r, 400, tt.body), nil })
			if _, err := client.CreateActivation(t.Context(), www(), submission()); err.Error() != tt.want {
				t.Errorf("error is %q, want %q", err, tt.want)
			}
		})
	}
}

func TestWhatASubmissionMayHaveDoneIsUncertainWithoutAClearAnswer(t *testing.T) {
	for _, class := range []papi.Class{papi.ClassNoAnswer, papi.ClassTimeout, papi.ClassMalformed, papi.ClassServer, papi.ClassRedirect} {
		if !class.Uncertain() {
			t.Errorf("%s is not uncertain", class)
		}
	}
	for _, class := range []papi.Class{papi.ClassBusy, papi.ClassRateLimited, papi.ClassRejected, papi.ClassNotFound, papi.ClassUnauthorized} {
		if class.Uncertain() {
			t.Errorf("%s is uncertain", class)
		}
	}
}

func TestLimitsAreHandedOver(t *testing.T) {
	reset := time.Date(2021, 11, 10, 19, 30, 11, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		reset string
		want  time.Time
	}{
		{"milliseconds", "1636572611000", reset},
		{"seconds", "1636572611", reset},
		{"RFC 3339", "2021-11-10T19:30:11Z", reset},
		{"nonsense", "tomorrow", time.Time{}},
		{"out of range", "99999999999999999999", time.Time{}},
		{"negative", "-5", time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
				return answer(r, 201, `{"activationLink":"/papi/v0/properties/1001/activations/2?contractId=ctr_3&groupId=grp_4"}`,
					"X-RateLimit-Activations-Limit: 2500", "X-RateLimit-Activations-Remaining: 9",
					"X-RateLimit-Activations-Reset: "+tt.reset, "X-RateLimit-Limit: 100", "X-RateLimit-Remaining: x"), nil
			})
			created, err := client.CreateActivation(t.Context(), www(), submission())
			if err != nil {
				t.Fatal(err)
			}
			budget, requests := created.Limits.Activations, created.Limits.Requests
			if *budget.Limit != 2500 || *budget.Remaining != 9 || !budget.Reset.Equal(tt.want) || budget.AsOf.IsZero() {
				t.Errorf("budget is %+v", budget)
			}
			if *requests.Limit != 100 || requests.Remaining != nil || !requests.Reset.IsZero() {
				t.Errorf("requests are %+v", requests)
			}
			if created.ContractID != "ctr_3" || created.GroupID != "grp_4" || created.ActivationID != "2" {
				t.Errorf("created %+v", created)
			}
		})
	}
}

func TestAbsentLimitsAreNil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{OmitRateLimitHeaders: true})
		created, err := newClient(t, sim, papi.Options{}).CreateActivation(t.Context(), www(), submission())
		if err != nil || created.Limits != (papi.Limits{}) {
			t.Errorf("limits are %+v: %v", created.Limits, err)
		}
	})
}

func TestCreatedTakesTheLocationWhereTheBodyHasNoLink(t *testing.T) {
	client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) {
		return answer(r, 201, `{}`, "Location: /papi/v0/properties/prp_1001/activations/atv_7?contractId=ctr_3&groupId=grp_4"), nil
	})
	if created, err := client.CreateActivation(t.Context(), www(), submission()); err != nil || created.ActivationID != "atv_7" {
		t.Errorf("created %+v: %v", created, err)
	}
}

func TestCreatedWithoutALinkIsUncertain(t *testing.T) {
	for _, body := range []string{`{}`, `{"activationLink":"/"}`, `{"activationLink":"/papi/v0/properties/1/activations/%2e%2e"}`, `<html>`, ``} {
		client := clientOver(t, papi.Options{}, func(r *http.Request) (*http.Response, error) { return answer(r, 201, body), nil })
		_, err := client.CreateActivation(t.Context(), www(), submission())
		if problem, ok := errors.AsType[*papi.Error](err); !ok || !problem.Class.Uncertain() {
			t.Errorf("%q: error is %v", body, err)
		}
	}
}
