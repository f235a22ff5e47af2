package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/propctl/propctl/papi/simulator/contract"
)

// TestCheckFindsWhatTheDocumentDoesNotAllow keeps the validator from accepting everything.
func TestCheckFindsWhatTheDocumentDoesNotAllow(t *testing.T) {
	const activations = "https://example.com/papi/v1/properties/prp_1/activations"
	tests := map[string]struct {
		method, url, sent string
		status            int
		received          string
		want              string // part of the error; empty: none
	}{
		"a good answer": {
			method: http.MethodPost, url: activations, sent: `{"propertyVersion":1,"network":"STAGING","notifyEmails":["a@example.com"]}`,
			status: http.StatusCreated, received: `{"activationLink":"/papi/v0/x"}`,
		},
		"version 0 of the API counts as version 1": {
			method: http.MethodGet, url: "https://example.com/papi/v0/properties/prp_1/versions/latest",
			status: http.StatusFound, received: `{"versionLink":"/papi/v0/x"}`,
		},
		"a member too many": {
			method: http.MethodPost, url: activations, sent: `{"propertyVersion":1,"network":"STAGING","notifyEmails":["a@example.com"]}`,
			status: http.StatusCreated, received: `{"activationLink":"/papi/v0/x","extra":1}`, want: "extra",
		},
		"an unknown network": {
			method: http.MethodPost, url: activations, sent: `{"propertyVersion":1,"network":"BOTH","notifyEmails":["a@example.com"]}`,
			status: http.StatusCreated, received: `{"activationLink":"/papi/v0/x"}`, want: "network",
		},
		"a status that no operation has": {
			method: http.MethodGet, url: activations, status: http.StatusTeapot, received: `{}`, want: "status",
		},
		"an unknown operation": {
			method: http.MethodGet, url: "https://example.com/papi/v1/propertys", status: http.StatusOK, received: `{}`, want: "no such operation",
		},
		"half a body": {method: http.MethodGet, url: activations, status: http.StatusOK, received: `{"activations":`},
		"a problem without a title": {
			method: http.MethodGet, url: activations, status: http.StatusInternalServerError,
			received: `{"type":"https://example.com/x","status":500,"detail":"x","instance":"x"}`, want: "title",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("PAPI-Use-Prefixes", "true")
			r.Header.Set("Content-Type", "application/json")
			response := &http.Response{StatusCode: tt.status, Header: http.Header{"Content-Type": {"application/json"}}}
			if tt.status >= http.StatusBadRequest {
				response.Header.Set("Content-Type", "application/problem+json")
			}
			err = contract.New(t).Check(r, []byte(tt.sent), response, []byte(tt.received))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Check: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Check: %v, want an error about %q", err, tt.want)
			}
		})
	}
}
